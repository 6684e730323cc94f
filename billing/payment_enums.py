"""Choices of the ledger, payments, payouts, plans and invoices."""

from django.db import models


class AccountKind(models.TextChoices):
    """What an account counts. Positive amounts are what Veri owes or has earned; negative what it has or has spent."""

    BRAND_FUNDING = "brand_funding", "Brand's funds, not held"
    HELD_FUNDS = "held_funds", "Held funds"
    CREATOR_PAYABLE = "creator_payable", "Payable to the creator"
    PLATFORM_FEE = "platform_fee", "Veri's fees"
    PSP_CLEARING = "psp_clearing", "At the payment provider"
    PSP_FEES = "psp_fees", "Payment provider's fees"
    TAX_WITHHELD = "tax_withheld", "Tax withheld"
    DISPUTES = "disputes", "Disputed"
    REVENUE = "revenue", "Revenue of plans"
    RECEIVABLE = "receivable", "Receivable of plans"


class CauseKind(models.TextChoices):
    EVENT = "event", "Event"
    WEBHOOK = "webhook", "Webhook"
    ACTOR = "actor", "Person"
    SCHEDULE = "schedule", "Schedule"


class Resolution(models.TextChoices):
    POSTED = "posted", "Posted"
    VOIDED = "voided", "Voided"
    EXPIRED = "expired", "Expired"


class ReleaseState(models.TextChoices):
    PLANNED = "planned", "Planned"
    RELEASED = "released", "Released"
    VOIDED = "voided", "Voided"


class Provider(models.TextChoices):
    MERCADO_PAGO = "mercado_pago", "Mercado Pago"
    STRIPE = "stripe", "Stripe"


class PaymentPurpose(models.TextChoices):
    CAMPAIGN = "campaign", "Campaign funding"
    SUBSCRIPTION = "subscription", "Subscription"
    TOP_UP = "top_up", "Top-up"


class IntentState(models.TextChoices):
    REQUESTED = "requested", "Requested"
    OPEN = "open", "Checkout open"
    PAID = "paid", "Paid"
    CANCELLED = "cancelled", "Cancelled"


class RefundState(models.TextChoices):
    REQUESTED = "requested", "Requested"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class DisputeState(models.TextChoices):
    OPEN = "open", "Open"
    WON = "won", "Won"
    LOST = "lost", "Lost"


class InboxState(models.TextChoices):
    PENDING = "pending", "Pending"
    PROCESSED = "processed", "Processed"
    IGNORED = "ignored", "Ignored"
    FAILED = "failed", "Failed"


class ProviderState(models.IntegerChoices):
    """The numbers of ``billing.clients.payments.PaymentStatus``: a payment's state never gets a smaller one."""

    PENDING = 0, "Pending"
    REJECTED = 1, "Rejected"
    CANCELLED = 2, "Cancelled"
    APPROVED = 3, "Approved"
    REFUNDED = 4, "Refunded"
    CHARGED_BACK = 5, "Charged back"


class PayoutState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    APPROVED = "approved", "Approved"
    SENT = "sent", "Sent"
    CONFIRMED = "confirmed", "Confirmed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class SubscriptionState(models.TextChoices):
    PENDING = "pending", "Awaits its first payment"
    TRIAL = "trial", "Trial"
    ACTIVE = "active", "Active"
    PAST_DUE = "past_due", "Past due"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"


class ChargeKind(models.TextChoices):
    PERIOD = "period", "Period"
    UPGRADE = "upgrade", "Upgrade"


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"
