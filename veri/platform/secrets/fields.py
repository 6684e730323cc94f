"""A text column nobody reads by accident: encrypted at rest, and hidden until somebody asks for it by name."""

from typing import Any

from django.db import models

from veri.platform.secrets.keys import decrypt, encrypt


class Secret:
    """A stored secret; only ``reveal`` shows it, so that it stays out of logs, errors, templates and JSON."""

    __slots__ = ("_stored",)

    def __init__(self, stored: str) -> None:
        self._stored = stored

    def reveal(self) -> str:
        """Return the plain text.

        Raises:
            SecretUnreadable: no configured key fits.
        """
        return decrypt(self._stored)

    @property
    def stored(self) -> str:
        """The encrypted form, for writing it back unchanged."""
        return self._stored

    def __bool__(self) -> bool:
        return bool(self._stored)

    def __repr__(self) -> str:
        return "[secret]" if self._stored else "[no secret]"

    __str__ = __repr__


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """Holds a ``Secret``; takes plain text or a ``Secret``. An empty text stays empty. Cannot be searched for."""

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Secret):
            return value.stored
        return encrypt(value) if value else value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Secret(value)

    def value_to_string(self, obj: models.Model) -> str:
        return repr(self.value_from_object(obj))
