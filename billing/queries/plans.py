"""Plans as they are offered: the latest version of each public one."""

from django.db.models import F, Max

from billing.models import PlanVersion


def list_offered() -> list[PlanVersion]:
    """Return what can be subscribed to now, cheapest first."""
    rows = PlanVersion.objects.annotate(latest=Max("plan__versions__number")).filter(number=F("latest"))
    return list(rows.filter(plan__is_public=True).select_related("plan").order_by("price_minor", "pk"))


def find_offered(*, code: str) -> PlanVersion | None:
    return next((one for one in list_offered() if one.plan.code == code), None)
