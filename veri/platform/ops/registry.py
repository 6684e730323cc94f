"""Deep checks: apps register what ``/health/deep`` looks at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """``detail`` holds figures for people; no addresses, no secrets."""

    ok: bool
    detail: Mapping[str, Any] = field(default_factory=dict)


DeepCheck = Callable[[], CheckResult]
_checks: dict[str, DeepCheck] = {}


def register_deep_check(*, name: str, check: DeepCheck) -> None:
    """Add a check; it may raise, which counts as failed."""
    _checks[name] = check


def run_deep_checks() -> dict[str, CheckResult]:
    """Run every check, one after the other."""
    return {name: _run(name, check) for name, check in sorted(_checks.items())}


def _run(name: str, check: DeepCheck) -> CheckResult:
    try:
        return check()
    except Exception as error:  # noqa: BLE001  whatever it is, it is the finding, and the other checks must run
        logger.warning("deep_check_failed", check=name, error=type(error).__name__)
        return CheckResult(ok=False, detail={"error": type(error).__name__})
