"""Install the default beat schedule; what staff changed stays as it is."""

from typing import Any

from django.core.management.base import BaseCommand

from veri.platform.ops.services.schedule import install_default_schedule


class Command(BaseCommand):
    help = "Create the missing entries of the default beat schedule."

    def handle(self, *args: Any, **options: Any) -> None:
        created = install_default_schedule()
        self.stdout.write(f"{len(created)} schedule entries created" + "".join(f"\n  {name}" for name in created))
