"""Start-up of the command line, and what must not be loaded by it."""

import os
import subprocess
import sys
from statistics import median

from tests.bench.measuring import Figure, at_most, judge, time_call
from veri.settings.env import BASE_DIR

ROUNDS = 5
LONGEST = at_most(1.5)
HEAVY = ("numpy", "anthropic", "wordllama", "vaderSentiment", "pymongo")
_FIND_HEAVY = f"import django, sys; django.setup(); print(*sorted(set({HEAVY!r}) & sys.modules.keys()))"


def measure() -> list[Figure]:
    seconds = median(time_call(lambda: _run(["manage.py", "help"])) for _ in range(ROUNDS))
    bare = median(time_call(lambda: _run(["-c", "import django.core.management"])) for _ in range(ROUNDS))
    loaded = _run(["-c", _FIND_HEAVY]).split()
    return [
        judge(name="manage.py help", value=seconds, unit="s", bound=LONGEST, note=f"{bare:.2f} s for Django alone"),
        judge(
            name="heavy modules loaded by django.setup()",
            value=len(loaded),
            unit="modules",
            bound=at_most(0),
            note=" ".join(loaded) or f"none of {', '.join(HEAVY)}",
        ),
    ]


def _run(arguments: list[str]) -> str:
    return subprocess.run(
        [sys.executable, *arguments], cwd=BASE_DIR, env=os.environ, capture_output=True, text=True, check=True
    ).stdout
