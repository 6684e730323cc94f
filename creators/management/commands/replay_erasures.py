"""``manage.py replay_erasures``: after a database was put back by other means than ``backup restore``."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from creators.services.privacy.restoring import replay_erasures


class Command(BaseCommand):
    help = "Ask for the erasure of everybody in the database who was erased before."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{replay_erasures(now=timezone.now())} erasures were asked for again")
