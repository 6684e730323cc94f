import string

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from creators.handle_keys import compute_key, is_handle
from creators.migrations import __path__ as migrations

HANDLES = st.text(alphabet=string.ascii_lowercase + string.digits + "_.", min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("veri", "veri"),
        ("v\u0435ri", "veri"),  # Cyrillic
        ("\u03bderi", "veri"),  # Greek
        ("\u0440\u0430\u0443\u0440\u0430l", "paypal"),
        ("\u0430\u0441\u0435", "ace"),
        ("g00gle", "google"),
        ("GOOGLE", "google"),
        ("goo.gle_", "google"),
        ("microsoft", "rnicrosoft"),
        ("rnicrosoft", "rnicrosoft"),
        ("li1", "lil"),
        ("ve\u200bri", "veri"),  # zero width
        ("\U0001d42f\U0001d41e\U0001d42b\U0001d422", "veri"),  # mathematical bold
        ("...", ""),
    ],
)
def test_what_looks_alike_has_one_key(written, key):
    assert compute_key(written) == key


@given(HANDLES)
def test_key_of_a_key_is_itself(handle):
    key = compute_key(handle)
    assert compute_key(key) == key


@pytest.mark.parametrize("text", ["ab", "a" * 31, "Veri", "ve ri", "v\u0435ri", "...", "veri\n", ""])
def test_what_is_no_handle(text):
    assert not is_handle(text)


def test_migration_computes_the_keys_of_handles_alike(db):
    source = f"{next(iter(migrations))}/0014_fill_handle_keys.py"
    expression = "replace(translate(lower(%s), '01._', 'ol'), 'm', 'rn')"
    with open(source, encoding="utf-8") as file:  # noqa: PTH123  the text of the migration as it is
        assert expression % "handle" in file.read()
    handle = string.ascii_lowercase + string.digits + "_."
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}", [handle])
        assert cursor.fetchone()[0] == compute_key(handle)
