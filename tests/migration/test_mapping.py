from datetime import UTC, datetime

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration.errors import RowNotMappable
from migration.mapping import Field, Kind, Mapper

FIELDS = [
    Field("number", Kind.INTEGER),
    Field("switch", Kind.BOOLEAN),
    Field("share", Kind.FLOAT),
    Field("name", Kind.TEXT),
    Field("body", Kind.JSON),
    Field("at", Kind.TIMESTAMP),
    Field("tags", Kind.TEXTS),
    Field("keys", Kind.INTEGERS),
    Field("blob", Kind.BYTES),
]
MAPPER = Mapper(version=1, fields=FIELDS)
bigints = st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
instants = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001  bounds are naive
rows = st.fixed_dictionaries(
    {
        "id": bigints,
        "version": bigints,
        "number": st.none() | bigints,
        "switch": st.none() | st.booleans(),
        "share": st.none() | st.floats(allow_nan=False),
        "name": st.none() | texts,
        "body": st.none() | texts,
        "at": st.none() | instants,
        "tags": st.none() | st.lists(texts),
        "keys": st.none() | st.lists(bigints),
        "blob": st.none() | st.binary(),
    }
)
CODEC = bson.CodecOptions(tz_aware=True)


@given(row=rows)
def test_row_survives_the_trip_through_bson(row):
    document = bson.decode(bson.encode(MAPPER.to_document(row)), CODEC)

    assert MAPPER.to_row(document) == row
    assert MAPPER.compare(row, document) == []


@given(row=rows, other=rows)
def test_fingerprints_differ_exactly_when_fields_do(row, other):
    same = repr([row[field.name] for field in FIELDS]) == repr([other[field.name] for field in FIELDS])

    assert (MAPPER.fingerprint(row) == MAPPER.fingerprint(other)) is same


def test_fingerprint_depends_on_the_mapper_version():
    row = dict.fromkeys((field.name for field in FIELDS), None) | {"id": 1, "version": 1}

    assert MAPPER.fingerprint(row) != Mapper(version=2, fields=FIELDS).fingerprint(row)


@pytest.mark.parametrize(
    ("name", "value"), [("number", "5"), ("number", True), ("name", 5), ("at", "today"), ("share", 1)]
)
def test_other_type_is_refused_by_name(name, value):
    row = dict.fromkeys((field.name for field in FIELDS), None) | {"id": 1, "version": 1, name: value}

    with pytest.raises(RowNotMappable, match=name):
        MAPPER.to_document(row)


def test_null_missing_and_empty_are_three_things():
    row = dict.fromkeys((field.name for field in FIELDS), None) | {"id": 1, "version": 1, "name": ""}
    document = MAPPER.to_document(row)

    assert MAPPER.compare(row, {**document, "name": None})[0].name == "name"
    del document["name"]
    assert MAPPER.compare(row, document)[0].is_type is True
