from django.apps import apps

from creators.services.privacy.erasing import order_for_deletion
from veri.platform.ops.privacy import OnErase, list_data, list_unregistered, registry
from veri.platform.ops.privacy.registry import list_impersonal


def test_every_model_is_registered_with_a_reason():
    assert list_unregistered() == []
    assert all(one.reason for one in list_data())
    assert all(list_impersonal().values())
    assert {one.model.lower() for one in list_data()} & set(list_impersonal()) == set()


def test_model_nobody_registered_is_found(monkeypatch):
    monkeypatch.setattr(registry, "_data", {name: one for name, one in registry._data.items() if "creator" not in name})
    assert "creators.Creator" in list_unregistered()


def test_what_is_said_of_fields_is_about_fields_that_exist():
    for one in list_data():
        names = {field.name for field in apps.get_model(one.model)._meta.concrete_fields}
        assert set(one.hidden) | set(one.emptied) <= names, one.model
        assert bool(one.emptied) <= (one.on_erase != OnErase.DELETE), one.model


def test_rows_go_before_what_they_refer_to():
    order = [one.model for one in order_for_deletion(list_data())]
    for child, parent in (
        ("memory.MemoryEvidence", "memory.Memory"),
        ("memory.Memory", "creators.Creator"),
        ("creators.ContentItem", "creators.Interaction"),
        ("creators.Creator", "creators.User"),
        ("events.Delivery", "events.Event"),
    ):
        assert order.index(child) < order.index(parent)
