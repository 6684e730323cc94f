"""Contracts: templates, immutable documents, signatures and a chain of what happened to them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.campaign_enums import ContractEventKind, Side, SignatureMethod
from billing.models.campaigns import Collaboration
from billing.models.offers import Offer


class ContractTemplate(models.Model):
    """A named text of contracts; new contracts take the default's latest version."""

    name = models.CharField(max_length=80)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="contract_template_name_unique"),
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="contract_template_default_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContractTemplateVersion(models.Model):
    """One version of a text, with the variables it needs besides those every contract has; never changed."""

    template = models.ForeignKey(ContractTemplate, on_delete=models.PROTECT, db_index=False, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    variables = models.JSONField(default=dict, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="contract_template_number_unique")]

    def __str__(self) -> str:
        return f"{self.template} {self.number}"


class Contract(models.Model):
    """A collaboration's contract; the version with the highest number is in force."""

    collaboration = models.OneToOneField(Collaboration, on_delete=models.PROTECT, related_name="contract")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"contract {self.pk}"


class ContractVersion(models.Model):
    """A document as it was shown, byte for byte; the database refuses changes.

    ``sha256`` is of ``pdf``, the digest a signer names; ``text_sha256`` is of ``text``, and stands in the document.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, db_index=False, related_name="versions")
    number = models.PositiveIntegerField()
    template_version = models.ForeignKey(ContractTemplateVersion, on_delete=models.PROTECT, related_name="+")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    given = models.JSONField(default=dict)
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "number"], name="contract_version_number_unique"),
            models.UniqueConstraint(fields=["sha256"], name="contract_version_digest_unique"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of contract {self.contract_id}"


class Signature(models.Model):
    """One side's signature of one version: what was consented to, how it was proved, from where. Never changed."""

    version = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, db_index=False, related_name="signatures")
    side = models.CharField(max_length=8, choices=Side)
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    signer_key = models.BigIntegerField()
    signer_name = models.CharField(max_length=150)
    sha256 = models.CharField(max_length=64)
    consent = models.CharField(max_length=500)
    consent_version = models.CharField(max_length=20)
    method = models.CharField(max_length=16, choices=SignatureMethod)
    ip = models.GenericIPAddressField()
    user_agent = models.CharField(max_length=300, blank=True)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "side"], name="signature_side_unique"),
            models.UniqueConstraint(fields=["version", "signer_key"], name="signature_signer_unique"),
        ]

    def __str__(self) -> str:
        return f"signature of the {self.side}"


class ContractSeal(models.Model):
    """The sealed copy of a version both signed: the document and its certificate page. Never changed."""

    version = models.OneToOneField(ContractVersion, on_delete=models.PROTECT, related_name="seal")
    pdf = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal of contract version {self.version_id}"


class ContractEvent(models.Model):
    """A link of a contract's chain: ``hash`` is SHA-256 over the link before and this one's canonical form."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, db_index=False, related_name="events")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=ContractEventKind)
    version_number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    side = models.CharField(max_length=8, choices=Side)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_key = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="contract_event_number_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of contract {self.contract_id}"
