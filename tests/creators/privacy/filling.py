"""A row in every registered model, about one person, with the canary in every column that can hold a word."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction

from billing.services.ledger import Cause, Leg, hold_transfer, open_account, void_pending
from creators.services.privacy.erasing import order_for_deletion
from tests.conftest import NOW
from veri.platform.ops.privacy import OnErase, list_data
from veri.platform.ops.privacy.registry import list_impersonal

CANARY = "Quetzalwood"
ENDS = ("end", "until", "close")  # how the later one of two dates is named
OTHERS = {"blocked", "met"}  # how the other one of two creators is named
NOT_FILLED = {"sessions.Session", "memory.VectorIndex"}  # signed data, which a browser makes; a view of a catalogue
AUDIT = {"action": "a.b", "request_id": "r"}
HOLD = {"reason": "a lawsuit", "held_models": []}
CAMPAIGN = {
    **dict.fromkeys(("title", "objectives", "category", "exclusivity_category", "usage_territory"), ""),
    "requirements": [],
    "usage_channels": [],
    "timezone": "UTC",
    "ends_on": NOW.date() + timedelta(days=9),
}
# A signed contract is kept whole: its words are the parties', and are expected where they are found.
SIGNED = {"signer_name": "n", "sha256": "", "consent": "c", "consent_version": "1", "user_agent": ""}
BILLED = {"source": "assistant", "action": "filled", "model": "m"}


def make_ledger(*, creator: Any, user: Any) -> tuple[models.Model, ...]:
    """Return a creator's account and a transfer by a user, held and let go: a row alone would not balance."""
    cause = Cause(kind="actor", reference="filled", actor=user)
    with transaction.atomic():
        accounts = [open_account(kind=kind, currency="USD", creator_id=creator.pk) for kind in ("psp_fees", "revenue")]
        legs = [Leg(account=one, amount_minor=amount) for one, amount in zip(accounts, (-5, 5), strict=True)]
        transfer = hold_transfer(key=f"filled:{creator.pk}", legs=legs, cause=cause, now=NOW)
        resolution = void_pending(transfer=transfer, cause=cause, now=NOW)
    return accounts[0], transfer, transfer.postings.first(), resolution


class Filler:
    """Makes rows whose references lead to the subject's rows made before them."""

    def __init__(self, *, user: models.Model, creator: models.Model) -> None:
        self.made: dict[type[models.Model], models.Model] = {type(user): user, type(creator): creator}
        self.user, self.creator, self.word = user, creator, CANARY
        self.special = {
            "events.Event": {"payload": {"creator_id": creator.pk, "text": CANARY}},
            "admin.LogEntry": {"content_type": ContentType.objects.get_for_model(type(creator)), "action_flag": 1},
            "billing.Allowance": {"scope": f"quota:assistant:{creator.pk}", "period_end": NOW + timedelta(days=1)},
            "ops.Notification": {"recipient": user.email},
            "ops.AuditEntry": {"target_type": "creators.creator", "target_id": str(creator.pk), **AUDIT},
            "axes.AccessAttempt": {"username": user.email.upper()},
            "axes.AccessFailureLog": {"username": user.email},
            "axes.AccessLog": {"username": user.username},
            "memory.Feedback": {"rating": 5, "completion": 0.5, "target_kind": "creator", "target_id": creator.pk},
            "memory.PreferenceProfile": {"brand": None},
            "memory.RecommendationSet": {"brand": None},
            "creators.SavedList": {"brand": None},
            "creators.PrivacyRequest": {
                "user_key": user.pk,
                "creator_keys": [creator.pk],
                "state": "done",
                "waits_for": "",
                "file_name": "",
                "steps": {},
                "evidence": {},
                "held": [],
            },
            "creators.LegalHold": {"user_key": user.pk, "creator_key": creator.pk, "lifted_at": NOW, **HOLD},
            "creators.Invite": {"used": 0, "code_hash": "h"},
            "creators.FormerHandle": {"handle": "earlier.name", "key": "earliername"},
            "billing.UsageEvent": {**BILLED, "provider_request_id": ""},
            "billing.Reservation": BILLED,
            "billing.Campaign": CAMPAIGN,
            "billing.Collaboration": {"state": "closed", "accepted_offer": None},
            "billing.Offer": {"terms": {}, "answers": None},
            "billing.Submission": {"sha256": ""},
            "billing.UsageRight": {"territory": "EU", "channels": []},
            "billing.CampaignEvent": {"facts": {}, "state_from": "", "state_to": ""},
            "billing.CampaignTask": {"key": "k", "title": "t"},
            "billing.CampaignReminder": {"key": "k"},
            "billing.ContractVersion": {"text": "t", "text_sha256": "", "sha256": "f", "pdf": b"p", "given": {}},
            "billing.ContractSeal": {"sha256": "", "pdf": b"p"},
            "billing.ContractEvent": {"sha256": "", "facts": {}, "previous_hash": "", "hash": ""},
            "billing.Signature": SIGNED,
            "billing.ContractTemplateVersion": {"body": "b", "variables": {}, "number": 99},
            "billing.WorkflowVersion": {"definition": {"stages": []}, "number": 99},
            "billing.HeldRelease": {"state": "planned"},
            "billing.CampaignFunds": {"freeze_reason": ""},
            "billing.PaymentIntent": {"description": "", "checkout_id": "", "checkout_url": ""},
            "billing.ProviderPayment": {"payment_id": "p", "currency": "USD", "reference": "", "quarantine": ""},
            "billing.Refund": {"refund_id": "", "key": "k", "reason": "", "error": ""},
            "billing.Chargeback": {"chargeback_id": "c"},
            "billing.PayoutBatch": {"note": ""},
            "billing.Invoice": {
                "kind": "invoice",
                "corrects": None,
                "issuer": "VERI",
                "key": "k",
                "buyer_name": "kept by law",
                "buyer_tax_id": "",
                "buyer_address": "",
                "buyer_country": "",
                "net_minor": 1,
                "tax_minor": 1,
                "total_minor": 2,
                "pdf": b"",
                "sha256": "",
                "brand": None,
            },
            "billing.InvoiceLine": {"description": "Plus"},
            "billing.BillingProfile": {"brand": None},
            "billing.Subscription": {"brand": None, "provider_subscription_id": "", "timezone": "UTC"},
            "billing.SubscriptionPeriod": {"ends_at": NOW + timedelta(days=30)},
            "billing.Payout": {"bank_reference": "", "reason": "", "approved_by": None},
            "billing.UsageRollup": {"source": "assistant", "model": "m"},
            "billing.BudgetNotice": {"scope": f"budget:creator:{creator.pk}"},
            "billing.QuotaGrant": {"expires_at": NOW + timedelta(days=1)},
            "creators.Season": {"ends_at": NOW + timedelta(days=30)},
            "creators.Task": {"code": "post", "closes_at": None},
            "creators.WebhookSubscription": {"type": "video"},
            "http.ApiKey": {"rate_limit": ""},
            # What stays has the canary only where it is to be emptied.
            "migration.ParityRun": {"mode": "scope", "started_by": "desk", "shape": "", "error": ""},
            "migration.ParityMismatch": {"fields": [], "document_id": ""},
            "migration.ParitySuspect": {"fields": [], "document_id": "", "versions": ""},
            "migration.ShadowRead": {"datasets": ["memories"], "kind": "retrieval"},
            "migration.OutboxRow": {"dataset": "interactions", "key": -1},
            "creators.AccountProof": {"purpose": "reset"},
        }

    def fill(self) -> list[str]:
        """Make the rows, those first that others refer to; return the models that got one, and those that could not."""
        going = list(reversed(order_for_deletion(list_data())))
        staying = [one for one in list_data() if one.on_erase == OnErase.RETAIN or one.is_cascaded]
        failed = []
        self.made |= {type(one): one for one in make_ledger(creator=self.creator, user=self.user)}
        for data in (*going, *staying):
            if data.table in self.made or data.model in NOT_FILLED:
                continue
            try:
                with transaction.atomic():
                    self.made[data.table] = self._make(data.model, data.table)
            except Exception as error:  # noqa: BLE001  which models cannot be filled is asserted
                self.made[data.table] = data.table._base_manager.first()
                if "already exists" not in str(error):  # the person has his only one
                    failed.append(f"{data.model}: {type(error).__name__} {str(error)[:150]}")
        return failed

    def _make(self, label: str, model: type[models.Model]) -> models.Model:
        given, self.word = self.special.get(label, {}), self._get_word(label)
        values = {
            field.name: given.get(field.name, self._choose(field))
            for field in model._meta.concrete_fields
            if not (field.primary_key and not field.is_relation and field.get_internal_type().endswith("AutoField"))
            and not getattr(field, "generated", False)
        }
        self.word = CANARY
        return model._base_manager.create(**values)

    def _get_word(self, label: str) -> str:
        """Return what texts hold: what is nobody's must not hold the canary."""
        return "plain" if label.lower() in list_impersonal() else CANARY

    def _get_other(self) -> models.Model:
        creators = type(self.creator)._base_manager
        return creators.filter(handle="somebodyelse").first() or creators.create(
            handle="somebodyelse", created_at=NOW, updated_at=NOW
        )

    def _choose(self, field: Any) -> Any:  # noqa: C901, PLR0911  one line a type
        if isinstance(field, models.ForeignKey):
            return self._refer(field)
        if isinstance(field, ArrayField):
            chosen = self._choose(field.base_field)
            return [] if chosen is None else [chosen]
        if field.choices:
            return field.choices[0][0]
        if isinstance(field, models.JSONField):
            return {"text": self.word}
        if isinstance(field, models.DateField):  # instants too
            moment = NOW + timedelta(days=30) if field.name.startswith(ENDS) else NOW
            return moment if isinstance(field, models.DateTimeField) else moment.date()
        if isinstance(field, models.BooleanField):
            return field.default if field.has_default() else False
        if isinstance(field, models.BinaryField):
            return self.word.encode()
        if isinstance(field, models.UUIDField):
            return uuid4()
        if isinstance(field, models.GenericIPAddressField):
            return "127.0.0.1"
        if isinstance(field, (models.IntegerField, models.FloatField, models.DecimalField)):
            return self.creator.pk if field.name in ("scope", "creator_key") else 1
        if isinstance(field, (models.CharField, models.TextField)):
            return self.word[: field.max_length or None]
        return [0.5] * field.dimensions if not field.null else None  # a vector

    def _refer(self, field: Any) -> Any:
        target = field.related_model
        if target is type(self.creator) and field.name in OTHERS:
            return self._get_other()
        if target in self.made and target is not field.model:
            return self.made[target]
        if field.null:
            return None
        word = self.word
        found = target._base_manager.first() or self._make(target._meta.label, target)
        self.word = word
        return found
