"""A process is killed between the provider's answer and our commit; the stored key makes the next one converge."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from billing.models import Account, PaymentIntent, Refund
from billing.services import held_funds
from billing.services.payments.sending import open_checkout, send_due_refunds, synchronise_intent
from tests.billing.payments.conftest import CAMPAIGN, CAUSE, usd
from tests.migration.test_relay_faults import build_variables


def run(action, settings, failpoint, *more):
    """Run a command of ``manage.py payments`` that kills itself at a point."""
    names = (
        "MERCADO_PAGO_BASE_URL",
        "MERCADO_PAGO_ACCESS_TOKEN",
        "MERCADO_PAGO_WEBHOOK_SECRET",
        "MERCADO_PAGO_USER_ID",
    )
    given = {name: str(getattr(settings, name)) for name in names} | {"VERI_FAILPOINT": failpoint}
    return subprocess.run(
        [sys.executable, "manage.py", "payments", action, *more],
        cwd=settings.BASE_DIR,
        env={**os.environ, **build_variables(mongo_url=settings.MONGODB_URIS[0]), **given},
        check=False,
        timeout=60,
    ).returncode


@pytest.mark.django_db(transaction=True)
def test_killed_after_the_providers_answer_counts_one_of_each(mp, gateway, brand, settings):
    now = timezone.now()
    with transaction.atomic():
        intent = held_funds.request_funding(campaign_ref=CAMPAIGN, brand=brand, amount=usd(900), actor=None, now=now)
    assert run("open_checkout", settings, "payments.after_checkout", "--intent", str(intent.pk)) == -signal.SIGKILL
    assert (PaymentIntent.objects.get().state, len(mp.preferences)) == ("requested", 1)
    opened = open_checkout(intent_id=intent.pk, now=now)
    assert (opened.state, len(mp.preferences)) == ("open", 1)

    paid = mp.pay(opened.checkout_id)
    assert run("poll", settings, "payments.after_fetch") == -signal.SIGKILL
    assert not Account.objects.filter(kind="held_funds").exclude(posted_minor=0).exists()
    synchronise_intent(intent_id=intent.pk, cause=CAUSE, now=now)
    with transaction.atomic():
        held_funds.refund_held(campaign_ref=CAMPAIGN, amount=usd(400), cause=CAUSE, now=now)
    assert run("send_refunds", settings, "payments.after_refund") == -signal.SIGKILL
    assert Refund.objects.get().state == "requested"
    assert send_due_refunds(now=now + timedelta(hours=1)) == 1
    assert len(mp.payments[str(paid["id"])]["refunds"]) == 1
    assert dict(Account.objects.exclude(posted_minor=0).values_list("kind", "posted_minor")) == {
        "psp_clearing": -500,
        "held_funds": 500,
    }
