"""The fakes as the demo runs them: one address, webhooks over real HTTP, an outage."""

import urllib.error
import urllib.request

import pytest

from billing.clients.payments import CheckoutRequest, ProviderUnavailable, get_provider
from tests.billing.payments.conftest import visit
from tests.fakes.payments import list_variables, run_payments


def control(gateway, path):
    request = urllib.request.Request(f"{gateway.url}/control/{path}", method="POST")  # noqa: S310  the test's own
    with urllib.request.urlopen(request) as answer:  # noqa: S310  same
        return answer.status


@pytest.mark.parametrize("name", ["mercado_pago", "stripe"])
def test_both_providers_answer_behind_one_address_and_go_away(settings, name):
    asked = CheckoutRequest(reference="r", idempotency_key="k", amount_minor=990, currency="USD", title="Plus")
    with run_payments() as payments:
        for variable, value in list_variables(payments.gateway.url).items():
            setattr(settings, variable, value)
        provider = get_provider(name)
        visit(provider.create_checkout(asked).url)
        (payment_id,) = provider.list_payments_of("r")
        control(payments.gateway, f"charge_back?provider={name}&payment={payment_id}&outcome=lost")
        assert provider.fetch_payment(payment_id).dispute.outcome == "lost"
        control(payments.gateway, "outage?seconds=60")
        with pytest.raises(ProviderUnavailable):
            provider.fetch_payment(payment_id)
        with pytest.raises(urllib.error.HTTPError):
            control(payments.gateway, "charge_back?payment=none")
