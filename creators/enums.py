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


class StubCause(models.TextChoices):
    """Why an interaction's words are gone."""

    POLICY = "policy", "Retention policy"
    FORGOTTEN = "forgotten", "Forgotten at request"


class Outcome(models.TextChoices):
    """What became of one item of a batch."""

    CREATED = "created", "Created"
    DUPLICATE = "duplicate", "Duplicate"
    REJECTED = "rejected", "Rejected"


class ConsentPurpose(models.TextChoices):
    """What a creator may allow others to do; nothing is allowed before it is granted."""

    DISCOVERY = "discovery", "Be found by brands"
    PUBLIC_PROFILE = "public_profile", "Show a public profile"
    BRAND_METRICS = "brand_metrics", "Show figures to brands"


class ConsentSource(models.TextChoices):
    """Where a consent was given or withdrawn."""

    API = "api", "API"
    CONSOLE = "console", "Console"
    IMPORT = "import", "Import"


class BrandRole(models.TextChoices):
    OWNER = "owner", "Owner"
    MEMBER = "member", "Member"
    FORMER = "former", "Former member"


class ContentKind(models.TextChoices):
    VIDEO = "video", "Video"
    SHORT = "short", "Short"
    POST = "post", "Post"
    STREAM = "stream", "Stream"


class Availability(models.TextChoices):
    PUBLIC = "public", "Public"
    UNLISTED = "unlisted", "Unlisted"
    PRIVATE = "private", "Private"
    DELETED = "deleted", "Deleted"


class SeasonState(models.TextChoices):
    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"


class StreakDayState(models.TextChoices):
    """Why a day counts: published on it, told of it within two days, or bridged by a freeze."""

    ACTIVE = "active", "Active"
    REPAIRED = "repaired", "Repaired"
    FROZEN = "frozen", "Frozen"


class FreezeKind(models.TextChoices):
    EARNED = "earned", "Earned"
    GRANTED = "granted", "Granted by staff"
    SPENT = "spent", "Spent"


class TaskRuleKind(models.TextChoices):
    """Who says that a task was fulfilled: the platforms' records, a link to one of them, or a person."""

    EVIDENCE = "platform_evidence", "Platform evidence"
    LINK = "link", "Link to published content"
    STAFF = "staff", "Staff review"


class TaskRepeat(models.TextChoices):
    NONE = "none", "Once"
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"


class SubmissionState(models.TextChoices):
    WAITING = "waiting", "Waits for review"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"


class Currency(models.TextChoices):
    USD = "USD", "US dollar"
    EUR = "EUR", "Euro"
    GBP = "GBP", "Pound sterling"
    BRL = "BRL", "Brazilian real"
