"""Terms of a collaboration: what is delivered for which share of the fee, and what binds whom afterwards.

Pure: documents are checked here for everything a row's columns cannot say, and turned into values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from billing.campaign_enums import DeliverableFormat, UsageChannel
from billing.campaign_errors import InvalidTerms
from billing.errors import InvalidAmount
from billing.money import LARGEST_MINOR, Money, check_amount
from creators.categories import CATEGORIES
from creators.enums import Platform

MOST_DELIVERABLES = 20
MOST_DAYS = 3_650
MOST_ROUNDS = 10
MOST_REVIEW_DAYS = 60
LONGEST_TITLE, LONGEST_TERRITORY, LONGEST_NOTES = 120, 80, 4_000
EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


@dataclass(frozen=True, kw_only=True)
class PlannedDeliverable:
    """One thing to make; ``share_minor`` is its part of the fee."""

    title: str
    platform: str
    format: str
    due_on: date
    share_minor: int


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What both sides agree on. Days without a day of their own count from publication or from the end."""

    deliverables: tuple[PlannedDeliverable, ...]
    revision_rounds: int = 2
    review_days: int = 5
    release_days: int = 3
    exclusivity_category: str = ""
    exclusivity_days: int = 0
    usage_channels: tuple[str, ...] = ()
    usage_days: int = 0
    usage_territory: str = ""
    notes: str = ""

    def build_document(self) -> dict[str, Any]:
        """Return the terms as JSON values."""
        document = asdict(self)
        document["deliverables"] = [{**one, "due_on": one["due_on"].isoformat()} for one in document["deliverables"]]
        document["usage_channels"] = list(self.usage_channels)
        return document


@dataclass
class _Reading:
    document: Mapping[str, Any]
    problems: dict[str, str] = field(default_factory=dict)

    def take_text(self, name: str, longest: int, path: str = "") -> str:
        value = self.document.get(name, "")
        if not isinstance(value, str) or len(value) > longest or "\0" in value:
            self.problems[path + name] = f"At most {longest} characters without NUL."
            return ""
        return value.strip()

    def take_number(self, name: str, default: int, most: int, least: int = 0, path: str = "") -> int:
        value = self.document.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.problems[path + name] = f"A whole number from {least} to {most}."
            return default
        return value

    def take_choice(self, name: str, known: Sequence[str], path: str = "") -> str:
        value = self.document.get(name, "")
        if value not in known:
            self.problems[path + name] = f"One of {', '.join(known)}."
            return ""
        return str(value)


def check_terms(*, document: Mapping[str, Any], amount: Money) -> Terms:
    """Return the terms of a document for a fee.

    Raises:
        InvalidTerms: unknown fields, values out of bounds, or shares that do not sum to the fee; names each by path.
    """
    reading = _Reading(document)
    known = set(Terms.__dataclass_fields__)
    for name in sorted(set(document) - known):
        reading.problems[str(name)[:40]] = "Unknown."
    deliverables = _read_deliverables(document.get("deliverables"), reading.problems)
    terms = Terms(
        deliverables=deliverables,
        revision_rounds=reading.take_number("revision_rounds", 2, MOST_ROUNDS),
        review_days=reading.take_number("review_days", 5, MOST_REVIEW_DAYS, least=1),
        release_days=reading.take_number("release_days", 3, MOST_REVIEW_DAYS),
        exclusivity_category=reading.take_choice("exclusivity_category", ("", *CATEGORIES)),
        exclusivity_days=reading.take_number("exclusivity_days", 0, MOST_DAYS),
        usage_channels=_read_channels(document.get("usage_channels", []), reading.problems),
        usage_days=reading.take_number("usage_days", 0, MOST_DAYS),
        usage_territory=reading.take_text("usage_territory", LONGEST_TERRITORY),
        notes=reading.take_text("notes", LONGEST_NOTES),
    )
    if not reading.problems:
        _check_together(terms, amount, reading.problems)
    if reading.problems:
        raise InvalidTerms(reading.problems)
    return terms


def check_fee(*, minor: object, currency: str, campaign_currency: str) -> Money:
    """Return a fee in the campaign's currency.

    Raises:
        InvalidTerms: no payable amount, or another currency.
    """
    try:
        fee = check_amount(minor=minor, currency=currency)
    except InvalidAmount as error:
        raise InvalidTerms({"amount_minor": str(error)}) from error
    if fee.currency != campaign_currency:
        raise InvalidTerms({"currency": f"The campaign is in {campaign_currency}."})
    return fee


def compute_end_of_day(*, day: date, zone: str) -> datetime:
    """Return the first instant after a local day, also where a clock change has no midnight."""
    local = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    return local.astimezone(ZoneInfo("UTC"))


def _read_deliverables(given: object, problems: dict[str, str]) -> tuple[PlannedDeliverable, ...]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST_DELIVERABLES:
        problems["deliverables"] = f"A list of 1 to {MOST_DELIVERABLES}."
        return ()
    return tuple(_read_deliverable(one, f"deliverables/{place}/", problems) for place, one in enumerate(given))


def _read_deliverable(given: object, path: str, problems: dict[str, str]) -> PlannedDeliverable:
    reading = _Reading(given if isinstance(given, dict) else {}, problems)
    for name in sorted(set(reading.document) - set(PlannedDeliverable.__dataclass_fields__)):
        problems[path + str(name)[:40]] = "Unknown."
    title = reading.take_text("title", LONGEST_TITLE, path)
    if not title:
        problems.setdefault(path + "title", "Must not be empty.")
    return PlannedDeliverable(
        title=title,
        platform=reading.take_choice("platform", Platform.values, path),
        format=reading.take_choice("format", DeliverableFormat.values, path),
        due_on=_read_day(reading.document.get("due_on"), path + "due_on", problems),
        share_minor=reading.take_number("share_minor", 0, LARGEST_MINOR, path=path),
    )


def _read_day(given: object, path: str, problems: dict[str, str]) -> date:
    try:
        day = date.fromisoformat(str(given))
        if EARLIEST_YEAR <= day.year < LATEST_YEAR:
            return day
    except ValueError:
        pass
    problems[path] = "A day like 2026-11-30."
    return date(LATEST_YEAR, 1, 1)


def _read_channels(given: object, problems: dict[str, str]) -> tuple[str, ...]:
    if isinstance(given, list | tuple) and all(isinstance(one, str) and one in UsageChannel.values for one in given):
        return tuple(sorted(set(given)))
    problems["usage_channels"] = f"A list of {', '.join(UsageChannel.values)}."
    return ()


def _check_together(terms: Terms, amount: Money, problems: dict[str, str]) -> None:
    total = sum(one.share_minor for one in terms.deliverables)
    if total != amount.minor:
        problems["deliverables"] = f"The shares sum to {total}, the fee is {amount.minor}."
    if terms.exclusivity_days and not terms.exclusivity_category:
        problems["exclusivity_category"] = "Needed with exclusivity_days."
    if terms.usage_days and not (terms.usage_channels and terms.usage_territory):
        problems["usage_channels"] = "Channels and a territory are needed with usage_days."
