"""A row of every model of payments, made as they come about."""

from django.db import transaction

from billing.models import Chargeback, PaymentWebhook, PayoutBatch, ProviderPayment, Refund
from billing.money import Money
from billing.services import held_funds
from billing.services.invoices import issue_invoice, set_profile
from billing.services.invoices.issuing import NewLine
from billing.services.ledger import Cause
from billing.services.payouts import request_payout
from billing.services.plans import publish_plan, start_subscription
from creators.models import Brand, Creator, User
from tests.conftest import NOW

CAMPAIGN = 4_711


def make_payment_rows(creator: Creator, brand: Brand, operator: User) -> None:
    cause = Cause(kind="webhook", reference="webhook 1")
    given = {"campaign_ref": CAMPAIGN, "cause": cause, "now": NOW}
    with transaction.atomic():
        amount = Money(minor=10_000, currency="USD")
        intent = held_funds.request_funding(campaign_ref=CAMPAIGN, brand=brand, amount=amount, actor=None, now=NOW)
        held_funds.credit_funding(
            intent=intent, payment_key="p1", amount_minor=10_000, is_first=True, cause=cause, now=NOW
        )
        held_funds.plan_release(
            milestone_ref=1, creator=creator, gross=amount, fee_minor=1_000, tax_minor=0, release_at=NOW, **given
        )
        held_funds.release_held(milestone_ref=1, **given)
        request_payout(creator=creator, amount=Money(minor=500, currency="USD"), actor=creator.owner, now=NOW)
        line = NewLine(description="Plus", gross_minor=100)
        issue_invoice(key="k", intent=intent, lines=[line], now=NOW)
    payment = ProviderPayment.objects.create(
        provider="stripe", payment_id="p1", intent=intent, amount_minor=10_000, currency="USD", first_seen_at=NOW,
        fetched_at=NOW,
    )  # fmt: skip
    Refund.objects.create(payment=payment, key="k", amount_minor=5, requested_at=NOW)
    Chargeback.objects.create(payment=payment, chargeback_id="c", amount_minor=5, opened_at=NOW)
    PaymentWebhook.objects.create(
        provider="mercado_pago", delivery_id="d", topic="payment", data_id="1", verified_how="verbatim", body=b"{}",
        received_at=NOW,
    )  # fmt: skip
    PayoutBatch.objects.create(proposed_by=operator, proposed_at=NOW)
    version = publish_plan(
        code="plus", name="Plus", price_minor=100, currency="USD", quotas={"assistant": 5}, actor=operator, reason="r",
        now=NOW,
    )  # fmt: skip
    start_subscription(version=version, creator=creator, actor=operator, now=NOW)
    set_profile(legal_name="L", tax_id="", address="", country="", creator=creator, actor=operator, now=NOW)
