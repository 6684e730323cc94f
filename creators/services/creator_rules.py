"""What a creator's fields must look like."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from creators.enums import ConsentState, CreatorRole
from creators.errors import InvalidCreator
from creators.models.creator import validate_handle

MAX_BIO = 5_000
MAX_TAGS = 20
MAX_TAG = 40
MAX_NAME = 120
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?\Z")


def check_creator_fields(fields: dict[str, Any]) -> None:
    """Check the given fields of a creator.

    Raises:
        InvalidCreator: with the reasons by field.
    """
    problems = {name: reason for name, value in fields.items() if (reason := _find_problem(name, value))}
    if problems:
        raise InvalidCreator(problems={name: [reason] for name, reason in problems.items()})


def _find_problem(name: str, value: Any) -> str:
    check = _CHECKS.get(name)
    if isinstance(value, str) and "\0" in value:
        return "Must not contain NUL characters."
    return check(value) if check else ""


def _check_handle(value: str) -> str:
    try:
        validate_handle(value)
    except ValidationError as error:
        return str(error.messages[0])
    return ""


def _check_tags(value: list[str]) -> str:
    if len(value) > MAX_TAGS:
        return f"At most {MAX_TAGS} tags."
    usable = all(tag.strip() and len(tag) <= MAX_TAG and "\0" not in tag for tag in value)
    return "" if usable else "Each tag takes 1 to 40 characters."


@cache
def _list_timezones() -> frozenset[str]:
    return frozenset(available_timezones())


_CHECKS: dict[str, Callable[[Any], str]] = {
    "handle": _check_handle,
    "display_name": lambda value: f"At most {MAX_NAME} characters." if len(value) > MAX_NAME else "",
    "bio": lambda value: f"At most {MAX_BIO} characters." if len(value) > MAX_BIO else "",
    "country": lambda value: "" if not value or _COUNTRY.match(value) else "Use two capital letters (ISO 3166).",
    "language": lambda value: "" if _LANGUAGE.match(value) else "Use a tag like en or pt-BR.",
    "timezone": lambda value: "" if value in _list_timezones() else "Use an IANA name like Europe/Lisbon.",
    "tags": _check_tags,
    "roles": lambda value: "" if value and set(value) <= set(CreatorRole.values) else "Choose at least one known role.",
    "consent_state": lambda value: "" if value in ConsentState.values else "Unknown consent state.",
}
