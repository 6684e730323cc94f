"""Offers and counter-offers: each is a row of its own, and an answer names the one it answers."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.campaign_enums import OfferState, Side
from billing.models.campaigns import Collaboration
from billing.money import LARGEST_MINOR
from creators.enums import Currency


class Offer(models.Model):
    """Terms proposed by one side, as in ``campaign_terms``. An amendment proposes other terms than those accepted."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.PROTECT, db_index=False, related_name="offers")
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=8, choices=Side)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, choices=Currency)
    terms = models.JSONField()
    message = models.CharField(max_length=2_000, blank=True)
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    is_amendment = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=OfferState, default=OfferState.OPEN)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collaboration", "number"], name="offer_number_unique"),
            models.UniqueConstraint(fields=["collaboration"], condition=Q(state="open"), name="offer_open_unique"),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=LARGEST_MINOR), name="offer_amount_bounds"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], condition=Q(state="open"), name="offer_expiry_idx")]

    def __str__(self) -> str:
        return f"offer {self.number} of collaboration {self.collaboration_id}"
