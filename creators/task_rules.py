"""What tasks may ask for: rules and audiences as checked documents, periods, and links. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from creators.categories import CATEGORIES
from creators.enums import ContentKind, Platform, TaskRepeat, TaskRuleKind
from creators.errors import InvalidTask, LinkNotUnderstood

PUBLIC_PLATFORMS = (Platform.YOUTUBE.value, Platform.TWITCH.value, Platform.X.value, Platform.TIKTOK.value)
MOST_COUNT, MOST_DAYS = 1_000, 365
_LIMITS = {"count": MOST_COUNT, "within_days": MOST_DAYS}
LONGEST_LINK, LONGEST_INSTRUCTIONS, LONGEST_NAME = 500, 5_000, 40
_TAG = re.compile(r"#?[\w]{2,40}\Z")
_LISTS: dict[str, tuple[str, ...]] = {
    "platforms": PUBLIC_PLATFORMS,
    "kinds": tuple(ContentKind.values),
    "categories": CATEGORIES,
}
_RULE_FIELDS: dict[str, set[str]] = {
    TaskRuleKind.EVIDENCE.value: {"count", "within_days", "platforms", "kinds", "tag"},
    TaskRuleKind.LINK.value: {"within_days", "platforms", "kinds", "tag"},
    TaskRuleKind.STAFF.value: {"instructions"},
}
_AUDIENCE_FIELDS = {"countries", "languages", "categories", "platforms"}
# Where a platform's links lead, and where in the path or query its item's id stands.
_LINKS: dict[str, tuple[str, tuple[re.Pattern[str], ...]]] = {
    "www.youtube.com": ("youtube", (re.compile(r"/(?:shorts|live)/([\w-]{6,20})/?\Z"), re.compile(r"/watch\Z"))),
    "youtube.com": ("youtube", (re.compile(r"/(?:shorts|live)/([\w-]{6,20})/?\Z"), re.compile(r"/watch\Z"))),
    "m.youtube.com": ("youtube", (re.compile(r"/(?:shorts|live)/([\w-]{6,20})/?\Z"), re.compile(r"/watch\Z"))),
    "youtu.be": ("youtube", (re.compile(r"/([\w-]{6,20})/?\Z"),)),
    "www.tiktok.com": ("tiktok", (re.compile(r"/@[\w.]{1,40}/video/(\d{5,25})/?\Z"),)),
    "tiktok.com": ("tiktok", (re.compile(r"/@[\w.]{1,40}/video/(\d{5,25})/?\Z"),)),
    "x.com": ("x", (re.compile(r"/\w{1,20}/status/(\d{1,25})/?\Z"),)),
    "twitter.com": ("x", (re.compile(r"/\w{1,20}/status/(\d{1,25})/?\Z"),)),
    "www.twitch.tv": ("twitch", (re.compile(r"/videos/(\d{1,20})/?\Z"),)),
    "twitch.tv": ("twitch", (re.compile(r"/videos/(\d{1,20})/?\Z"),)),
}
_VIDEO_ID = re.compile(r"(?:\A|&)v=([\w-]{6,20})(?:&|\Z)")


@dataclass(frozen=True, kw_only=True)
class ContentLink:
    """A link to one item on a platform."""

    platform: str
    external_id: str


def check_task(*, rule_kind: str, rule: Any, audience: Any) -> None:
    """Check a task's documents.

    Raises:
        InvalidTask: with the reasons by field.
    """
    problems = {}
    if reason := _check_document(rule, _RULE_FIELDS.get(rule_kind, set())):
        problems["rule"] = reason
    elif rule_kind == TaskRuleKind.EVIDENCE and "count" not in rule:
        problems["rule"] = "count is required."
    if reason := _check_document(audience, _AUDIENCE_FIELDS):
        problems["audience"] = reason
    if problems:
        raise InvalidTask(problems={name: [reason] for name, reason in problems.items()})


def find_period(*, repeat: str, today: date) -> str:
    """Return the period a submission is for: the local day or ISO week of a task that repeats, else nothing."""
    if repeat == TaskRepeat.DAILY:
        return today.isoformat()
    if repeat == TaskRepeat.WEEKLY:
        year, week, _ = today.isocalendar()
        return f"{year}-W{week:02}"
    return ""


def read_link(link: str) -> ContentLink:
    """Return what a link leads to. It is only read, never fetched.

    Raises:
        LinkNotUnderstood: not an https link to an item of a known platform.
    """
    if len(link) > LONGEST_LINK or any(ord(char) <= ord(" ") for char in link):
        raise LinkNotUnderstood("The link is too long or has blanks in it.")
    try:
        parts = urlsplit(link)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise LinkNotUnderstood("This is not a link.") from error
    if parts.scheme != "https" or port not in {None, 443} or parts.username is not None or host not in _LINKS:
        raise LinkNotUnderstood("Use an https link to a video or post on YouTube, TikTok, X or Twitch.")
    platform, patterns = _LINKS[host]
    for pattern in patterns:
        if match := pattern.match(parts.path):
            found = match if match.groups() else _VIDEO_ID.search(parts.query)
            if found:
                return ContentLink(platform=platform, external_id=found[1])
    raise LinkNotUnderstood("The link leads to no single video or post.")


def _check_document(given: Any, known: set[str]) -> str:
    if not isinstance(given, dict):
        return "Must be a JSON object."
    if unknown := sorted(set(given) - known):
        return f"Unknown: {', '.join(name[:40] for name in unknown[:5])}. Known: {', '.join(sorted(known))}."
    return next((reason for name, value in given.items() if (reason := _check_field(name, value))), "")


def _check_field(name: str, value: Any) -> str:
    if name in _LIMITS:
        is_whole = isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _LIMITS[name]
        return "" if is_whole else f"{name} must be a whole number from 1 to {_LIMITS[name]}."
    if name == "tag":
        return "" if isinstance(value, str) and _TAG.match(value) else "tag must be one word, like #vegan."
    if name == "instructions":
        is_text = isinstance(value, str) and len(value) <= LONGEST_INSTRUCTIONS and "\0" not in value
        return "" if is_text else f"instructions must be at most {LONGEST_INSTRUCTIONS} characters."
    return _check_list(name, value)


def _check_list(name: str, value: Any) -> str:
    if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
        return f"{name} must be a list of texts."
    if name in _LISTS and set(value) - set(_LISTS[name]):
        return f"{name} may be {', '.join(_LISTS[name])}."
    if name == "countries" and not all(re.fullmatch(r"[A-Z]{2}", one) for one in value):
        return "countries must be two capital letters each."
    return "" if all(len(one) <= LONGEST_NAME for one in value) else f"{name} are too long."
