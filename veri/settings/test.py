"""The test suite: embedded stores under var/test, one database, MongoDB name and Redis number per test process."""

from veri.settings import env as _env
from veri.settings.base import *  # noqa: F403  a profile is the base with differences
from veri.settings.base import ENVIRONMENT, REDIS_URLS

_worker = _env.get_test_worker()
MONGODB_NAME = f"veri_test_{_worker or 'main'}"
REDIS_URLS = [url.rsplit("/", 1)[0] + f"/{1 + int(_worker[2:] or 0) if _worker else 0}" for url in REDIS_URLS]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # noqa: S105  speed in tests only
CELERY_BROKER_URL = ";".join(REDIS_URLS)
RATE_LIMITS = dict.fromkeys(ENVIRONMENT.rate_limits, "100000/60")
WHITENOISE_AUTOREFRESH = True  # no collected files here, and no warning about them
