"""The steps of ``manage.py migration``, by the room they act on."""

from migration.management.steps import archives, checking, engine, flags, rollouts, stages
from migration.management.steps.step import STEPS, Context, Step

__all__ = ["STEPS", "Context", "Step", "archives", "checking", "engine", "flags", "rollouts", "stages"]
