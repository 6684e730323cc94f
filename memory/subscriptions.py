"""What the memory app does when others say something happened."""

from typing import Any

from django.utils import timezone

from creators.generations import forget_creators
from veri.platform.events.registry import subscribe


def _handle_recorded(*, payload: dict[str, Any]) -> None:
    from memory.services.formation import form_memories  # loads numpy, which a command that forms nothing must not

    form_memories(creator_id=payload["creator_id"], interaction_ids=payload["interaction_ids"], now=timezone.now())
    forget_creators(creator_ids=[payload["creator_id"]])  # what is indexed now can be found, a memory or not


def _catalogue_recorded(*, payload: dict[str, Any]) -> None:
    from memory.services.cataloguing import catalogue_interactions  # same

    catalogue_interactions(
        creator_id=payload["creator_id"], interaction_ids=payload["interaction_ids"], now=timezone.now()
    )


def _index_content(*, payload: dict[str, Any]) -> None:
    from memory.services.content_index import index_content  # same

    index_content(creator_id=payload["creator_id"], content_ids=payload["content_ids"])
    _refresh(payload=payload)


def _refresh(*, payload: dict[str, Any]) -> None:
    """Forget what is cached of a creator, and write the row brands search anew."""
    from memory.services.summaries import refresh_summary  # same

    forget_creators(creator_ids=[payload["creator_id"]])
    refresh_summary(creator_id=payload["creator_id"], now=timezone.now())


def _remember_campaign(*, payload: dict[str, Any]) -> None:
    from memory.services.campaign_events import record_campaign_event  # same
    from memory.services.match_outcomes import note_outcome  # same
    from memory.services.prediction.following import follow_campaign  # same

    now = timezone.now()
    record_campaign_event(event_id=payload["id"], now=now)
    note_outcome(event_id=payload["id"], now=now)
    follow_campaign(event_id=payload["id"], now=now)


def _join_recorded(payloads: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one payload for several of one creator: formation reads and locks once for all."""
    ids = [pk for payload in payloads for pk in payload["interaction_ids"]]
    return {"creator_id": payloads[0]["creator_id"], "interaction_ids": ids}


def _join_content(payloads: list[dict[str, Any]]) -> dict[str, Any]:
    ids = [pk for payload in payloads for pk in payload["content_ids"]]
    return {"creator_id": payloads[0]["creator_id"], "content_ids": sorted(set(ids))}


def _join_same_creator(payloads: list[dict[str, Any]]) -> dict[str, Any]:
    return {"creator_id": payloads[0]["creator_id"]}


def register_subscriptions() -> None:
    subscribe(
        event="interactions.recorded",
        name="memory.formation",
        handle=_handle_recorded,
        join=_join_recorded,
        queue="memory",
    )
    subscribe(
        event="interactions.recorded",
        name="memory.catalogue",
        handle=_catalogue_recorded,
        join=_join_recorded,
        queue="memory",
    )
    subscribe(
        event="content.recorded", name="memory.content", handle=_index_content, join=_join_content, queue="memory"
    )
    for event in ("memories.formed", "memories.faded", "consent.recorded"):
        subscribe(event=event, name="memory.summary", handle=_refresh, join=_join_same_creator, queue="memory")
    subscribe(event="campaign.moved", name="memory.campaigns", handle=_remember_campaign, queue="memory")
    subscribe(
        event="signals.recorded",
        name="memory.stated",
        handle=_handle_recorded,
        join=_join_recorded,
        queue="memory",
    )
