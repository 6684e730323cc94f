"""Throw-away creators: filled through the real ingest and formation, brought to MongoDB on demand, removed after."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db.models import Model

from creators.datasets import CREATOR_PROFILES, INTERACTIONS
from creators.enums import Outcome
from creators.models import Creator, Interaction
from creators.services.intake import take_in_items
from memory.datasets import MEMORIES, VECTOR_DATASETS
from memory.models import VECTOR_MODELS, Memory
from memory.queries.providers import get_active_provider
from memory.services.evaluation.reading import EvaluationFileInvalid
from memory.services.evaluation.runs import PREFIX, RunLease
from memory.services.formation import form_memories
from migration.queries.routes import Store
from migration.registry import DatasetSpec
from veri.platform.connections.errors import translate_store_errors
from veri.platform.events.models import Event

BATCH = 500  # as many interactions as an event announces


@contextmanager
def keep_creator(*, run: RunLease, handle: str, items: Sequence[dict[str, Any]], now: datetime) -> Iterator[Creator]:
    """Give a creator who has the items and what formation makes of them; leave nothing behind.

    The handle gets an ending of its own, since another creator may have it; authors are recognised by the name. The
    run names the creator from the moment he exists, so that what a killed process leaves is found.

    Raises:
        EvaluationFileInvalid: ingest refuses an item.
    """
    creator = run.make_creator(name=handle, now=now)
    in_mongo = run.store is Store.MONGO
    try:
        _fill(run, creator, items, now)
        if in_mongo:
            _bring_to_mongo(creator)
        yield creator
    finally:
        remove_creator(creator_id=creator.pk, in_mongo=in_mongo)


def _fill(run: RunLease, creator: Creator, items: Sequence[dict[str, Any]], now: datetime) -> None:
    for start in range(0, len(items), BATCH):
        batch = [{**one, "creator": creator.handle} for one in items[start : start + BATCH]]
        taken = take_in_items(items=batch, acting_user=None, now=now).items
        refused = [error for one in taken if one.outcome == Outcome.REJECTED for error in one.errors]
        if refused:
            raise EvaluationFileInvalid(f"An interaction is refused: {refused[0].field} {refused[0].reason}.")
        ids = [pk for one in taken for pk in one.interaction_ids]
        form_memories(creator_id=creator.pk, interaction_ids=ids, now=now)
        run.renew()


def _bring_to_mongo(creator: Creator) -> None:
    """Write the creator's documents as the relay would, whatever stage the datasets are in."""
    for spec, model in _list_read():
        keys = list(model._default_manager.filter(creator=creator).values_list("pk", flat=True))  # noqa: SLF001  Django's documented API
        for start in range(0, len(keys), BATCH):
            _write(spec, keys[start : start + BATCH])


def _list_read() -> list[tuple[DatasetSpec, type[Model]]]:
    """Return the datasets a search reads, with their tables."""
    active = get_active_provider()
    return [(INTERACTIONS, Interaction), (MEMORIES, Memory), (VECTOR_DATASETS[active], VECTOR_MODELS[active])]


def _write(spec: DatasetSpec, keys: list[int]) -> None:
    from migration.services.relay import map_rows, read_current  # the driver loads only where MongoDB is asked for
    from migration.stores.documents import write_documents  # same

    documents, refused = map_rows(spec, read_current(spec, keys=keys))
    if refused or write_documents(spec, documents):
        raise RuntimeError(f"MongoDB does not take the {spec.label.lower()} of the evaluation: {refused}")


def remove_creator(*, creator_id: int, in_mongo: bool) -> None:
    """Delete a throw-away creator with all that hangs on it, and the events that announced it; again does nothing.

    PostgreSQL comes last: while MongoDB is away the creator stays to be found.

    Raises:
        StoreUnavailable: MongoDB is away.
    """
    if in_mongo:
        from veri.platform.connections.mongo import get_database  # the driver loads only where MongoDB is asked for

        with translate_store_errors(store="mongo"):
            for spec, _ in _list_read():
                get_database()[spec.collection].delete_many({"creator_id": creator_id})
            get_database()[CREATOR_PROFILES.collection].delete_one({"_id": creator_id})
    creator = Creator.objects.filter(pk=creator_id, owner=None, handle__startswith=PREFIX).first()
    if creator is None:
        return
    Event.objects.filter(key=str(creator_id), published_at__gte=creator.created_at).delete()
    Interaction.objects.filter(creator=creator).delete()
    creator.delete()
