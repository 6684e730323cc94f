"""Named points at which a test may kill the process; nothing happens at them otherwise.

``VERI_FAILPOINT=relay.after_write:3`` ends the process with SIGKILL when it reaches that point for the third time.
"""

import os
import signal
from collections import Counter

from django.conf import settings

_reached: Counter[str] = Counter()


def reach(name: str) -> None:
    """Die here when ``settings.FAILPOINT`` names this point and it was reached often enough."""
    wanted = settings.FAILPOINT
    if not wanted:
        return
    point, _, turn = wanted.partition(":")
    if point == name:
        _reached[name] += 1
        if _reached[name] >= int(turn or 1):
            os.kill(os.getpid(), signal.SIGKILL)
