"""The campaign board, a collaboration's page, the contract viewer, disputes and the composer of workflows."""

import pytest
from django.urls import reverse

from billing.models import Collaboration, Contract, ContractTemplate, Dispute, WorkflowTemplate, WorkflowVersion
from billing.services.campaigns.disputes import open_dispute
from tests.billing.campaigns.conftest import (  # noqa: F401  fixtures
    FEE,
    accepted,
    brand,
    buyer,
    campaign,
    collaboration,
    maker,
    offer,
)
from tests.billing.campaigns.running import LATER, bring_to_verified, check_ledger, pay, sign_by_both
from tests.console.conftest import list_messages

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def verified(accepted, campaign, buyer, maker) -> Collaboration:  # noqa: F811  the fixtures
    sign_by_both(accepted, buyer, maker)
    pay(campaign, FEE)
    bring_to_verified(Collaboration.objects.get(), buyer, maker)
    return Collaboration.objects.get()


def read(console, name, *args, **query):
    answer = console.get(reverse(f"admin:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_board_shows_states_amounts_and_what_is_overdue(console, verified, django_assert_max_num_queries):
    page = read(console, "campaign_board")
    assert "Verified" in page
    assert "1,200.00 EUR" in page
    assert "Autumn bread" not in read(console, "campaign_board", brand="somebody-else")
    assert "Autumn bread" in read(console, "campaign_board", brand="ovenly\0")
    with django_assert_max_num_queries(12):
        read(console, "campaign_board", brand="ovenly")


def test_collaboration_and_contract_are_shown_whole(console, verified):
    page = read(console, "collaboration_page", verified.pk)
    for text in ("Held funds", "1,200.00 EUR", "1: Approved", "#ad", "signed → funded"):
        assert text in page, text
    assert "scrow" not in page
    assert page.count("Not possible from where the collaboration stands.") == 3
    contract = Contract.objects.get()
    page = read(console, "contract_page", contract.pk)
    assert "all of it is intact" in page
    sealed = console.get(reverse("admin:contract_file", args=[contract.pk, "sealed"]))
    assert (sealed["Content-Type"], sealed.content[:4]) == ("application/pdf", b"%PDF")
    assert console.get(reverse("admin:contract_file", args=[contract.pk, "other"])).status_code == 404
    assert console.get(reverse("admin:collaboration_page", args=[0])).status_code == 404


def test_onlooker_sees_nothing_of_it(client, onlooker, verified):
    client.force_login(onlooker)
    dispute = reverse("admin:dispute_resolve", args=[1])
    for address in (reverse("admin:campaign_board"), reverse("admin:collaboration_page", args=[verified.pk]), dispute):
        assert client.get(address).status_code == 403


def test_dispute_is_decided_with_parts_that_sum_and_a_reason(console, verified, buyer):  # noqa: F811  the fixture
    dispute = open_dispute(collaboration=verified, actor=buyer, text="The bread was not ours.", now=LATER)
    address = reverse("admin:dispute_resolve", args=[dispute.pk])
    assert "The bread was not ours." in console.get(address).content.decode()
    for wrong in (
        {"released_minor": "1", "refunded_minor": "1", "reason": "r"},
        {"released_minor": str(FEE), "refunded_minor": "0", "reason": ""},
        {"released_minor": "1.5", "refunded_minor": "-1", "reason": "r"},
        {"released_minor": "9" * 40, "refunded_minor": "0", "reason": "r"},
    ):
        assert console.post(address, wrong).status_code == 200
    assert Dispute.objects.get().state == "open"
    given = {"released_minor": "60000", "refunded_minor": "60000", "reason": "half of it was made"}
    assert list_messages(console.post(address, given, follow=True)) == ["Done."]
    assert check_ledger()["creator_payable"] == 54_000
    again = console.post(address, given, follow=True)
    assert "must sum to 0" in again.content.decode()


def test_step_without_leave_of_the_table_is_refused_in_words(console, verified):
    address = reverse("admin:collaboration_step", args=[verified.pk, "cancel"])
    told = console.post(address, {"reason": "a test"}, follow=True)
    assert "is not possible from there" in list_messages(told)[0]
    assert Collaboration.objects.get().state == "verified"
    assert console.get(reverse("admin:collaboration_step", args=[verified.pk, "sign"])).status_code == 404


def build_rows(prefix, *rows):
    data = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": 0}
    return data | {f"{prefix}-{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()}


DAYS = {"offer_days": "7", "review_days": "4", "revision_rounds": "1", "release_days": "2"}
STAGE = {"state": "funded", "title": "Preparation", "guards": ["blocking_tasks"]}
TASK = {"stage": "funded", "key": "script", "title": "Script", "side": "creator", "due_days": "2", "is_blocking": "on"}
REMINDER = {"stage": "funded", "key": "nudge", "side": "brand", "after_days": "1", "text": "Send the product."}


def build_form(*, stage=STAGE, task=TASK, reminder=REMINDER, **more):
    rows = build_rows("stages", stage, {}) | build_rows("tasks", task) | build_rows("reminders", reminder)
    return {**DAYS, **rows, **more}


def test_workflow_is_composed_previewed_and_kept_as_a_new_version(console, operator):
    template = WorkflowTemplate.objects.get(kind="ugc")
    address = reverse("admin:workflow_composer", args=[template.pk])
    assert "Product received" in console.get(address).content.decode()
    shown = console.post(address, build_form(preview="yes")).content.decode()
    assert "Script (creator, 2 days, blocks)" in shown
    assert WorkflowVersion.objects.filter(template=template).count() == 1
    console.post(address, build_form(save="yes", reason="autumn"))
    made = WorkflowVersion.objects.get(template=template, number=2)
    assert (made.reason, made.made_by) == ("autumn", operator)
    assert made.definition["stages"][0]["tasks"] == [
        {"key": "script", "title": "Script", "side": "creator", "due_days": 2, "is_blocking": True}
    ]
    assert "Script" in console.get(address).content.decode()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"task": {**TASK, "stage": "signed"}}, "Add this stage first."),
        ({"task": {**TASK, "key": "Not a key"}}, "1 to 40 of a-z"),
        ({"task": {**TASK, "due_days": "9999"}}, "A whole number from 0 to 365."),
        ({"reminder": {**REMINDER, "key": "script"}}, "The same key twice"),
        ({"review_days": "0"}, "A whole number from 1 to 60."),
        ({"stage": {**STAGE, "state": "dancing"}}, "Select a valid choice"),
        ({"stages-TOTAL_FORMS": "x"}, "ManagementForm data is missing"),
    ],
)
def test_workflow_that_cannot_stand_says_so_at_the_field(console, operator, wrong, told):
    template = WorkflowTemplate.objects.get(kind="ugc")
    address = reverse("admin:workflow_composer", args=[template.pk])
    answer = console.post(address, build_form(save="yes", reason="autumn", **wrong))
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert WorkflowVersion.objects.filter(template=template).count() == 1


def test_contract_text_is_kept_as_a_new_version_or_refused_at_its_field(console, operator):
    template = ContractTemplate.objects.get()
    address = reverse("admin:contract_text", args=[template.pk])
    assert "{creator_name}" in console.get(address).content.decode()
    for wrong, told in (
        ({"body": "{nobody}"}, "Nobody fills nobody."),
        ({"body": "{fee"}, "belongs to no place"),
        ({"variables": "{"}, "Enter a valid JSON."),
        ({"variables": '{"law": "prose"}'}, "One of text, date, number."),
        ({"reason": ""}, "This field is required."),
    ):
        given = {"body": "{fee} by {law}", "variables": '{"law": "text"}', "reason": "a lawyer read it", **wrong}
        assert told in console.post(address, given).content.decode().replace("&quot;", '"'), wrong
    assert template.versions.count() == 1
    console.post(address, {"body": "{fee} by {law}", "variables": '{"law": "text"}', "reason": "a lawyer read it"})
    assert template.versions.get(number=2).variables == {"law": "text"}
