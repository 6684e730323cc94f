"""Read a slot's value from a match; '' where the words do not name what the slot holds."""

import re

from memory.extraction.phrases import UNNAMED, bare_name, trim_name

# A place ends its clause, or a word follows that may go on after one: "moved to Friday uploads" names none.
_AFTER_PLACE = re.compile(
    r"(?i)\s*(?:$|[^\w\s'’&-]|[-–—] |(?:now|and|with|since|for|from|last|this|in|at|as|again|but|by|because|so|to|on|these"
    r"|today|yesterday|permanently|already|right|together|where|which|near|a|after|before|about|is|the|until|full)\b)"
)
_NO_PLACES = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday weekends weekly daily january february march april june july
    august september october november december fear hope peace love hell heaven denial chaos pain bed town sweatpants
    style harmony luxury poverty panic adobe premiere photoshop lightroom davinci resolve final cut capcut notion discord
    slack twitch youtube kick tiktok instagram patreon substack linux windows mac macos obs blender unity unreal spotify
    zoom i we my our you the this that here there it
    """.split()  # noqa: SIM905  a page of quoted words is harder to read
)
_CAMERA_MAKERS = frozenset(
    """
    sony canon nikon fujifilm fuji panasonic lumix gopro dji osmo blackmagic red arri leica olympus insta360 iphone pixel
    samsung galaxy hasselblad sigma logitech pentax ricoh kodak polaroid akaso zcam jvc
    """.split()  # noqa: SIM905  as above
)
_MODEL = re.compile(r"\b[A-Z]{1,4}-?[0-9]{1,4}[A-Za-z]{0,4}\b")
_FILMING = re.compile(r"(?i)\b(?:camera|film|shoot)")
_DAYS = re.compile(
    r"(?i)\b(?:\w{0,9}days?|daily|weekly|fortnight|weekends?|weeks?|months?|mornings?|evenings?|nights?|noon)\b"
)
_SCHEDULE_ENDS = re.compile(
    r"(?i),? (?:unless|except|but|when|because|since|so|until|while|though|from now|starting|as of|thanks|now|again|and (?:i|we))\b.*"
)


def read_place(found: re.Match[str]) -> str:
    value = trim_name(found["value"])
    words = re.findall(r"[\w'’-]+", value)
    if found["value"] == found["value"].lower() and found["value"]:
        value = " ".join(word[0].upper() + word[1:] for word in words)
    elif not _AFTER_PLACE.match(found.string, found.end("value")):
        return ""
    return "" if any(word.lower() in _NO_PLACES for word in words) else value


def read_name(found: re.Match[str]) -> str:
    value = bare_name(found["value"])
    return "" if value.upper() in UNNAMED else value


def read_camera(found: re.Match[str]) -> str:
    """Return a value with a maker's name in it, or with a model's number where filming is spoken of."""
    value = trim_name(found["value"])
    is_made = any(word.lower() in _CAMERA_MAKERS for word in value.split(" "))
    return value if is_made or (_MODEL.search(value) and _FILMING.search(found.string)) else ""


def read_schedule(found: re.Match[str]) -> str:
    """Return a value that names days, without the conditions after it."""
    value = trim_name(_SCHEDULE_ENDS.sub("", found["value"], count=1))
    return value if _DAYS.search(value) else ""
