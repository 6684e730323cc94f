"""Staging: production's settings with a short HSTS, so that a mistake does not outlive the day."""

from veri.settings.production import *  # noqa: F403  a profile is the base with differences

SECURE_HSTS_SECONDS = 3600
SECURE_HSTS_PRELOAD = False
