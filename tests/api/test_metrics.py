import pytest

NAMES = (
    "veri_active_creators_total",
    "veri_chat_duration_seconds",
    "veri_memory_formations_total",
    "veri_db_connections_active",
    "veri_api_costs_usd_total",
    "veri_dual_write_duration_seconds",
    "veri_parity_errors_total",
    "search_latency_seconds",
    "vector_operation_duration_seconds",
    "data_consistency_discrepancies",
)


@pytest.mark.django_db
def test_every_promised_metric_is_exposed(client):
    text = client.get("/metrics").content.decode()

    assert [name for name in NAMES if f"# TYPE {name}" not in text] == []


@pytest.mark.django_db
def test_active_creators_are_counted_from_the_database(client, creator):
    from django.utils import timezone

    from creators.models import Interaction

    now = timezone.now()
    Interaction.objects.create(
        creator=creator, platform="chat", external_id="1", type="message", occurred_at=now, received_at=now
    )

    assert "veri_active_creators_total 1.0" in client.get("/metrics").content.decode()
