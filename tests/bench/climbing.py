"""Datasets brought up the ladder by the real services, for benches that read MongoDB."""

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings

from migration.enums import Stage
from migration.registry import iterate_specs
from tests.migration.climbing import climb


def climb_all(target: Stage, *, only: Sequence[str] = ()) -> None:
    """Bring datasets to a stage; every read of this process is compared meanwhile."""
    before = settings.MIGRATION
    settings.MIGRATION = replace(before, shadow_share=1)
    try:
        for spec in iterate_specs():
            if spec.name in (only or [spec.name]):
                climb(spec.name, target)
    finally:
        settings.MIGRATION = before
