"""People who sign in: staff, creators, brand members."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Django's user; a model of our own so that accounts can grow without replacing the table."""
