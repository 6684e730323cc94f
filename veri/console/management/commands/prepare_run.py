"""``manage.py prepare_run``: what ``make run`` needs before its processes start."""

import secrets
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command

from veri.platform.ops.commands import OperatorCommand

ADMIN = "admin"


class Command(OperatorCommand):
    help = "Migrate, install the schedule, create the console's first user, and print how to sign in."

    def handle(self, *_args: Any, **_options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("install_schedule", stdout=StringIO())
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        password = _ensure_admin(kept_in=settings.VAR_DIR / "admin-password")
        self.stdout.write("\n  Console   http://127.0.0.1:8000/admin/")
        self.stdout.write(f"  User      {ADMIN}")
        self.stdout.write(f"  Password  {password}")
        self.stdout.write("  API docs  http://127.0.0.1:8000/api/docs\n\n")


def _ensure_admin(*, kept_in: Path) -> str:
    """Create the first user with a generated password, or say where the password is only its owner's knowledge."""
    users = get_user_model().objects
    if kept_in.exists() and users.filter(username=ADMIN).exists():
        return kept_in.read_text().strip()
    if users.filter(username=ADMIN).exists():
        return "(as you set it)"
    password = secrets.token_urlsafe(12)
    users.create_superuser(username=ADMIN, email="", password=password)
    kept_in.touch(mode=0o600)
    kept_in.write_text(f"{password}\n")
    return password
