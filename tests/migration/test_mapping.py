import json
import math
from datetime import UTC, datetime, timedelta

import bson
import pytest
from bson import Binary, Code, Int64
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migration.errors import RowNotMappable
from migration.mapping import Bend, Field, Kind, Mapper
from migration.mapping.comparing import is_same_json
from migration.mapping.fields import canonicalise

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


@pytest.mark.parametrize("name", ["number", "keys"])
@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 2**70])
def test_integer_beyond_64_bits_is_refused_by_name_or_kept_apart(name, value):
    row = dict.fromkeys((field.name for field in FIELDS), None) | {"id": 1, "version": 1}
    if name == "number":
        with pytest.raises(RowNotMappable, match="number"):
            MAPPER.to_document({**row, "number": value})
    assert canonicalise(Kind.INTEGERS, [value]) != canonicalise(Kind.INTEGERS, [value % 2**63])


@pytest.mark.parametrize("value", [2**53, 2**53 + 1, 2**63 - 1, -(2**63), 0])
def test_integers_beyond_double_precision_travel_exactly(value):
    document = MAPPER.to_document(BLANK | {"number": value, "keys": [value, value - (value > 0)]})
    back = MAPPER.to_row(bson.decode(bson.encode(document)))

    assert (back["number"], back["keys"]) == (value, [value, value - (value > 0)])
    assert MAPPER.compare(BLANK | {"number": value}, MAPPER.to_document(BLANK | {"number": value})) == []


BLANK = dict.fromkeys((field.name for field in FIELDS), None) | {"id": 1, "version": 1}
SPECIAL = [0.0, -0.0, math.nan, math.inf, -math.inf, 5e-324, 0.1 + 0.2, 1e16 + 2]


@pytest.mark.parametrize("value", SPECIAL)
def test_floats_are_compared_by_repr(value):
    document = bson.decode(bson.encode(MAPPER.to_document(BLANK | {"share": value})))

    assert repr(document["share"]) == repr(value)
    for other in SPECIAL:
        found = MAPPER.compare(
            BLANK | {"share": other}, {**document, "_mig": MAPPER.to_document(BLANK | {"share": other})["_mig"]}
        )
        assert [one.name for one in found] == ([] if repr(other) == repr(value) else ["share"])


BENDS = {
    "less exact float": ({"share": 0.1}, {"share": 0.10000000149011612}, Bend.PRECISION),
    "signed zero": ({"share": 0.0}, {"share": -0.0}, Bend.PRECISION),
    "other float": ({"share": 0.1}, {"share": 0.2}, Bend.CONTENT),
    "integer as float": ({"number": 5}, {"number": 5.0}, Bend.TYPE),
    "integer as truth": ({"number": 1}, {"number": True}, Bend.TYPE),
    "integer as text": ({"number": 1}, {"number": "1"}, Bend.TYPE),
    "truth as integer": ({"switch": True}, {"switch": 1}, Bend.TYPE),
    "text as code": ({"name": "x"}, {"name": Code("x")}, Bend.TYPE),
    "text as bytes": ({"name": "x"}, {"name": b"x"}, Bend.TYPE),
    "text normalised": ({"name": "e\u0301"}, {"name": "\u00e9"}, Bend.CONTENT),
    "text trimmed": ({"name": "x "}, {"name": "x"}, Bend.CONTENT),
    "null as empty": ({"name": None}, {"name": ""}, Bend.CONTENT),
    "empty as null": ({"name": ""}, {"name": None}, Bend.CONTENT),
    "bytes of another subtype": ({"blob": b"x"}, {"blob": Binary(b"x", 128)}, Bend.TYPE),
    "order of a list": ({"tags": ["a", "b"]}, {"tags": ["b", "a"]}, Bend.CONTENT),
    "joined list": ({"tags": ["a", "b"]}, {"tags": ["ab"]}, Bend.CONTENT),
    "null in a list": ({"tags": ["!None"]}, {"tags": [None]}, Bend.CONTENT),
    "list as text": ({"tags": ["a"]}, {"tags": "a"}, Bend.TYPE),
    "number in a list": ({"keys": [1]}, {"keys": [1.0]}, Bend.CONTENT),
    "number in a payload": ({"body": '{"n": 1.10}'}, {"body": '{"n": 1.1}'}, Bend.CONTENT),
    "huge number in a payload": (
        {"body": '{"n": 123456789012345678901}'}, {"body": '{"n": 1.2345678901234568e20}'}, Bend.CONTENT
    ),
    "broken payload": ({"body": "{}"}, {"body": "{"}, Bend.CONTENT),
}  # fmt: skip


@pytest.mark.parametrize("case", BENDS)
def test_each_bend_is_named(case):
    values, changed, bend = BENDS[case]
    document = MAPPER.to_document(BLANK | values) | changed

    found = MAPPER.compare(BLANK | values, document)

    assert [(one.name, one.bend) for one in found] == [(next(iter(changed)), bend)]


def test_missing_null_and_microseconds_are_told_apart():
    instant = datetime(2026, 11, 1, 12, 0, 0, 123_456, tzinfo=UTC)
    row = BLANK | {"at": instant}
    document = MAPPER.to_document(row)
    assert (document["at"], document["at_us"]) == (instant, 456)
    stored = bson.decode(bson.encode(document), bson.CodecOptions(tz_aware=True))
    assert (stored["at"].microsecond, MAPPER.to_row(stored)["at"]) == (123_000, instant)

    changes = {
        "another microsecond": ({"at_us": 457}, Bend.PRECISION),
        "another millisecond": ({"at": stored["at"] + timedelta(milliseconds=1)}, Bend.CONTENT),
        "microseconds as a float": ({"at_us": 456.0}, Bend.PRECISION),
        "no zone": ({"at": instant.replace(tzinfo=None)}, Bend.TYPE),
        "text": ({"at": "2026-11-01"}, Bend.TYPE),
    }
    for name, (changed, bend) in changes.items():
        assert [(one.name, one.bend) for one in MAPPER.compare(row, stored | changed)] == [("at", bend)], name
    del stored["at_us"]
    assert [(one.name, one.bend) for one in MAPPER.compare(row, stored)] == [("at", Bend.PRECISION)]


def test_stamp_of_another_type_or_kind_differs():
    document = MAPPER.to_document(BLANK)
    for stamp in (None, 3, {}, {**document["_mig"], "v": 1.0}, {**document["_mig"], "x": 1}):
        assert [one.name for one in MAPPER.compare(BLANK, document | {"_mig": stamp})] == ["_mig"], stamp
    assert MAPPER.compare(BLANK, document | {"_mig": {**document["_mig"], "v": Int64(1)}}) == []


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def shuffle(value: object) -> object:
    if isinstance(value, dict):
        return {name: shuffle(one) for name, one in reversed(value.items())}
    return [shuffle(one) for one in value] if isinstance(value, list) else value


@given(values, values)
def test_json_is_the_same_whatever_its_order_and_only_then(value, other):
    assert is_same_json(json.dumps(value), json.dumps(shuffle(value), indent=1, ensure_ascii=False))
    same = repr(shuffle(shuffle(value))) == repr(other)
    if not is_same_json(json.dumps(value), json.dumps(other)):
        assert not same


@pytest.mark.django_db
def test_jsonb_normalises_the_order_of_keys_but_keeps_every_digit():
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT '{"bb": 1, "a": {"y": 1.10, "x": 123456789012345678901234567890}}'::jsonb::text,
                      '{"a": {"x": 123456789012345678901234567890, "y": 1.10}, "bb": 1}'::jsonb::text"""
        )
        left, right = cursor.fetchone()

    assert left == right == '{"a": {"x": 123456789012345678901234567890, "y": 1.10}, "bb": 1}'


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    row=rows.filter(lambda row: row["share"] is None or math.isfinite(row["share"]))
)  # not every server has infinity
def test_row_survives_the_real_server(mongo, row):
    document = MAPPER.to_document(row)
    collection = mongo.mapping_round_trip
    collection.drop()
    collection.insert_one(dict(document))

    (stored,) = collection.find()

    assert MAPPER.compare(row, stored) == []
    assert MAPPER.fingerprint(MAPPER.to_row(stored)) == document["_mig"]["h"]
    collection.drop()
