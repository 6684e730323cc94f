"""What becomes of money's records when a person is erased: the law has them kept; the links to the person are cut."""

from datetime import datetime

from veri.platform.ops.privacy import (
    EraseStep,
    OnErase,
    PersonalData,
    Phase,
    Subject,
    about,
    register_data,
    register_impersonal,
    register_step,
)

_KEPT = "accounting records are kept by law; the link to the person is cut"


def register_payment_privacy() -> None:
    register_data(
        PersonalData(
            model="billing.Account",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason=f"the ledger must add up; {_KEPT}",
            emptied={"creator": None},
        ),
        *(
            PersonalData(
                model=f"billing.{name}",
                find=about(user="actor"),
                on_erase=OnErase.RETAIN,
                reason=f"the ledger is append-only; {_KEPT}",
                emptied={"actor": None},
            )
            for name in ("Transfer", "TransferResolution")
        ),
        PersonalData(
            model="billing.Posting",
            find=about(creator="account__creator"),
            on_erase=OnErase.RETAIN,
            reason="the ledger is append-only; a posting names nobody once its account's link is cut",
        ),
        PersonalData(
            model="billing.HeldRelease",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason=_KEPT,
            emptied={"creator": None},
        ),
        PersonalData(
            model="billing.CampaignFunds",
            find=about(creator="releases__creator"),
            on_erase=OnErase.RETAIN,
            reason="a brand's money; it names no person",
        ),
        PersonalData(
            model="billing.PaymentIntent",
            find=about(creator="creator", user="requested_by"),
            on_erase=OnErase.RETAIN,
            reason=_KEPT,
            emptied={"creator": None},
        ),
        PersonalData(
            model="billing.ProviderPayment",
            find=about(creator="intent__creator", user="intent__requested_by"),
            on_erase=OnErase.RETAIN,
            reason="accounting records are kept by law; it names nobody once its intent's link is cut",
        ),
        PersonalData(
            model="billing.Refund",
            find=about(user="requested_by"),
            on_erase=OnErase.RETAIN,
            reason=_KEPT,
            emptied={"requested_by": None},
        ),
        PersonalData(
            model="billing.Chargeback",
            find=about(creator="payment__intent__creator"),
            on_erase=OnErase.RETAIN,
            reason="accounting records are kept by law; it names nobody once its intent's link is cut",
        ),
        PersonalData(
            model="billing.PayoutBatch",
            find=about(user="proposed_by"),
            on_erase=OnErase.RETAIN,
            reason=_KEPT,
            emptied={"proposed_by": None},
        ),
        PersonalData(
            model="billing.Payout",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason=f"{_KEPT}; those to staff who proposed or approved it go with their accounts",
            emptied={"creator": None},
        ),
    )
    _register_plans()
    register_impersonal(
        "a provider's notices and how far it was asked; ids of payments, no person",
        "billing.PaymentWebhook",
        "billing.PaymentPoll",
    )


def _register_plans() -> None:
    register_data(
        PersonalData(
            model="billing.BillingProfile",
            find=about(creator="creator"),
            on_erase=OnErase.DELETE,
            reason="issued documents keep what the law wants of it",
        ),
        PersonalData(
            model="billing.Invoice",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason="invoices are kept by law as they were issued, with the buyer's name; the link is cut",
            emptied={"creator": None},
            hidden={"pdf": "downloaded from the API"},
        ),
        PersonalData(
            model="billing.InvoiceLine",
            find=about(creator="invoice__creator"),
            on_erase=OnErase.RETAIN,
            reason="invoices are kept by law as they were issued",
        ),
        PersonalData(
            model="billing.Subscription",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason=_KEPT,
            emptied={"creator": None, "consent_url": "", "state": "cancelled"},
        ),
        *(
            PersonalData(
                model=f"billing.{name}",
                find=about(creator="subscription__creator"),
                on_erase=OnErase.RETAIN,
                reason="accounting records are kept by law; it names nobody once its subscription's link is cut",
            )
            for name in ("SubscriptionPeriod", "SubscriptionCharge")
        ),
    )
    register_impersonal("what is offered to everybody, and counters", "billing.Plan", "billing.PlanVersion")
    register_step(EraseStep(name="subscriptions", phase=Phase.PLATFORMS, run=_end_subscriptions))
    register_impersonal("the last number of a year", "billing.InvoiceSeries")


def _end_subscriptions(*, subject: Subject, now: datetime) -> int:
    """Have providers charge nothing more for a subject's subscriptions; without an answer the request waits.

    Raises:
        ConnectionError: a provider does not answer.
    """
    from billing.services.plans.telling import end_subscriptions  # models are loaded by then

    return end_subscriptions(creator_ids=subject.creator_ids, now=now)
