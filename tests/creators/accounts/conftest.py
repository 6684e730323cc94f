"""Mails are read where people read them: at a real SMTP server."""

import email
import re
from email.policy import default

import pytest
from rest_framework.test import APIClient

from tests.fakes.smtp import run_smtp_server
from veri.platform.connections.redis import get_redis
from veri.platform.ops.services.delivery import deliver_notifications

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _fresh_windows():
    forget_windows()


def forget_windows() -> None:
    """Forget who asked and was mailed how often: tests use the same addresses."""
    client = get_redis()
    for key in client.scan_iter(match="veri:rate:*"):
        client.delete(key)


@pytest.fixture
def smtp(settings):
    forget_windows()  # also where this fixture is borrowed
    with run_smtp_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def anonymous():
    return APIClient()


def read_mails(server) -> list[tuple[str, str, str]]:
    """Deliver what waits; return each mail's recipient, subject and plain text."""
    server.messages.clear()
    deliver_notifications()
    parsed = [email.message_from_string(text, policy=default) for text in server.messages]
    return [(one["To"], one["Subject"], one.get_body(("plain",)).get_content()) for one in parsed]


def read_code(server) -> str:
    """Return the code in the latest mail."""
    return re.findall(r"^([A-Za-z0-9_-]{43})\s*$", read_mails(server)[-1][2], re.MULTILINE)[-1]
