"""What the memory app does when others say something happened."""

from typing import Any

from django.utils import timezone

from veri.platform.events.registry import subscribe


def _handle_recorded(*, payload: dict[str, Any]) -> None:
    from memory.services.formation import form_memories  # loads numpy, which a command that forms nothing must not

    form_memories(creator_id=payload["creator_id"], interaction_ids=payload["interaction_ids"], now=timezone.now())


def _join_recorded(payloads: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one payload for several of one creator: formation reads and locks once for all."""
    ids = [pk for payload in payloads for pk in payload["interaction_ids"]]
    return {"creator_id": payloads[0]["creator_id"], "interaction_ids": ids}


def register_subscriptions() -> None:
    subscribe(
        event="interactions.recorded",
        name="memory.formation",
        handle=_handle_recorded,
        join=_join_recorded,
        queue="memory",
    )
    subscribe(
        event="signals.recorded",
        name="memory.stated",
        handle=_handle_recorded,
        join=_join_recorded,
        queue="memory",
    )
