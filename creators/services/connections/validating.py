"""Twitch's rule: a token in use is validated every hour, and a revoked one is dropped at once."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from creators.clients.errors import PlatformError, TokenRejected
from creators.clients.twitch.oauth import validate_token
from creators.enums import ConnectionState, Platform
from creators.errors import ConnectionDelayed, ConnectionNeedsAttention
from creators.models import ConnectionToken
from creators.services.connections.tokens import get_access_token

EVERY = timedelta(minutes=55)
AT_ONCE = 500
logger = structlog.get_logger(__name__)


def validate_due_tokens(*, now: datetime) -> int:
    """Validate the Twitch tokens that were not for 55 minutes; return how many still hold.

    One that is rejected is refreshed; where that is refused too, the creator has to connect again.
    """
    due = ConnectionToken.objects.filter(
        connection__platform=Platform.TWITCH,
        connection__state=ConnectionState.ACTIVE,
        validated_at__lte=now - EVERY,
    )
    ids = list(due.order_by("validated_at").values_list("connection_id", flat=True)[:AT_ONCE])
    return sum(_validate(connection_id, now) for connection_id in ids)


def _validate(connection_id: int, now: datetime) -> bool:
    try:
        access = get_access_token(connection_id=connection_id, now=now)
        try:
            validate_token(access)
        except TokenRejected:
            get_access_token(connection_id=connection_id, now=now, rejected=access)
    except (ConnectionNeedsAttention, ConnectionDelayed) as refusal:
        logger.info("token_does_not_hold", connection=connection_id, reason=refusal.reason)
        return False
    except PlatformError as failure:  # not asked: the next run asks again
        logger.warning("token_not_validated", connection=connection_id, code=failure.code)
        return False
    with transaction.atomic(durable=True):
        ConnectionToken.objects.filter(connection_id=connection_id).update(validated_at=now)
    return True
