"""Install the default beat schedule; what staff changed stays as it is."""

from typing import Any

from veri.platform.ops.commands import OperatorCommand
from veri.platform.ops.services.schedule import install_default_schedule


class Command(OperatorCommand):
    help = "Create the missing entries of the default beat schedule."

    def handle(self, *args: Any, **options: Any) -> None:
        created = install_default_schedule()
        self.stdout.write(f"{len(created)} schedule entries created" + "".join(f"\n  {name}" for name in created))
