"""The test suite: embedded stores under var/test, databases of its own for every test process."""

from dataclasses import replace as _replace

from veri.settings import env as _env
from veri.settings.base import *  # noqa: F403  a profile is the base with differences
from veri.settings.base import DATABASES, ENVIRONMENT, REDIS_URLS

_run, _worker = _env.get_test_run()
_number = 1 + (7 * _run + int(_worker.removeprefix("gw").replace("main", "0"))) % 63  # of 64 Redis databases
MONGODB_NAME = f"veri_test_{_run}_{_worker}"
REDIS_URLS = [f"{url.rsplit('/', 1)[0]}/{_number}" for url in REDIS_URLS]
DATABASES = {"default": {**DATABASES["default"], "TEST": {"NAME": f"test_veri_{_run}"}}}
CELERY_BROKER_URL = ";".join(REDIS_URLS)
RATE_LIMITS = dict.fromkeys(ENVIRONMENT.rate_limits, "100000/60")
WHITENOISE_AUTOREFRESH = True  # no collected files here, and no warning about them
EVENT_LEASE_SECONDS = 3
# Windows of days pass in an instant; the guards stay. The embedded MongoDB server is slower than PostgreSQL.
MIGRATION = _replace(
    ENVIRONMENT.migration,
    dual_write_seconds=0,
    high_volume_dual_write_seconds=0,
    catchup_seconds=0,
    soak_seconds=0,
    rollout_step_seconds=0,
    shadow_samples=5,
    shadow_share=1,
    latency_ratio=50,
)
