"""What the memory app does when others say something happened."""

from typing import Any

from django.utils import timezone

from veri.platform.events.registry import subscribe


def _handle_recorded(*, payload: dict[str, Any]) -> None:
    from memory.services.formation import form_memories  # loads numpy, which a command that forms nothing must not

    form_memories(creator_id=payload["creator_id"], interaction_ids=payload["interaction_ids"], now=timezone.now())


def register_subscriptions() -> None:
    subscribe(event="interactions.recorded", name="memory.formation", handle=_handle_recorded, queue="memory")
