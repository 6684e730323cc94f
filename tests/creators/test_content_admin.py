import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from creators.errors import BrandNotChosen, NotABrandMember
from creators.models import Brand, BrandMember, ContentItem, User
from creators.queries.brands import get_acting_brand, list_brands
from creators.services.content import catalogue_content
from tests.creators.conftest import NOW
from tests.creators.test_content import HEADER, read_at
from veri.platform.ops.models import AuditEntry

IMPORT = "/admin/creators/contentitem/import/"


@pytest.fixture
def console(db):
    client = Client()
    client.force_login(User.objects.create_superuser("staff", password="correct horse battery"))
    return client


def upload(console, text: str, reason: str = "a list from the agency"):
    return console.post(IMPORT, {"file": SimpleUploadedFile("c.csv", text.encode()), "reason": reason})


def test_good_file_is_imported(console, creator):
    assert console.get(IMPORT).status_code == 200
    assert upload(console, f"{HEADER}lumenkitchen,youtube,v1,Bread,,,").status_code == 302
    assert ContentItem.objects.get().title == "Bread"
    assert AuditEntry.objects.get().reason == "a list from the agency"


def test_refused_rows_are_shown(console, creator):
    answer = upload(console, f"{HEADER}ghost,youtube,v1,Bread,,,\nlumenkitchen,youtube,v2,Cake,,,")
    assert (answer.status_code, ContentItem.objects.get().title) == (200, "Cake")
    assert "there is no such creator" in answer.content.decode()


@pytest.mark.parametrize(("text", "reason"), [("a,b\n1,2", "r"), ("", "r"), (HEADER, "")])
def test_bad_form_imports_nothing(console, creator, text, reason):
    assert upload(console, text, reason).status_code == 200
    assert ContentItem.objects.count() == AuditEntry.objects.count() == 0


def test_onlooker_may_not_import(creator):
    client = Client()
    client.force_login(User.objects.create_user("onlooker", password="correct horse battery", is_staff=True))
    assert client.get(IMPORT).status_code == 403
    assert upload(client, f"{HEADER}lumenkitchen,youtube,v1,Bread,,,").status_code == 403
    assert ContentItem.objects.count() == 0


def test_selected_items_are_exported(console, creator):
    catalogue_content(creator_id=creator.pk, readings=[read_at(0, title="Bread")], now=NOW)
    pk = ContentItem.objects.get().pk
    answer = console.post("/admin/creators/contentitem/", {"action": "export_selected", "_selected_action": [pk]})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[1].startswith("lumenkitchen,youtube,v1,video,Bread")


def test_brand_is_made_with_members_and_each_change_has_a_reason(console, owner):
    form = {"name": "Ovenly", "slug": "ovenly", "description": "", "website": "", "is_active": "on", "reason": "deal"}
    assert console.post("/admin/creators/brand/add/", {**form, "slug": "Bad Slug"}).status_code == 200
    assert Brand.objects.count() == 0
    assert console.post("/admin/creators/brand/add/", form).status_code == 302
    brand = Brand.objects.get()
    member = {"brand": brand.pk, "user": owner.pk, "role": "member", "reason": "buyer"}
    assert console.post("/admin/creators/brandmember/add/", member).status_code == 302
    assert get_acting_brand(acting_user=owner) == brand
    page = f"/admin/creators/brandmember/{BrandMember.objects.get().pk}/change/"
    assert console.post(page, {"role": "former", "reason": "left"}).status_code == 302
    with pytest.raises(NotABrandMember):
        get_acting_brand(acting_user=owner)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "reason")) == [
        ("brand.created", "deal"),
        ("brand.member_set", "buyer"),
        ("brand.member_set", "left"),
    ]


def test_member_of_two_brands_names_one(owner):
    for name in ("one", "two"):
        brand = Brand.objects.create(name=name, slug=name, created_at=NOW, updated_at=NOW)
        BrandMember.objects.create(brand=brand, user=owner, role="owner", added_at=NOW)
    with pytest.raises(BrandNotChosen):
        get_acting_brand(acting_user=owner)
    assert get_acting_brand(acting_user=owner, slug="two").name == "two"
    assert list_brands(acting_user=owner).count() == 2
