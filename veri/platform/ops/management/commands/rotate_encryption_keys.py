"""``manage.py rotate_encryption_keys``: encrypt stored secrets with the first key of ENCRYPTION_KEY."""

from typing import Any

from django.core.management.base import CommandError

from veri.platform.ops.commands import OperatorCommand
from veri.platform.secrets.rotation import rotate_secrets


class Command(OperatorCommand):
    help = (
        "Encrypt every stored secret with the newest key. Put the new key first in ENCRYPTION_KEY, restart, run this, "
        "then take the old key away. Runs beside the system and may be run again at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        lost = 0
        for one in rotate_secrets():
            lost += one.unreadable
            self.stdout.write(f"{one.column}: {one.renewed} renewed, {one.unreadable} unreadable")
        if lost:
            raise CommandError(
                f"{lost} secrets fit no configured key: keep the old ones, or let creators connect anew."
            )
