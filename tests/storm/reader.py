"""A process that routes reads like a web process and says when the store changes: ``seconds store``."""

import os
import sys
import time


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veri.settings.test")
    import django  # the settings are named only now

    django.setup()
    from migration.queries.routes import choose_store  # apps are loaded only now

    last = ""
    while True:
        store = choose_store(datasets=[sys.argv[1]], scope=int(sys.argv[2])).value
        if store != last:
            sys.stdout.write(f"{time.time():.3f} {store}\n")
            sys.stdout.flush()
            last = store
        time.sleep(0.01)


if __name__ == "__main__":
    main()
