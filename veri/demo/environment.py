"""The demo's own place: stores and files under ``var/demo``, made anew each time."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from veri.settings.env import BASE_DIR, start_embedded_stores

ROOT = BASE_DIR / "var" / "demo"
SHADOW_SAMPLES = 10
# Windows of days pass in seconds; the guards are the same. Embedded MongoDB is slower than PostgreSQL.
LIMITS = {
    "MIGRATION_DUAL_WRITE_SECONDS": "2",
    "MIGRATION_HIGH_VOLUME_DUAL_WRITE_SECONDS": "4",
    "MIGRATION_CATCHUP_SECONDS": "1",
    "MIGRATION_SOAK_SECONDS": "2",
    "MIGRATION_ROLLOUT_STEP_SECONDS": "0.2",
    "MIGRATION_SHADOW_SHARE": "1",
    "MIGRATION_SHADOW_SAMPLES": str(SHADOW_SAMPLES),
    "MIGRATION_LATENCY_RATIO": "100",
}
RETURN_URL = "https://app.example/connections"
REPORT = BASE_DIR / "var" / "demo-report.json"


def prepare_environment() -> Path:
    """Empty the demo's folder, start its stores and set up Django in this process; return the folder."""
    from veri.platform import embedded  # plain standard library

    embedded.stop(root=ROOT)
    shutil.rmtree(ROOT, ignore_errors=True)
    for name in ("DATABASE_URL", "REDIS_URL", "MONGODB_URI", "CLAUDE_API_KEY", "VOYAGE_API_KEY"):
        os.environ[name] = ""  # the demo shows what runs with nothing set up
    os.environ |= LIMITS | {
        "DJANGO_SETTINGS_MODULE": "veri.settings.local",
        "VERI_VAR_DIR": str(ROOT),
        "LOG_LEVEL": "ERROR",
        "RATE_LIMIT_ASSISTANT": "1000/60",
        "RATE_LIMIT_SPIKE": "1000/1",
        "BIND": (address := f"127.0.0.1:{_find_free_port()}"),
        "PUBLIC_URL": f"http://{address}",
        "CONNECT_RETURN_URLS": RETURN_URL,
    }
    os.environ |= _read_fakes("platforms") | _read_fakes("payments")
    start_embedded_stores(command="demo")
    import django  # the environment is complete only now

    django.setup()
    import veri.celery  # noqa: F401  events published here go to the configured broker, as everywhere

    return ROOT


def _read_fakes(name: str) -> dict[str, str]:
    """Return what points Veri at fakes of outside vendors, which are started when they are needed."""
    command = [sys.executable, "-m", f"tests.fakes.{name}", "--environment", "--port", str(_find_free_port())]
    printed = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=True).stdout  # noqa: S603  same
    return dict(line.split("=", 1) for line in printed.splitlines())


def stop_stores() -> None:
    from veri.platform import embedded  # plain standard library

    embedded.stop(root=ROOT)


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
