"""One process that accepts webhooks as fast as it can: ``python -m tests.bench.webhook_process ID SECONDS WORD``."""

import sys
import time

import orjson

from veri.settings.env import start_embedded_stores

WARM_UP = 50


def main() -> None:
    subscription_id, seconds, word = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    start_embedded_stores(command="web")  # pools its connections as the web does
    import django  # the environment is complete only now

    django.setup()
    import veri.celery  # noqa: F401  events go to the configured broker
    from tests.bench.webhooks import build_sender  # needs the settings

    send = build_sender(subscription_id, word=word)
    for _ in range(WARM_UP):
        send()
    accepted, started = WARM_UP, time.perf_counter()
    measured = 0
    while time.perf_counter() - started < seconds:
        send()
        measured += 1
    taken = time.perf_counter() - started
    told = {"accepted": accepted + measured, "seconds": taken * (accepted + measured) / measured}
    sys.stdout.buffer.write(orjson.dumps(told))


if __name__ == "__main__":
    main()
