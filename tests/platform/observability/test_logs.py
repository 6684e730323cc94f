import json
import logging
import subprocess
import sys

import pytest
import structlog

from veri.platform.observability.redaction import redact_event, redact_text

SECRET = "s3cr3t-Value-123456"
LOG_EVERYTHING = f"""
import logging, structlog
from veri.platform.observability.logs import configure_logging
configure_logging(level="INFO")
structlog.contextvars.bind_contextvars(request_id="req-1")
logger = structlog.get_logger("veri.test")
logger.info("started", creator=7, api_key="{SECRET}", nested={{"Authorization": "Bearer {SECRET}"}})
logging.getLogger("other").warning("connecting to %s", "postgres://veri:{SECRET}@db:5432/veri")
logging.getLogger("other").debug("not shown")
def fail():
    token = "{SECRET}"
    raise ValueError("broken")
try:
    fail()
except ValueError:
    logger.exception("failed")
"""


@pytest.fixture(scope="module")
def lines():
    done = subprocess.run(
        [sys.executable, "-c", LOG_EVERYTHING], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == ""
    assert SECRET not in done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_each_line_is_json_with_the_request(lines):
    assert [(line["event"], line["level"], line["request_id"]) for line in lines] == [
        ("started", "info", "req-1"),
        ("connecting to postgres://veri:[redacted]@db:5432/veri", "warning", "req-1"),
        ("failed", "error", "req-1"),
    ]


def test_secrets_are_redacted_and_the_rest_is_kept(lines):
    assert lines[0]["creator"] == 7
    assert lines[0]["api_key"] == "[redacted]"
    assert lines[0]["nested"] == {"Authorization": "[redacted]"}


def test_traceback_has_no_locals(lines):
    frames = lines[2]["exception"][0]["frames"]

    assert [frame["name"] for frame in frames][-1] == "fail"
    assert all("locals" not in frame for frame in frames)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer abcdefghijk", "Authorization: Bearer [redacted]"),
        ("redis://:hunter2222@host/0", "redis://:[redacted]@host/0"),
        ("GET /cb?code=abc123&state=x", "GET /cb?code=[redacted]&state=x"),
        ("key sk-ant-REDACTED-abcdef", "key sk-[redacted]"),
        ("nothing secret at 12:30", "nothing secret at 12:30"),
        ("used 1200 tokens", "used 1200 tokens"),
    ],
)
def test_credential_shapes_are_redacted(text, expected):
    assert redact_text(text) == expected


@pytest.mark.parametrize("name", ["token", "client_secret", "PASSWORD", "Set-Cookie", "SENTRY_DSN", "access_token"])
def test_secret_names_are_redacted(name):
    assert redact_event(None, "", {name: "value"}) == {name: "[redacted]"}


@pytest.mark.parametrize("name", ["input_tokens", "tokenizer", "author", "cached"])
def test_harmless_names_are_kept(name):
    assert redact_event(None, "", {name: 5}) == {name: 5}


def test_logging_before_configuration_does_not_fail(caplog):
    structlog.get_logger("x").info("fine")
    with caplog.at_level(logging.INFO, logger="x"):
        logging.getLogger("x").info("fine too")

    assert "fine too" in caplog.messages
