"""data-diff 0.11, the tool to beat, in an environment of its own: it wants libraries of other versions."""

import json
import subprocess
import sys
import venv
from pathlib import Path

from django.db import connection

from tests.bench.environment import VAR_DIR

PLACE = VAR_DIR / "data-diff"
PACKAGES = ("data-diff[postgresql]==0.11.2", "dbt-core<1.8", "pydantic<2", "psycopg2-binary", "setuptools<81")
INSTALL_SECONDS, RUN_SECONDS = 300, 600
COLUMNS = ("creator_id", "platform", "external_id", "text", "payload", "occurred_at", "version")
DIFFERENCES = 108
# Its own Python interface: its command spends five seconds on imports.
SCRIPT = """
import json, sys, time
from data_diff import connect_to_table, diff_tables
address, threads, columns = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
sides = [connect_to_table(address, name, "id", thread_count=threads) for name in ("bench_left", "bench_right")]
started = time.perf_counter()
found = {row[0] for _, row in diff_tables(
    *sides, extra_columns=tuple(columns), threaded=True, max_threadpool_size=threads)}
print(json.dumps({"seconds": time.perf_counter() - started, "differences": len(found)}))
"""


def find_python() -> Path | None:
    """Return the environment's Python, made on first use; None when data-diff cannot be installed here."""
    python = PLACE / "bin" / "python"
    if _works(python):
        return python
    venv.create(PLACE, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "-q", *PACKAGES]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        sys.stderr.write(f"data-diff is not measured: {type(error).__name__}\n")
        return None
    return python if _works(python) else None


def _works(python: Path) -> bool:
    if not python.exists():
        return False
    return subprocess.run([str(python), "-c", "import data_diff"], capture_output=True, check=False).returncode == 0


def run(python: Path, *, threads: int) -> float:
    """Return the seconds of one comparison; connecting and imports do not count."""
    found = subprocess.run(
        [str(python), "-W", "ignore", "-c", SCRIPT, _build_address(), str(threads), ",".join(COLUMNS)],
        check=True,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
    )
    result = json.loads(found.stdout.splitlines()[-1])
    assert result["differences"] == DIFFERENCES
    return float(result["seconds"])


def _build_address() -> str:
    """It insists on a password."""
    given = connection.settings_dict
    return f"postgresql://{given['USER']}:none@{given['HOST']}:{given['PORT']}/{given['NAME']}"
