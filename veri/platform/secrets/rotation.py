"""Encrypt every stored secret with the newest key, while the system runs."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.models.functions import Left

from veri.platform.secrets.fields import EncryptedTextField
from veri.platform.secrets.keys import FINGERPRINT_LENGTH, SecretUnreadable, get_newest_fingerprint

BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Rotation:
    """What became of one column: secrets encrypted anew, and those no configured key opens."""

    column: str
    renewed: int
    unreadable: int


def rotate_secrets() -> Iterator[Rotation]:
    """Encrypt anew what is not under the newest key, a batch a transaction; killed anywhere, run it again.

    A row somebody holds (a refresh under way) is waited for. What no key opens is counted and left as it is.
    """
    for model in apps.get_models():
        for field in model._meta.local_fields:  # noqa: SLF001  Django's documented API
            if isinstance(field, EncryptedTextField):
                yield _rotate(model, field.name)


def _rotate(model: type[models.Model], name: str) -> Rotation:
    renewed = unreadable = 0
    last = None
    while keys := _list_old(model, name, last):
        for key in keys:
            is_renewed = _renew(model, name, key)
            renewed += is_renewed
            unreadable += not is_renewed
        last = keys[-1]
    return Rotation(column=f"{model._meta.label}.{name}", renewed=renewed, unreadable=unreadable)  # noqa: SLF001  same


def _list_old(model: type[models.Model], name: str, last: object) -> list[object]:
    rows = model._default_manager.annotate(  # noqa: SLF001  same
        fingerprint=Left(name, FINGERPRINT_LENGTH, output_field=models.CharField())
    )
    old = rows.exclude(fingerprint=get_newest_fingerprint()).exclude(fingerprint="").exclude(fingerprint=None)
    if last is not None:
        old = old.filter(pk__gt=last)
    return list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic(durable=True)
def _renew(model: type[models.Model], name: str, key: object) -> bool:
    """Encrypt one secret anew under its row's lock, so that a token refreshed meanwhile is not overwritten."""
    rows = model._default_manager.filter(pk=key)  # noqa: SLF001  same
    secret = rows.select_for_update().values_list(name, flat=True).first()
    try:
        plain = secret.reveal() if secret else ""
    except SecretUnreadable:
        return False
    rows.update(**{name: plain})
    return True
