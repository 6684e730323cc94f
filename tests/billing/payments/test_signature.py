from datetime import UTC, datetime, timedelta

import pytest

from billing.clients.mercado_pago.signature import build_manifest, sign, verify
from billing.clients.payments import WebhookRefused

# Published: secret, manifest and the signature it must have.
SECRET, TS, REQUEST = "test-secret", "1742505638683", "req-abc-123"
VECTOR = "1af63d2d780b56254d4547fe49604dc79e757298edf6149e45e579480dd2a404"
SENT = datetime.fromtimestamp(1742505638.683, tz=UTC)


def check(*, ts=TS, v1=VECTOR, request_id=REQUEST, data_id="1234567890", secret=SECRET, now=SENT):
    headers = {"x-signature": f"ts={ts},v1={v1}", "x-request-id": request_id}
    return verify(headers=headers, query={"data.id": data_id, "type": "payment"}, secret=secret, now=now)


def test_published_vector_verifies():
    assert (
        build_manifest(data_id="1234567890", request_id=REQUEST, ts=TS)
        == f"id:1234567890;request-id:{REQUEST};ts:{TS};"
    )
    hint = check()
    assert (hint.data_id, hint.topic, hint.verified_how) == ("1234567890", "payment", "verbatim")


def change(text, position):
    """Return a text with another byte at a position."""
    other = "0" if text[position] != "0" else "1"
    return text[:position] + other + text[position + 1 :]


@pytest.mark.parametrize(
    ("name", "text"),
    [("v1", VECTOR), ("ts", TS), ("request_id", REQUEST), ("data_id", "1234567890"), ("secret", SECRET)],
)
def test_any_changed_byte_is_refused(name, text):
    for position in range(len(text)):
        with pytest.raises(WebhookRefused):
            check(**{name: change(text, position)})


def test_absent_parts_are_left_out():
    assert build_manifest(data_id="", request_id="r", ts="1") == "request-id:r;ts:1;"


@pytest.mark.parametrize(("signed", "how"), [("AbC1", "verbatim"), ("abc1", "lowercase")])
def test_id_is_tried_as_it_came_and_in_lower_case(signed, how):
    v1 = sign(manifest=build_manifest(data_id=signed, request_id=REQUEST, ts=TS), secret=SECRET)
    assert check(data_id="AbC1", v1=v1).verified_how == how


@pytest.mark.parametrize("ts", ["1742505638683", "1742505638"])
def test_time_is_in_seconds_or_milliseconds(ts):
    v1 = sign(manifest=build_manifest(data_id="1", request_id=REQUEST, ts=ts), secret=SECRET)
    assert check(data_id="1", ts=ts, v1=v1).signed["ts"] == ts
    for now in (SENT + timedelta(days=31), SENT - timedelta(minutes=6)):
        with pytest.raises(WebhookRefused, match="too_old"):
            check(data_id="1", ts=ts, v1=v1, now=now)


@pytest.mark.parametrize("header", ["", "ts=1", "v1=a", "ts=x,v1=a", "ts=١,v1=a", f"ts={9 * 10**16},v1=a", "ts=1,v1="])
def test_malformed_header_is_refused(header):
    with pytest.raises(WebhookRefused):
        verify(headers={"x-signature": header}, query={}, secret=SECRET, now=SENT)


def test_nothing_verifies_without_a_secret():
    v1 = sign(manifest=build_manifest(data_id="1", request_id=REQUEST, ts=TS), secret="")
    with pytest.raises(WebhookRefused, match="not_configured"):
        check(data_id="1", v1=v1, secret="")
