"""The ledger: accounts, transfers, postings. The latter two are never changed: the database refuses it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.payment_enums import AccountKind, CauseKind, Resolution
from creators.enums import Currency
from creators.models import Brand, Creator


class Account(models.Model):
    """What is counted for somebody or something in one currency, with its balances as of its latest transfer.

    ``key`` names it for good, also when the link to its creator is cut. ``pending_out_minor`` is what pending transfers
    would take, ``pending_in_minor`` what they would bring.
    """

    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=AccountKind)
    currency = models.CharField(max_length=3, choices=Currency)
    campaign_ref = models.BigIntegerField(null=True, blank=True)
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    posted_minor = models.BigIntegerField(default=0)
    pending_in_minor = models.PositiveBigIntegerField(default=0)
    pending_out_minor = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key"], name="account_key_unique")]
        indexes = [
            models.Index(fields=["campaign_ref", "kind"], name="account_campaign_idx"),
            models.Index(fields=["kind", "currency"], name="account_kind_idx"),
        ]

    def __str__(self) -> str:
        return self.key


class Transfer(models.Model):
    """One fact: its postings sum to zero per currency. A pending one moves nothing until another posts it.

    ``digest`` is of its legs: the same key with another digest is a conflict. ``resolves`` is the pending transfer that
    this one posted.
    """

    key = models.CharField(max_length=200)
    is_pending = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    resolves = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="posted_by")
    digest = models.CharField(max_length=64)
    cause_kind = models.CharField(max_length=10, choices=CauseKind)
    cause_reference = models.CharField(max_length=200)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="transfer_key_unique"),
            models.CheckConstraint(condition=Q(expires_at=None) | Q(is_pending=True), name="transfer_posted_stays"),
        ]
        indexes = [
            models.Index(fields=["recorded_at"], name="transfer_recorded_idx"),
            models.Index(fields=["expires_at"], condition=Q(expires_at__isnull=False), name="transfer_expiry_idx"),
        ]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """A part of a transfer: what one account gains, or loses when negative."""

    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False, related_name="postings")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount_minor=0), name="posting_moves_something")]
        indexes = [models.Index(fields=["account", "id"], name="posting_account_idx")]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount_minor}"


class TransferResolution(models.Model):
    """How a pending transfer ended, once."""

    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="resolution")
    outcome = models.CharField(max_length=8, choices=Resolution)
    cause_kind = models.CharField(max_length=10, choices=CauseKind)
    cause_reference = models.CharField(max_length=200)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.transfer_id}: {self.outcome}"
