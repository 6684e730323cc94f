"""Choices of the creators app."""

from django.db import models


class Platform(models.TextChoices):
    YOUTUBE = "youtube", "YouTube"
    TWITCH = "twitch", "Twitch"
    X = "x", "X"
    TIKTOK = "tiktok", "TikTok"
    CHAT = "chat", "Chat"
    EMAIL = "email", "E-mail"
    CAMPAIGN = "campaign", "Campaigns on Veri"


# What others may send us; what happens in campaigns is recorded by Veri alone.
INGESTED_PLATFORMS = tuple(one for one in Platform.values if one != Platform.CAMPAIGN)


class ConsentState(models.TextChoices):
    PENDING = "pending", "Not asked yet"
    GRANTED = "granted", "Granted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class CreatorRole(models.TextChoices):
    CREATOR = "creator", "Creator"
    BRAND = "brand", "Brand member"


class AccountRole(models.TextChoices):
    """What a user is; several may hold."""

    CREATOR = "creator", "Creator"
    BRAND = "brand", "Brand member"
    STAFF = "staff", "Staff"


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


class ProofPurpose(models.TextChoices):
    """What a secret sent by mail is for."""

    SIGN_UP = "sign_up", "Sign up"
    RESET = "reset", "Reset the password"
    ADDRESS = "address", "Change the address"
    ERASURE = "erasure", "Confirm an erasure"


class ReservedKind(models.TextChoices):
    """Why a word is no handle. A known name can be claimed by who has it on a connected platform."""

    ROUTE = "route", "Address of ours"
    STAFF = "staff", "Sounds like us"
    KNOWN = "known", "Brand or known name"
    TERM = "term", "Not wanted"


class HandleState(models.TextChoices):
    """Whether a handle can be had, and why not; never who has it."""

    AVAILABLE = "available", "This handle is free."
    TAKEN = "taken", "This handle is taken."
    RESERVED = "reserved", "This handle is reserved."
    CONFUSABLE = "confusable", "This handle looks like one that exists."
    INVALID = "invalid", "Use 3 to 30 of a-z, 0-9, underscore and dot."
    HELD = "held", "This handle is held by somebody else. Try again in a quarter of an hour."


class ConnectOutcome(models.TextChoices):
    """How an attempt to connect an account ended; the front end is told by this word."""

    OK = "ok", "Connected"
    SCOPES_MISSING = "scopes_missing", "Connected, with fewer permissions than needed"
    CANCELLED = "cancelled", "Cancelled by the creator"
    TAKEN = "taken", "The account belongs to another creator"
    FAILED = "failed", "Failed"


class ConnectionHealth(models.TextChoices):
    """What a connection is like, for its creator and for staff."""

    GOOD = "good", "Good"
    DELAYED = "delayed", "The platform does not answer well; tried again by itself"
    LIMITED = "limited", "Permissions are missing"
    RECONNECT = "reconnect", "Connect again"
    DISCONNECTED = "disconnected", "Disconnected"


class SubscriptionState(models.TextChoices):
    WANTED = "wanted", "Wanted"
    PENDING = "pending", "Asked for, not confirmed"
    ENABLED = "enabled", "Enabled"
    FAILED = "failed", "Failed"
    REVOKED = "revoked", "Revoked by the platform"


class WebhookState(models.TextChoices):
    PENDING = "pending", "Not processed yet"
    PROCESSED = "processed", "Processed"
    IGNORED = "ignored", "Nothing to do"
    FAILED = "failed", "Failed"


class SyncKind(models.TextChoices):
    FIRST = "first", "First"
    SCHEDULED = "scheduled", "Scheduled"
    ASKED = "asked", "On demand"


class SyncState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    PAUSED = "paused", "Goes on later"
    FAILED = "failed", "Failed"


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


class PrivacyKind(models.TextChoices):
    EXPORT = "export", "Export"
    ERASURE = "erasure", "Erasure"


class PrivacyState(models.TextChoices):
    """``attention``: a sweep found something nobody expected; ``held``: done but for what a legal hold keeps."""

    PENDING = "pending", "Asked for"
    RUNNING = "running", "Under way"
    WAITING = "waiting", "Waits"
    ATTENTION = "attention", "Needs a person"
    HELD = "held", "Done but for legal holds"
    DONE = "done", "Done"


class PrivacySource(models.TextChoices):
    API = "api", "API"
    CONSOLE = "console", "Console"
    RESTORE = "restore", "Restored backup"


class Currency(models.TextChoices):
    USD = "USD", "US dollar"
    EUR = "EUR", "Euro"
    GBP = "GBP", "Pound sterling"
    BRL = "BRL", "Brazilian real"


class CreatorStage(models.TextChoices):
    IDEA = "idea", "An idea"
    STARTING = "starting", "Just starting"
    GROWING = "growing", "Growing"
    EARNING = "earning", "Earning"
    COMPANY = "company", "A company"


class NextStep(models.TextChoices):
    """What a person could do next, in this order."""

    PROVE_EMAIL = "prove_email", "Prove your e-mail address."
    ANSWER = "answer", "Say what you are building and what interests you."
    CLAIM_HANDLE = "claim_handle", "Claim a handle."
    CONNECT_PLATFORM = "connect_platform", "Connect a platform."
    BE_FOUND = "be_found", "Let brands find you."
