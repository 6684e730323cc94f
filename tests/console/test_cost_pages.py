import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from billing.models import Allowance, PriceVersion, ProviderCost, QuotaGrant, SpendingStop, UsageEvent
from billing.queries.stops import find_stop
from memory.clients.models.breaker import calling, describe_breaker, note_spend_limit
from memory.errors import ModelUnavailable
from tests.memory.conftest import claude, fresh_breaker  # noqa: F401  a fixture
from veri.platform.ops.models import AuditEntry

MODEL = "claude:claude-haiku-5-5"


def use(creator, number, **changes):
    values = {
        "source": "assistant", "action": f"a{number}", "creator": creator, "service": "claude", "model": "m",
        "input_tokens": 30, "cache_read_tokens": 10, "output_tokens": 5, "cost_micro_usd": 2_000_000,
        "occurred_at": timezone.now(),
    } | changes  # fmt: skip
    return UsageEvent.objects.create(**values)


def test_cost_page_tells_the_month_by_service_feature_and_creator(console, creator):
    use(creator, 1)
    use(creator, 2, source="formation", state="unreconciled")
    use(None, 3, service="mongo", model="storage", source="storage", input_tokens=0, cache_read_tokens=0)
    ProviderCost.objects.create(
        service="claude", day=timezone.now().date(), model="m", cost_micro_usd=4_200_000, imported_at=timezone.now()
    )
    context = console.get(reverse("admin:costs")).context
    assert (context["total"], context["a_creator"], context["cache_hit_rate"]) == ("$6.00", "$6.00", "25.0%")
    assert (context["overview"].unreconciled, context["overview"].is_on_target) == (1, False)
    assert [(one.service, cost) for one, cost in context["services"]] == [("claude", "$4.00"), ("mongo", "$2.00")]
    assert [(one.source, cost) for one, cost in context["features"]] == [
        ("assistant", "$2.00"), ("formation", "$2.00"), ("storage", "$2.00"),
    ]  # fmt: skip
    assert [(one.service, share, one.is_alarming) for one, _, _, share in context["providers"]] == [
        ("claude", "+4.76%", True)
    ]
    assert {line.label for line in context["chart"].lines} == {"claude", "mongo"}


def test_cost_page_asks_the_same_queries_for_one_creator_and_for_three(
    console, creator, owner, django_assert_max_num_queries
):
    from creators.models import Creator

    use(creator, 1)
    page = reverse("admin:costs")
    console.get(page)
    with django_assert_max_num_queries(100) as first:
        console.get(page)
    for number in range(2, 4):
        other = Creator.objects.create(
            owner=owner, handle=f"other{number}", created_at=timezone.now(), updated_at=timezone.now()
        )
        use(other, number)
    with django_assert_max_num_queries(len(first)) as second:
        console.get(page)
    assert len(second) == len(first)


def test_spending_is_stopped_and_allowed_with_a_reason(console):
    stop = reverse("admin:spending_switch", args=["everything", "stop"])
    assert console.post(stop, {"reason": ""}).status_code == 200
    assert find_stop(service="claude") is None
    assert console.post(stop, {"reason": "runaway"}).status_code == 302
    assert find_stop(service="claude") == "everything"
    assert "runaway" in console.get(reverse("admin:budgets")).content.decode()
    console.post(reverse("admin:spending_switch", args=["everything", "allow"]), {"reason": "mended"})
    assert (find_stop(service="claude"), SpendingStop.objects.get().is_stopped) == (None, False)
    assert list(AuditEntry.objects.order_by("id").values_list("action", "reason", "actor_label")) == [
        ("billing.spending.stop", "runaway", "operator"),
        ("billing.spending.allow", "mended", "operator"),
    ]


def test_breaker_is_closed_by_hand(console, claude):  # noqa: F811  the fixture
    for _ in range(5):
        with pytest.raises((ModelUnavailable, Exception)), calling(MODEL):
            raise ModelUnavailable("away")
    note_spend_limit(MODEL, until=timezone.now().replace(year=2099), now=timezone.now())
    found = describe_breaker(MODEL)
    assert (found.state, found.spend_limit_until is None) == ("open", False)
    page = reverse("admin:breaker_reset", args=[MODEL])
    assert console.get(page).status_code == 200
    assert console.post(page, {"reason": "it is back"}).status_code == 302
    found = describe_breaker(MODEL)
    assert (found.state, found.failures, found.spend_limit_until) == ("closed", 0, None)
    assert AuditEntry.objects.get(action="memory.breaker.close").target_id == MODEL


@pytest.mark.parametrize(
    "address",
    [
        reverse("admin:spending_switch", args=["gold", "stop"]),
        reverse("admin:spending_switch", args=["mail", "stop"]),
        reverse("admin:spending_switch", args=["claude", "burn"]),
        reverse("admin:breaker_reset", args=["claude:unheard-of"]),
        reverse("admin:costs_import", args=["anything"]),
    ],
)
def test_what_does_not_exist_is_not_found(console, address):
    assert console.get(address).status_code == 404


def upload(console, kind, text):
    data = {"file": SimpleUploadedFile("f.csv", text.encode()), "reason": "contract"}
    return console.post(reverse("admin:costs_import", args=[kind]), data)


def test_files_are_imported_whole_or_refused_with_their_lines(console):
    head = "day,service,model,cost_usd\n"
    assert upload(console, "report", f"{head}2026-11-01,claude,m,1.5\n").status_code == 302
    refused = upload(console, "report", f"{head}2026-11-02,claude,m,1\n2026-11-03,gold,m,1\n")
    assert refused.context["form"].errors["file"] == ["line 3: unknown service 'gold'"]
    assert ProviderCost.objects.values_list("cost_micro_usd", flat=True).get() == 1_500_000
    before = PriceVersion.objects.count()
    assert upload(console, "prices", "service,model,input,output\nclaude,next,1,5\n").status_code == 302
    assert upload(console, "prices", "service,model,input,output\nclaude,next,0,5\n").status_code == 200
    assert PriceVersion.objects.count() == before + 1


def test_onlooker_sees_neither_costs_nor_switches(client, onlooker):
    client.force_login(onlooker)
    for name, arguments in (
        ("costs", []),
        ("budgets", []),
        ("spending_switch", ["everything", "stop"]),
        ("costs_import", ["prices"]),
    ):
        assert client.post(reverse(f"admin:{name}", args=arguments), {"reason": "r"}).status_code == 403
    assert SpendingStop.objects.count() == 0


def test_staff_grants_questions_with_a_reason(console, creator):
    page = reverse("admin:billing_quotagrant_add")
    data = {"handle": "@LumenKitchen", "feature": "assistant", "units": 7, "days": 3, "reason": "sorry"}
    assert console.post(page, data | {"handle": "nobody"}).status_code == 200
    assert QuotaGrant.objects.count() == 0
    assert console.post(page, data).status_code == 302
    grant = QuotaGrant.objects.get()
    assert (grant.creator_id, grant.units, grant.source) == (creator.pk, 7, "staff")
    assert Allowance.objects.get(scope=f"quota:assistant:{creator.pk}").limit == 10_007
    assert AuditEntry.objects.get(action="billing.quota.grant").reason == "sorry"


def test_price_of_nothing_is_refused(console):
    before = PriceVersion.objects.count()
    price = {
        "service": "openai", "model": "new", "prompt_above": 0, "input": 0, "output": 5, "cache_write_5m": 0,
        "cache_write_1h": 0, "cache_read": 0, "unit": 0, "reason": "r", "effective_from_0": "", "effective_from_1": "",
    }  # fmt: skip
    response = console.post(reverse("admin:billing_priceversion_add"), price)
    assert "price of nothing" in str(response.context["adminform"].form.non_field_errors())
    assert PriceVersion.objects.count() == before
