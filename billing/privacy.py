"""What becomes of billing's models when a person is erased."""

from django.db.models import Q

from billing.campaign_privacy import register_campaign_privacy
from billing.payment_privacy import register_payment_privacy
from veri.platform.ops.privacy import OnErase, PersonalData, Subject, about, register_data, register_impersonal


def register_privacy() -> None:
    register_data(
        PersonalData(
            model="billing.UsageEvent",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason="accounts must add up; the link to the creator is cut, what is left names nobody",
            emptied={"creator": None},
        ),
        PersonalData(
            model="billing.Reservation",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason="money held for an action; the link to the creator is cut",
            emptied={"creator": None},
        ),
        PersonalData(
            model="billing.Allowance", find=_by_scope, on_erase=OnErase.DELETE, reason="a creator's own quotas"
        ),
    )
    register_payment_privacy()
    register_data(
        PersonalData(
            model="billing.UsageRollup",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason="accounts must add up; the link to the creator is cut, what is left names nobody",
            emptied={"creator": None},
        ),
        PersonalData(
            model="billing.BudgetNotice",
            find=_by_scope,
            on_erase=OnErase.DELETE,
            reason="that a creator's own budget was used up",
        ),
        PersonalData(
            model="billing.QuotaGrant",
            find=about(creator="creator"),
            on_erase=OnErase.DELETE,
            reason="a creator's own quotas",
            hidden={"key": "an internal reference"},
        ),
        PersonalData(
            model="billing.QuotaUse",
            find=_by_quota,
            on_erase=OnErase.DELETE,
            reason="what was taken of a creator's own quotas",
        ),
    )
    register_impersonal("prices of services", "billing.PriceVersion")
    register_campaign_privacy()
    register_impersonal("calls of a provider, whose event names the creator", "billing.UsageAttempt")
    register_impersonal(
        "sums and settings of Veri's own costs",
        "billing.RollupMark",
        "billing.SpendingSpike",
        "billing.SpendingStop",
        "billing.ProviderCost",
    )


def _by_quota(subject: Subject) -> Q:
    """Find what was taken of a creator's months, from grants or from what everybody has."""
    return _by_scope(subject, prefix="allowance__")


def _by_scope(subject: Subject, *, prefix: str = "") -> Q:
    """Find scopes that end with a creator's id, like ``quota:assistant:17`` and ``budget:creator:17``."""
    ids = "|".join(str(pk) for pk in subject.creator_ids)
    pattern = rf"^(quota:.*|budget:creator):({ids})$"
    return Q(**{f"{prefix}scope__regex": pattern}) if ids else Q(pk__in=[])
