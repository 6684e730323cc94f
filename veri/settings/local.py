"""A developer's machine: embedded stores unless addresses are given."""

from veri.settings.base import *  # noqa: F403  a profile is the base with differences
