"""YouTube WebSub: Atom entries and deletion tombstones (RFC 6721)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Xml

from creators.enums import Platform
from creators.errors import PayloadNotUnderstood
from creators.normalisers.envelope import Delivery, Envelope, build_envelope
from creators.normalisers.reading import require_instant

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ATOM = "{http://www.w3.org/2005/Atom}"
_YT = "{http://www.youtube.com/xml/schemas/2015}"
_TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"
_VIDEO_PREFIX = "yt:video:"


def normalise_feed(document: str | bytes, delivery: Delivery) -> list[Envelope]:
    """Return one interaction per entry or tombstone of a feed.

    The hub sends an entry again on every edit, so its id is the video's with the edit's instant.

    Raises:
        PayloadNotUnderstood: not well-formed XML, or XML with entities or a document type.
    """
    try:
        return list(_normalise_children(Xml.fromstring(document), delivery))
    # LookupError: an encoding nobody knows; RecursionError: elements nested by the thousand.
    except (Xml.ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise PayloadNotUnderstood("The payload is not an XML feed.") from error


def _normalise_children(root: "Element", delivery: Delivery) -> Iterator[Envelope]:
    for child in [root, *root]:
        if child.tag == f"{_ATOM}entry":
            yield _normalise_entry(child, delivery)
        elif child.tag == f"{_TOMBSTONE}deleted-entry":
            yield _normalise_tombstone(child, delivery)


def _read(element: "Element", *path: str) -> str:
    return (element.findtext("/".join(path)) or "").strip()


def _write_xml(element: "Element") -> str:
    return str(Xml.tostring(element, encoding="unicode"))


def _normalise_entry(entry: "Element", delivery: Delivery) -> Envelope:
    video_id = _read(entry, f"{_YT}videoId") or _read(entry, f"{_ATOM}id").removeprefix(_VIDEO_PREFIX)
    updated, published = _read(entry, f"{_ATOM}updated"), _read(entry, f"{_ATOM}published")
    payload: dict[str, Any] = {
        "video_id": video_id,
        "channel_id": _read(entry, f"{_YT}channelId"),
        "title": _read(entry, f"{_ATOM}title"),
        "author": _read(entry, f"{_ATOM}author", f"{_ATOM}name"),
        "published": published,
        "updated": updated,
        "xml": _write_xml(entry),
    }
    return build_envelope(
        platform=Platform.YOUTUBE.value,
        external_id=f"{video_id}@{updated}" if video_id and updated else "",
        type="feed.entry",
        channel=payload["channel_id"],
        author=payload["author"],
        text=payload["title"],
        attachments=[{"type": "video", "url": f"https://www.youtube.com/watch?v={video_id}"}] if video_id else [],
        payload=payload,
        occurred_at=require_instant(updated, published, delivery.sent_at),
    )


def _normalise_tombstone(entry: "Element", delivery: Delivery) -> Envelope:
    """Return a deletion: it names the video in ``ref`` and the channel in ``at:by``, and has no yt: elements."""
    video_id = entry.get("ref", "").removeprefix(_VIDEO_PREFIX)
    deleted_at = entry.get("when", "")
    uri = _read(entry, f"{_TOMBSTONE}by", f"{_ATOM}uri") or _read(entry, f"{_TOMBSTONE}by", f"{_TOMBSTONE}uri")
    name = _read(entry, f"{_TOMBSTONE}by", f"{_ATOM}name") or _read(entry, f"{_TOMBSTONE}by", f"{_TOMBSTONE}name")
    payload = {"video_id": video_id, "deleted_at": deleted_at, "uri": uri, "xml": _write_xml(entry)}
    return build_envelope(
        platform=Platform.YOUTUBE.value,
        external_id=f"{video_id}@deleted@{deleted_at}" if video_id and deleted_at else "",
        type="feed.deleted",
        channel=uri.rpartition("/")[2],
        author=name,
        text=f"Video {video_id} was deleted",
        payload=payload,
        occurred_at=require_instant(deleted_at, delivery.sent_at),
    )
