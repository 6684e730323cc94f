"""What becomes of money's records when a person is erased: the law has them kept; the links to the person are cut."""

from veri.platform.ops.privacy import OnErase, PersonalData, about, register_data, register_impersonal

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
    register_impersonal(
        "a provider's notices and how far it was asked; ids of payments, no person",
        "billing.PaymentWebhook",
        "billing.PaymentPoll",
    )
