import pytest

from billing.models import PriceVersion
from memory.models import ConversationTurn
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows


def test_row_becomes_the_saved_model(db):
    stored = PriceVersion.objects.order_by("pk")[0]
    columns = list_columns(model=PriceVersion, table="price")
    (row,) = fetch_rows(f"SELECT {columns} FROM billing_priceversion price WHERE id = %s", [stored.pk])
    built = build_instance(model=PriceVersion, row=row)
    assert {**vars(built), "_state": None} == {**vars(stored), "_state": None}
    assert (built._state.adding, built._state.db) == (False, "default")


def test_model_that_needs_conversion_is_refused():
    with pytest.raises(TypeError, match="ConversationTurn cannot be built from bare rows: sentences, citations"):
        list_columns(model=ConversationTurn, table="turn")
