"""The benches' own place: stores and files under ``var/bench``, made anew each time, durable like a real machine's."""

import os
import shutil
import socket
from pathlib import Path

from veri.settings.env import get_var_dir, start_embedded_stores

VAR_DIR = get_var_dir(profile="local", source=dict(os.environ))
ROOT = VAR_DIR / "bench"
REPORT = VAR_DIR / "bench-report.json"
UNLIMITED = "1000000/1"
# Datasets climb in seconds; nothing is compared in the processes that are measured.
SHORT_WINDOWS = {
    "MIGRATION_DUAL_WRITE_SECONDS": "0",
    "MIGRATION_HIGH_VOLUME_DUAL_WRITE_SECONDS": "0",
    "MIGRATION_CATCHUP_SECONDS": "0",
    "MIGRATION_ROLLOUT_STEP_SECONDS": "0",
    "MIGRATION_SHADOW_SHARE": "0",
    "MIGRATION_SHADOW_SAMPLES": "5",
    "MIGRATION_LATENCY_RATIO": "1000",
}
STORE_VARIABLES = ("DATABASE_URL", "REDIS_URL", "MONGODB_URI", "CLAUDE_API_KEY", "VOYAGE_API_KEY")


def prepare_environment() -> Path:
    """Empty the folder, start its stores, set up Django in this process and create the tables; return the folder."""
    from veri.platform import embedded  # plain standard library

    embedded.stop(root=ROOT)
    shutil.rmtree(ROOT, ignore_errors=True)
    for name in STORE_VARIABLES:
        os.environ[name] = ""
    os.environ |= SHORT_WINDOWS | {
        "DJANGO_SETTINGS_MODULE": "veri.settings.local",
        "VERI_VAR_DIR": str(ROOT),
        "LOG_LEVEL": "ERROR",
        "RATE_LIMIT_ASSISTANT": UNLIMITED,
        "RATE_LIMIT_SPIKE": UNLIMITED,
        "BIND": f"127.0.0.1:{_find_free_port()}",
    }
    start_embedded_stores(command="bench")
    import django  # the environment is complete only now

    django.setup()
    from django.core.management import call_command  # needs the settings

    import veri.celery  # noqa: F401  events published here go to the configured broker, as everywhere

    call_command("migrate", verbosity=0)
    return ROOT


def stop_stores() -> None:
    from veri.platform import embedded  # plain standard library

    embedded.stop(root=ROOT)


def _find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
