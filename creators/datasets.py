"""The creators app's datasets: table ↔ collection, with one typed mapper each."""

import json
from collections.abc import Mapping
from typing import Any

from creators.captions import CAPTIONS_VERSION, build_search_text
from migration.mapping import Derived, Field, Kind, Mapper
from migration.registry import DatasetSpec, register_dataset
from veri.platform.text import ANALYSIS_VERSION, analyse

NO_ATTACHMENTS = "[]"

CREATOR_PROFILES = DatasetSpec(
    name="creator_profiles",
    label="Creator profiles",
    table="creators_creator",
    collection="creator_profiles",
    scope_column="id",
    mapper=Mapper(
        version=1,
        fields=[
            Field("owner_id", Kind.INTEGER),
            Field("handle", Kind.TEXT),
            Field("display_name", Kind.TEXT),
            Field("bio", Kind.TEXT),
            Field("country", Kind.TEXT, is_private=False),
            Field("language", Kind.TEXT, is_private=False),
            Field("timezone", Kind.TEXT, is_private=False),
            Field("tags", Kind.TEXTS),
            Field("roles", Kind.TEXTS, is_private=False),
            Field("consent_state", Kind.TEXT, is_private=False),
            Field("is_active", Kind.BOOLEAN),
            Field("created_at", Kind.TIMESTAMP),
            Field("updated_at", Kind.TIMESTAMP),
        ],
    ),
    indexes=((("handle", 1),),),
)


def _derive_terms(row: Mapping[str, Any]) -> list[str]:
    attachments = json.loads(row["attachments"]) if row["attachments"] != NO_ATTACHMENTS else []
    return analyse(
        build_search_text(text=row["text"], attachments=attachments if isinstance(attachments, list) else [])
    )


INTERACTIONS = DatasetSpec(
    name="interactions",
    label="Interactions",
    table="creators_interaction",
    collection="interactions",
    scope_column="creator_id",
    mapper=Mapper(
        version=ANALYSIS_VERSION + CAPTIONS_VERSION,
        fields=[
            Field("creator_id", Kind.INTEGER),
            Field("platform", Kind.TEXT, is_private=False),
            Field("external_id", Kind.TEXT),
            Field("type", Kind.TEXT, is_private=False),
            Field("channel", Kind.TEXT),
            Field("author", Kind.TEXT),
            Field("text", Kind.TEXT),
            Field("attachments", Kind.JSON),
            Field("payload", Kind.JSON),
            Field("occurred_at", Kind.TIMESTAMP),
            Field("received_at", Kind.TIMESTAMP),
        ],
        derived=[Derived("terms", _derive_terms)],
    ),
    indexes=((("creator_id", 1), ("terms", 1)), (("creator_id", 1), ("occurred_at", -1))),
    is_high_volume=True,
)


def register_datasets() -> None:
    register_dataset(CREATOR_PROFILES)
    register_dataset(INTERACTIONS)
