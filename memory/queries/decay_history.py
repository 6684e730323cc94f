"""The runs of decay as staff looks at them."""

from memory.models import DecayRun

SHOWN = 20


def list_decay_runs(*, limit: int = SHOWN) -> list[DecayRun]:
    """Return the latest runs, newest first."""
    return list(DecayRun.objects.order_by("-started_at", "-pk")[:limit])
