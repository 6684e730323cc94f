"""A process that reserves many actions at once: ``python -m tests.billing.metering.reserver NAME COUNT STARTS_AT``.

Every tenth reservation that got through is settled as it was reserved. Ends with the number that got through.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

THREADS = 25
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
REQUEST: dict[str, Any] = {"source": "assistant", "creator_id": None, "service": "claude", "model": "test-model"}


def main() -> None:
    name, count, starts_at = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    import django  # the environment is complete only now

    django.setup()
    from django.db import connection

    import veri.celery  # noqa: F401  notices go to the configured broker
    from billing.errors import BudgetExceeded
    from billing.services.metering import UsageRequest, reserve_usage, settle_usage
    from billing.services.pricing import TokenCounts

    hundred = TokenCounts(input=100)  # micro-dollars, at a dollar a million

    def work(number: int) -> bool:
        time.sleep(max(0.0, starts_at - time.time()))
        action = f"{name}-{number}"
        try:
            reserve_usage(request=UsageRequest(action=action, **REQUEST, upper_bound=hundred), now=NOW)
            if number % 10 == 0:
                settle_usage(source="assistant", action=action, counts=hundred)
        except BudgetExceeded:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        sys.stdout.write(str(sum(pool.map(work, range(count)))))


if __name__ == "__main__":
    main()
