"""Choices of campaigns: states, who may act, what may be done, what is asked before."""

from django.db import models


class CampaignKind(models.TextChoices):
    SPONSORED_VIDEO = "sponsored_video", "Sponsored video"
    UGC = "ugc", "User-generated content"
    LIVE_STREAM = "live_stream", "Live stream"
    AFFILIATE = "affiliate", "Affiliate"


class CampaignState(models.TextChoices):
    """Of the campaign as a whole; what is agreed, made and paid has the states of its collaborations."""

    DRAFT = "draft", "Draft"
    BRIEFED = "briefed", "Briefed"
    CLOSED = "closed", "Closed"
    CANCELLED = "cancelled", "Cancelled"


class CollaborationState(models.TextChoices):
    """How far a brand and one creator have come."""

    DRAFT = "draft", "Draft"
    BRIEFED = "briefed", "Briefed"
    OFFERED = "offered", "Offered"
    COUNTERED = "countered", "Countered"
    ACCEPTED = "accepted", "Accepted"
    CONTRACT_SENT = "contract_sent", "Contract sent"
    SIGNED = "signed", "Signed"
    FUNDED = "funded", "Funded"
    IN_PRODUCTION = "in_production", "In production"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    SUBMITTED = "submitted", "Submitted"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    VERIFIED = "verified", "Verified"
    RELEASED = "released", "Released"
    PAID = "paid", "Paid"
    CLOSED = "closed", "Closed"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"
    CANCELLED = "cancelled", "Cancelled"
    DISPUTED = "disputed", "Disputed"
    REFUNDED = "refunded", "Refunded"


class Side(models.TextChoices):
    """Who acts. The clock is the beat; the provider tells of payments."""

    BRAND = "brand", "Brand"
    CREATOR = "creator", "Creator"
    STAFF = "staff", "Staff"
    CLOCK = "clock", "Clock"
    PROVIDER = "provider", "Payment provider"


class Action(models.TextChoices):
    """What moves a collaboration, or is noted in its history."""

    INVITE = "invite", "Invite"
    BRIEF = "brief", "Brief"
    OFFER = "offer", "Make an offer"
    COUNTER = "counter", "Make a counter-offer"
    ACCEPT = "accept", "Accept"
    DECLINE = "decline", "Decline"
    EXPIRE = "expire", "Expire"
    SEND_CONTRACT = "send_contract", "Send the contract"
    SIGN = "sign", "Sign"
    FUND = "fund", "Hold the funds"
    START = "start", "Start production"
    SUBMIT = "submit", "Submit"
    REQUEST_CHANGES = "request_changes", "Request changes"
    APPROVE = "approve", "Approve"
    PUBLISH = "publish", "Publish"
    VERIFY = "verify", "Verify"
    RELEASE = "release", "Release"
    PAY = "pay", "Pay out"
    CLOSE = "close", "Close"
    REPORT = "report", "Report the outcome"
    AMEND = "amend", "Change the terms"
    CANCEL = "cancel", "Cancel"
    REFUND = "refund", "Refund"
    DISPUTE = "dispute", "Dispute"
    RESOLVE = "resolve", "Resolve the dispute"
    WITHDRAW = "withdraw", "Withdraw the dispute"
    LATE = "late", "Overdue"


class Guard(models.TextChoices):
    """What must hold before a move; the text says it to whoever asks why not."""

    OFFER_STANDS = "offer_stands", "An offer stands and has not expired"
    OFFER_OVERDUE = "offer_overdue", "The offer has expired"
    WITHIN_BUDGET = "within_budget", "The fee fits the campaign's budget"
    NOT_BOUND = "not_bound", "The creator is bound to no other brand for the time"
    CREATOR_PRESENT = "creator_present", "The creator is here and takes part"
    CONTRACT_PRESENT = "contract_present", "There is a contract of the terms agreed"
    SIGNED_BY_BOTH = "signed_by_both", "Both signed the contract in force"
    FUNDS_HELD = "funds_held", "The fee is held"
    NOTHING_RELEASED = "nothing_released", "Nothing was verified or released yet"
    NOT_DISPUTED = "not_disputed", "No dispute is open"
    BLOCKING_TASKS = "blocking_tasks", "The tasks of this stage that block are done"
    ALL_SUBMITTED = "all_submitted", "Every deliverable was submitted"
    ALL_APPROVED = "all_approved", "Every deliverable was approved"
    ALL_PUBLISHED = "all_published", "Every deliverable was published"
    ALL_VERIFIED = "all_verified", "Every deliverable was verified"
    ALL_RELEASED = "all_released", "Every milestone was released"
    PAYOUT_CONFIRMED = "payout_confirmed", "The payout was confirmed"


class OfferState(models.TextChoices):
    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    COUNTERED = "countered", "Answered by another"
    DECLINED = "declined", "Declined"
    EXPIRED = "expired", "Expired"
    WITHDRAWN = "withdrawn", "Withdrawn"


class DeliverableFormat(models.TextChoices):
    VIDEO = "video", "Video"
    SHORT = "short", "Short"
    POST = "post", "Post"
    STREAM = "stream", "Stream"
    LINK = "link", "Affiliate link"
    FILE = "file", "File for the brand's own use"


class DeliverableState(models.TextChoices):
    PLANNED = "planned", "Planned"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    SUBMITTED = "submitted", "Submitted"
    APPROVED = "approved", "Approved"
    PUBLISHED = "published", "Published"
    VERIFIED = "verified", "Verified"
    RELEASED = "released", "Released"
    CANCELLED = "cancelled", "Cancelled"


class SubmissionDecision(models.TextChoices):
    WAITING = "waiting", "Waits for review"
    CHANGES = "changes", "Changes requested"
    APPROVED = "approved", "Approved"


class UsageChannel(models.TextChoices):
    ORGANIC = "organic", "The brand's own pages"
    PAID_SOCIAL = "paid_social", "Paid social media"
    WEBSITE = "website", "Website and shop"
    EMAIL = "email", "E-mail"
    TELEVISION = "television", "Television"
    PRINT = "print", "Print and outdoor"


class DisputeState(models.TextChoices):
    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"
    WITHDRAWN = "withdrawn", "Withdrawn"


class VariableType(models.TextChoices):
    """What a contract template's variable holds."""

    TEXT = "text", "Text"
    DATE = "date", "Day"
    NUMBER = "number", "Whole number"


class ContractEventKind(models.TextChoices):
    MADE = "made", "Made"
    SENT = "sent", "Sent"
    VIEWED = "viewed", "Viewed"
    SIGNED = "signed", "Signed"
    SUPERSEDED = "superseded", "Replaced by a new version"
    SEALED = "sealed", "Sealed with a certificate"


class SignatureMethod(models.TextChoices):
    """How a signer proved who he is at that moment."""

    PASSWORD = "password", "Password entered again"
    SECOND_FACTOR = "second_factor", "Code of the second factor"
    RECENT_SIGN_IN = "recent_sign_in", "Signed in a short while before"


# What is asked for by name over the API; the other moves follow from what is done.
CAMPAIGN_MOVES = [(one.value, one.label) for one in (Action.BRIEF, Action.CLOSE, Action.CANCEL)]
COLLABORATION_MOVES = [
    (one.value, one.label) for one in (Action.SEND_CONTRACT, Action.START, Action.CANCEL, Action.REFUND, Action.CLOSE)
]
