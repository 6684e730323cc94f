from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.models import Allowance, PriceVersion, UsageEvent
from billing.services.periods import get_month
from billing.services.pricing import TokenCounts, price_tokens
from veri.platform.ops.models import AuditEntry

ADD_PRICE = reverse("admin:billing_priceversion_add")
PRICE = {
    "service": "claude", "model": "claude-next", "prompt_above": 0, "input": 3_000_000, "output": 15_000_000,
    "cache_write_5m": 0, "cache_write_1h": 0, "cache_read": 0, "unit": 0, "reason": "a new model",
    "effective_from_0": "", "effective_from_1": "",
}  # fmt: skip


@pytest.fixture
def allowance(db):
    start, end = get_month(timezone.now())
    return Allowance.objects.create(
        scope="budget:claude", unit="micro_usd", period_start=start, period_end=end, limit=500_000_000, spent=7
    )


def test_limit_is_changed_with_a_reason_and_audited(console, allowance):
    address = reverse("admin:billing_allowance_change", args=[allowance.pk])
    response = console.post(address, {"limit": 600_000_000, "reason": "campaign", "spent": 0})
    assert response.status_code == 302
    allowance.refresh_from_db()
    assert (allowance.limit, allowance.spent) == (600_000_000, 7)
    entry = AuditEntry.objects.get(action="billing.allowance.limit")
    assert (entry.reason, entry.before, entry.after) == ("campaign", {"limit": 500_000_000}, {"limit": 600_000_000})


@pytest.mark.parametrize("data", [{"limit": 1}, {"limit": -1, "reason": "r"}, {"limit": "many", "reason": "r"}])
def test_limit_without_a_reason_or_sense_stays(console, allowance, data):
    response = console.post(reverse("admin:billing_allowance_change", args=[allowance.pk]), data)
    assert response.status_code == 200
    allowance.refresh_from_db()
    assert (allowance.limit, AuditEntry.objects.count()) == (500_000_000, 0)


def test_price_without_a_date_holds_at_once(console):
    assert console.post(ADD_PRICE, PRICE).status_code == 302
    counts = TokenCounts(input=1_000_000)
    assert price_tokens(service="claude", model="claude-next", counts=counts, at=timezone.now()) == 3_000_000
    entry = AuditEntry.objects.get(action="billing.price.add")
    assert (entry.actor_label, entry.reason, entry.after["model"]) == ("operator", "a new model", "claude-next")


def test_price_in_the_past_is_refused(console):
    before = PriceVersion.objects.count()
    past = timezone.now() - timedelta(days=1)
    data = PRICE | {"effective_from_0": f"{past:%Y-%m-%d}", "effective_from_1": "00:00:00"}
    response = console.post(ADD_PRICE, data)
    assert response.context["adminform"].form.errors["effective_from"] == [
        "A price cannot begin in the past: what was metered stays as it was."
    ]
    assert (PriceVersion.objects.count(), AuditEntry.objects.count()) == (before, 0)


def test_usage_page_adds_up_by_service_and_creator(console, creator, allowance):
    for number, cost in enumerate((1_500_000, 2_500_000)):
        UsageEvent.objects.create(
            source="assistant", action=f"a{number}", creator=creator, service="claude", model="m", input_tokens=10,
            output_tokens=5, cost_micro_usd=cost, occurred_at=timezone.now(),
        )  # fmt: skip
    context = console.get(reverse("admin:usage")).context
    assert context["total"] == "$4.00"
    assert [(one.service, one.requests, cost) for one, cost in context["services"]] == [("claude", 2, "$4.00")]
    assert [(one.handle, one.requests, one.tokens, cost) for one, cost in context["creators"]] == [
        ("lumenkitchen", 2, 30, "$4.00")
    ]
