"""Every page of every registered model answers; every model can be reached from the sidebar."""

import pytest
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.test import TestCase
from django.urls import reverse

import veri.urls  # noqa: F401  pages are registered with the addresses
from billing.models import PriceVersion
from creators.models import Creator, User
from tests.conftest import NOW
from tests.console.every_row import make_every_row
from veri.console.navigation import build_navigation
from veri.platform.http.models import ApiKey, IdempotencyRecord

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
PAGES = [
    "decay",
    "decay_preview",
    "decay_start",
    "second_factor",
    "index",
    "flags",
    "flags_live",
    "reconciliation",
    "reconciliation_live",
    "usage",
    "dashboard_live",
    *("costs", "budgets"),
    *("learning", "evaluations", "playground", "campaign_board"),
]


def ids(model):
    return model._meta.label_lower


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """Rows for all tests of this module, in a transaction around theirs; returns their creator and operator."""
    with django_db_blocker.unblock():
        atomics = TestCase._enter_atomics()
        try:
            yield fill()
        finally:
            TestCase._rollback_atomics(atomics)


def fill():
    """Make every row; return the creator and the operator."""
    owner = User.objects.create(username="owner", password=make_password("correct-horse-battery"))
    creator = Creator.objects.create(
        owner=owner, handle="lumenkitchen", display_name="Lumen Kitchen", created_at=NOW, updated_at=NOW
    )
    operator = User.objects.create_superuser("operator", password="correct horse battery")
    make_every_row(creator, operator)
    return creator, operator


@pytest.fixture
def creator(filled, db):
    return filled[0]


@pytest.fixture
def owner(creator):
    return creator.owner


@pytest.fixture
def operator(filled, db):
    return filled[1]


@pytest.mark.parametrize("model", MODELS, ids=ids)
def test_list_search_and_page_of_a_row_answer(console, model):
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert console.get(reverse(f"{name}_changelist")).status_code == 200
    if admin.site._registry[model].search_fields:
        for words in ("@lumenkitchen 7", "a' OR 1=1 --\0"):
            assert console.get(reverse(f"{name}_changelist"), {"q": words}).status_code == 200, words
    for key in model._default_manager.values_list("pk", flat=True)[:1]:
        assert console.get(reverse(f"{name}_change", args=[key])).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=ids)
def test_form_of_a_new_row_answers_as_permitted(console, rf, operator, model):
    request = rf.get("/")
    request.user = operator
    expected = 200 if admin.site._registry[model].has_add_permission(request) else 403
    response = console.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"))
    assert response.status_code == expected


@pytest.mark.parametrize("name", PAGES)
def test_operator_page_answers(console, name):
    assert console.get(reverse(f"admin:{name}")).status_code == 200


def test_no_page_of_ours_has_an_inline_script(console):
    for name in PAGES:
        text = console.get(reverse(f"admin:{name}")).content.decode()
        assert "<script>" not in text, name
        assert "onclick=" not in text, name


def test_sidebar_reaches_every_model(rf, operator):
    request = rf.get("/admin/")
    request.user = operator
    links = {item["link"].split("?")[0] for group in build_navigation(request) for item in group["items"]}
    expected = {reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") for model in MODELS}
    assert expected - links == set()


def test_models_of_an_app_are_listed_and_no_others(console):
    assert "Payout batches" in console.get(reverse("admin:app_list", args=["billing"])).content.decode()
    assert console.get("/admin/nowhere/").status_code == 404


def test_search_of_the_sidebar_finds_models(console):
    assert "Payout batches" in console.get(reverse("admin:search"), {"s": "payout"}).content.decode()


def test_sidebar_shows_only_what_may_be_seen(rf, onlooker):
    request = rf.get("/admin/")
    request.user = onlooker
    titles = {item["title"] for group in build_navigation(request) for item in group["items"]}
    assert titles == {
        "Dashboard",
        "My second factor",
        "Flags",
        "Migration",
        "Mismatches",
        "Outbox and quarantine",
        "Datasets",
        "Stored flags",
    }


def test_pages_refuse_visitors_and_people_who_are_not_staff(client, owner):
    for user in (None, owner):
        if user:
            client.force_login(user)
        for name in PAGES:
            response = client.get(reverse(f"admin:{name}"))
            assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/"), name


def test_keys_and_records_of_the_api_are_listed_without_secrets(console, operator):
    assert console.get(reverse("admin:http_apikey_changelist")).status_code == 200
    assert ApiKey.objects.count() == IdempotencyRecord.objects.count() == 0


def test_prices_are_only_added(console):
    price = PriceVersion.objects.filter(service="claude").first()
    address = reverse("admin:billing_priceversion_change", args=[price.pk])
    before = PriceVersion.objects.filter(pk=price.pk).values().get()
    assert console.post(address, {"input": "1"}).status_code == 403
    assert (
        console.post(reverse("admin:billing_priceversion_delete", args=[price.pk]), {"post": "yes"}).status_code == 403
    )
    assert PriceVersion.objects.filter(pk=price.pk).values().get() == before
