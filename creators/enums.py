"""Choices of the creators app."""

from django.db import models


class Platform(models.TextChoices):
    YOUTUBE = "youtube", "YouTube"
    TWITCH = "twitch", "Twitch"
    X = "x", "X"
    TIKTOK = "tiktok", "TikTok"
    CHAT = "chat", "Chat"
    EMAIL = "email", "E-mail"


class ConsentState(models.TextChoices):
    PENDING = "pending", "Not asked yet"
    GRANTED = "granted", "Granted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class CreatorRole(models.TextChoices):
    CREATOR = "creator", "Creator"
    BRAND = "brand", "Brand member"


class ConnectionState(models.TextChoices):
    PENDING = "pending", "Pending"
    ACTIVE = "active", "Active"
    REVOKED = "revoked", "Revoked"
    BROKEN = "broken", "Needs attention"


class Outcome(models.TextChoices):
    """What became of one item of a batch."""

    CREATED = "created", "Created"
    DUPLICATE = "duplicate", "Duplicate"
    REJECTED = "rejected", "Rejected"
