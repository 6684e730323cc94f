"""Invoices and credit notes: numbered without gaps per issuer and year, never changed once issued."""

from django.db import models
from django.db.models import Q

from billing.models.payments import PaymentIntent
from billing.payment_enums import InvoiceKind
from creators.enums import Currency
from creators.models import Brand, Creator


class BillingProfile(models.Model):
    """Whom documents are made out to. Documents keep what it said when they were issued."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    legal_name = models.CharField(max_length=120)
    tax_id = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=300, blank=True)
    country = models.CharField(max_length=2, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creator"], name="billing_profile_creator_unique"),
            models.UniqueConstraint(fields=["brand"], name="billing_profile_brand_unique"),
            models.CheckConstraint(
                condition=Q(creator=None, brand__isnull=False) | Q(creator__isnull=False, brand=None),
                name="billing_profile_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.legal_name


class InvoiceSeries(models.Model):
    """The last number an issuer used in a year; whoever issues locks it."""

    issuer = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "year"], name="invoice_series_unique")]
        verbose_name_plural = "invoice series"

    def __str__(self) -> str:
        return f"{self.issuer} {self.year}"


class Invoice(models.Model):
    """One document. A credit note's amounts are positive and lessen those of the invoice it ``corrects``."""

    kind = models.CharField(max_length=12, choices=InvoiceKind, default=InvoiceKind.INVOICE)
    issuer = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    intent = models.ForeignKey(PaymentIntent, on_delete=models.PROTECT, null=True, blank=True, related_name="invoices")
    key = models.CharField(max_length=120)
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    buyer_name = models.CharField(max_length=120)
    buyer_tax_id = models.CharField(max_length=40, blank=True)
    buyer_address = models.CharField(max_length=300, blank=True)
    buyer_country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, choices=Currency)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    issued_at = models.DateTimeField()
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "year", "number"], name="invoice_number_unique"),
            models.UniqueConstraint(fields=["key"], name="invoice_key_unique"),
            models.CheckConstraint(
                condition=Q(total_minor=models.F("net_minor") + models.F("tax_minor"), total_minor__gt=0),
                name="invoice_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", corrects=None) | Q(kind="credit_note", corrects__isnull=False),
                name="invoice_corrects_another",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number as it is printed, like ``VERI-2026-000017``."""
        return f"{self.issuer}-{self.year}-{self.number:06}"


class InvoiceLine(models.Model):
    """A line: ``net`` and ``tax`` are of the whole quantity."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, db_index=False, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=200)
    quantity = models.PositiveIntegerField(default=1)
    net_minor = models.BigIntegerField()
    tax_basis_points = models.PositiveIntegerField(default=0)
    tax_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_unique")]

    def __str__(self) -> str:
        return self.description
