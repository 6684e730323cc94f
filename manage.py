#!/usr/bin/env python
"""Veri's command line."""

import os
import sys


def main() -> None:
    """Run a management command; start the embedded stores first where they are asked for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "veri.settings.local")
    from veri.settings.env import start_embedded_stores  # the settings module must be named first

    start_embedded_stores(command=sys.argv[1] if len(sys.argv) > 1 else "help")
    from django.core.management import execute_from_command_line  # same

    import veri.celery  # noqa: F401  tasks that a command enqueues need the configured application

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
