"""Secrets at rest: readable only when asked for, and only as they were written."""

import json

import pytest
from cryptography.fernet import Fernet

from veri.platform.secrets.fields import EncryptedTextField, Secret
from veri.platform.secrets.keys import SecretUnreadable, decrypt, encrypt, get_newest_fingerprint

NEW_KEY = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0="


def test_same_text_is_never_stored_alike():
    stored = {encrypt("a token") for _ in range(3)}
    assert len(stored) == 3
    assert {decrypt(one) for one in stored} == {"a token"}
    assert all(one.startswith(get_newest_fingerprint()) for one in stored)


def test_secret_shows_itself_only_when_asked():
    secret = Secret(encrypt("a token"))
    shown = f"{secret} {secret!r} {[secret]} {EncryptedTextField().get_prep_value(secret)}"
    assert "a token" not in shown
    assert secret.reveal() == "a token"
    with pytest.raises(TypeError):
        json.dumps({"token": secret})


def test_empty_stays_empty():
    assert EncryptedTextField().get_prep_value("") == ""
    assert EncryptedTextField().from_db_value(None, None, None) is None
    assert not Secret("")


def test_changed_or_foreign_secret_is_unreadable(settings):
    stored = encrypt("a token")
    fingerprint, _, token = stored.partition(".")
    with pytest.raises(SecretUnreadable):
        decrypt(f"{fingerprint}.{token[:-4]}AAAA")
    other = Fernet(NEW_KEY).encrypt(b"a token").decode()
    with pytest.raises(SecretUnreadable):
        decrypt(f"{fingerprint}.{other}")
    settings.ENCRYPTION_KEYS = [NEW_KEY]
    with pytest.raises(SecretUnreadable):
        decrypt(stored)
