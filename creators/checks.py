"""What this app contributes to ``/health/deep``."""

from django.utils import timezone

from creators.enums import PrivacyState
from creators.models import PrivacyRequest
from veri.platform.ops.registry import CheckResult, register_deep_check


def _check_privacy() -> CheckResult:
    """Fail when a request is late, or needs a person."""
    waiting = PrivacyRequest.objects.exclude(state__in=[PrivacyState.DONE, PrivacyState.HELD])
    late = waiting.filter(due_at__lt=timezone.now()).count()
    stuck = waiting.filter(state=PrivacyState.ATTENTION).count()
    return CheckResult(ok=not late and not stuck, detail={"late": late, "need_a_person": stuck})


def register_checks() -> None:
    register_deep_check(name="privacy", check=_check_privacy)
