"""How the relay fares with one dataset: lag, heartbeats, what stopped it, which processes live."""

from typing import Any

from migration.models import CaptureHeartbeat, RelayState
from migration.queries.heartbeats import get_relay_lag
from veri.console.formats import format_age
from veri.console.status.processes import list_processes
from veri.console.steps import Situation

SHOWN_BEATS = 5


def collect_relay(at: Situation) -> dict[str, Any]:
    """Return the figures; a lag nobody measured lately is not known, which is not the same as none."""
    lag = get_relay_lag(dataset=at.dataset, now=at.now) if at.dataset.is_capturing else None
    beats = CaptureHeartbeat.objects.filter(dataset=at.dataset).order_by("-sent_at")[:SHOWN_BEATS]
    return {
        "lag": None if lag is None else f"{lag:.2f} s",
        "state": RelayState.objects.filter(dataset=at.dataset.name).first(),
        "beats": [(beat, _describe_beat(beat, at)) for beat in beats],
        "processes": list_processes(now=at.now),
    }


def _describe_beat(beat: CaptureHeartbeat, at: Situation) -> str:
    if beat.lag_seconds is None:
        return f"under way for {format_age((at.now - beat.sent_at).total_seconds())}"
    return f"arrived after {beat.lag_seconds:.2f} s"
