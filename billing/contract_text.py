"""Texts of contracts: strict ``{name}`` places, each filled once. A text is data; nothing in it is ever run."""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from billing.campaign_enums import VariableType
from billing.campaign_errors import InvalidTerms

LONGEST_BODY = 60_000
LONGEST_VALUE = 4_000
MOST_VARIABLES = 30
_PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
# What every contract knows; a template declares only what it needs besides.
STANDARD_VARIABLES = (
    *("contract_number", "made_on", "brand_name", "brand_website", "creator_name", "creator_handle"),
    *("campaign_title", "objectives", "fee", "currency", "platform_fee", "deliverables", "revision_rounds"),
    *("review_days", "release_days", "exclusivity", "usage_rights", "starts_on", "ends_on", "timezone", "notes"),
)


def check_template(*, body: str, variables: object) -> None:
    """Check a template's text and the variables it declares.

    Raises:
        InvalidTerms: a brace that is no place, a place nobody fills, a variable that is not used, or a wrong type.
    """
    problems: dict[str, str] = {}
    declared = variables if isinstance(variables, dict) else {}
    if not isinstance(variables, dict) or len(variables) > MOST_VARIABLES:
        problems["variables"] = f"An object of at most {MOST_VARIABLES} names and types."
    for name, kind in declared.items():
        if not _NAME.match(str(name)) or name in STANDARD_VARIABLES:
            problems[f"variables/{str(name)[:40]}"] = "a-z, 0-9 and underscore, and no name every contract has."
        elif kind not in VariableType.values:
            problems[f"variables/{name}"] = f"One of {', '.join(VariableType.values)}."
    if not body.strip() or len(body) > LONGEST_BODY or "\0" in body:
        problems["body"] = f"1 to {LONGEST_BODY} characters without NUL."
    elif left := re.search(r"[{}]", _PLACE.sub("", body)):
        problems["body"] = f"A {left.group()} that belongs to no place like {{fee}}."
    else:
        problems |= _compare_places(body, declared)
    if problems:
        raise InvalidTerms(problems)


def fill_template(*, body: str, values: Mapping[str, str]) -> str:
    """Return the text with its places filled, in one pass: what a value holds is never filled again.

    Raises:
        InvalidTerms: a place without a value.
    """
    missing = sorted({name for name in _PLACE.findall(body) if name not in values})
    if missing:
        raise InvalidTerms({f"values/{name}": "Is missing." for name in missing})
    return _PLACE.sub(lambda place: values[place.group(1)], body)


def check_values(*, given: Mapping[str, Any], declared: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of the values given for a template's own variables.

    Raises:
        InvalidTerms: one is missing, unknown, or of another type.
    """
    problems = {f"values/{str(name)[:40]}": "Unknown." for name in sorted(set(given) - set(declared))}
    texts = {}
    for name, kind in declared.items():
        if name not in given:
            problems[f"values/{name}"] = "Is missing."
            continue
        text = _read_value(given[name], kind)
        if text is None:
            problems[f"values/{name}"] = f"Must be a {VariableType(kind).label.lower()}."
        else:
            texts[name] = text
    if problems:
        raise InvalidTerms(problems)
    return texts


def compute_text_digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _compare_places(body: str, declared: Mapping[str, object]) -> dict[str, str]:
    used = set(_PLACE.findall(body))
    unknown = sorted(used - set(declared) - set(STANDARD_VARIABLES))
    idle = sorted(set(declared) - used)
    problems = {}
    if unknown:
        problems["body"] = f"Nobody fills {', '.join(unknown)}."
    if idle:
        problems["variables"] = f"Not used: {', '.join(idle)}."
    return problems


def _read_value(value: object, kind: str) -> str | None:
    if kind == VariableType.NUMBER:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15 else None
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_VALUE or "\0" in value:
        return None
    if kind == VariableType.DATE:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            return None
    return value.strip()
