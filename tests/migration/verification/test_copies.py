"""Two PostgreSQL copies of the same rows, compared by the verifier's engine."""

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migration.services.verification.copies import CopyDifference, compare_copies, find_differing
from migration.stores.table_side import DIGEST, TableSide, open_side

COLUMNS = ("id", "name", "share", "body", "at")
CREATE = """
CREATE TABLE {name} (id bigint PRIMARY KEY, name text, share double precision, body jsonb, at timestamptz)"""
FILL = """
INSERT INTO {name} SELECT g, 'name ' || g, g / 7.0, jsonb_build_object('n', g),
  'epoch'::timestamptz + g * interval '1us' FROM generate_series(1, 500) g"""


@pytest.fixture
def sides(open_session) -> tuple[TableSide, TableSide]:
    opened = [open_session(), open_session()]
    for session, name in zip(opened, ("copy_left", "copy_right"), strict=True):
        session.autocommit = True
        session.execute(f"DROP TABLE IF EXISTS {name}")
        session.execute(CREATE.format(name=name))
        session.execute(FILL.format(name=name))
    left, right = (
        open_side(connection=session, table=name, columns=COLUMNS)
        for session, name in zip(opened, ("copy_left", "copy_right"), strict=True)
    )
    yield left, right
    for side in (left, right):
        side.connection.execute(f"DROP TABLE {side.table}")


def compare(sides, **given) -> tuple[int, list[CopyDifference]]:
    parts = list(compare_copies(left=sides[0], right=sides[1], **{"segment": 20, "window": 3, **given}))
    return sum(one.compared for one in parts), [found for one in parts for found in one.differences]


def test_equal_copies_agree(sides):
    assert compare(sides) == (500, [])
    assert compare(sides, segment=2000, window=50) == (500, [])


def test_each_difference_is_named_to_the_field(sides):
    run = sides[1].connection.execute
    run("UPDATE copy_right SET name = 'Name 7' WHERE id = 7")
    run("UPDATE copy_right SET share = '-0', at = at + interval '1us' WHERE id = 40")
    run("UPDATE copy_right SET name = NULL WHERE id = 41")
    run("UPDATE copy_right SET body = '{\"n\": 99.0}' WHERE id = 99")
    run("DELETE FROM copy_right WHERE id IN (100, 500)")
    run("INSERT INTO copy_right (id) VALUES (0), (7000), (-3), (-21), (4000000000000000)")

    compared, found = compare(sides)

    assert compared == 500
    assert [(one.key, one.kind, one.fields) for one in found] == [
        (-21, "extra", ()),
        (-3, "extra", ()),
        (0, "extra", ()),
        (7, "content", ("name",)),
        (40, "content", ("share", "at")),
        (41, "content", ("name",)),
        (99, "content", ("body",)),
        (100, "missing", ()),
        (500, "missing", ()),
        (7000, "extra", ()),
        (4_000_000_000_000_000, "extra", ()),
    ]


def test_exchanged_values_are_no_equality(sides):
    """The digests of a segment are combined: rows that only swap their contents must not cancel out."""
    sides[1].connection.execute(
        "UPDATE copy_right r SET name = l.name, share = l.share, body = l.body, at = l.at"
        " FROM copy_left l WHERE (r.id, l.id) IN ((5, 6), (6, 5))"
    )

    assert [one.key for one in compare(sides)[1]] == [5, 6]


def test_empty_copies_have_nothing_to_compare(sides):
    for side in sides:
        side.connection.execute(f"TRUNCATE {side.table}")
    assert compare(sides) == (0, [])
    sides[1].connection.execute("INSERT INTO copy_right (id) VALUES (3)")

    assert compare(sides) == (0, [CopyDifference(key=3, kind="extra")])


@pytest.mark.parametrize("change", ["share = '-0'", "share = 0.1 + 0.2", "id = 4294967297", "body = '{\"n\": 1.0}'"])
def test_values_that_are_only_nearly_equal_differ(sides, change):
    """Among them a number that equals another in 32 bits, which is how PostgreSQL hashes numbers."""
    for side, value in zip(sides, ("share = 0, body = '{\"n\": 1}'", change), strict=True):
        side.connection.execute(f"UPDATE {side.table} SET share = 0, body = '{{\"n\": 1}}' WHERE id = 1")
        side.connection.execute(f"UPDATE {side.table} SET {value} WHERE id = 1")

    assert {one.key for one in compare(sides)[1]} >= {1}


def test_side_that_is_gone_is_an_error(sides):
    sides[1].connection.execute("ALTER TABLE copy_right RENAME COLUMN name TO title")
    with pytest.raises(psycopg.errors.UndefinedColumn):
        compare(sides)


numbers = st.dictionaries(st.integers(0, 20), st.integers(0, 3), max_size=12)


@given(left=numbers, right=numbers)
def test_differing_numbers_are_exactly_those_not_on_both_sides(left, right):
    import numpy as np

    def build(given: dict[int, int]):
        return np.array([(number, 1, digest) for number, digest in given.items()], dtype=DIGEST)

    expected = sorted(one for one in left.keys() | right.keys() if left.get(one) != right.get(one))
    assert find_differing(build(left), build(right)) == expected
