"""A process that verifies: ``documents`` or ``copies`` once, printing its highest memory, or ``endless``."""

import resource
import sys

from veri.settings.env import start_embedded_stores


def main() -> None:
    start_embedded_stores(command="bench")
    import django  # the environment is complete only now

    django.setup()
    from tests.bench import verify  # models are loaded only now

    what = sys.argv[1]
    steps = {"copies": verify.compare_both, "documents": verify.check_documents, "endless": verify.check_live}
    steps[what]()
    while what == "endless":
        steps[what]()
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}\n")


if __name__ == "__main__":
    main()
