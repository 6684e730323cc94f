"""Contracts: the same bytes for the same text, signatures that name them, and a chain that shows every change."""

import hashlib
from datetime import timedelta
from io import StringIO
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from billing.campaign_enums import SignatureMethod
from billing.campaign_errors import ContractOutdated, GuardNotMet, InvalidTerms, MoveNotPossible, SignatureRefused
from billing.contract_text import check_template
from billing.models import (
    Collaboration,
    Contract,
    ContractEvent,
    ContractSeal,
    ContractTemplateVersion,
    ContractVersion,
    Signature,
)
from billing.queries.contracts.verifying import is_known_document, verify_contract
from billing.queries.contracts.versions import get_current_version, list_contract_events
from billing.services.campaigns.offers import accept_offer
from billing.services.contracts.sending import send_contract
from billing.services.contracts.signing import prove_signer, sign_contract, view_contract
from creators.models import Exclusivity
from tests.billing.campaigns.conftest import FEE, NOW, offer
from tests.billing.campaigns.running import HERE, sign, sign_by_both

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def contract(accepted, buyer) -> Contract:
    send_contract(collaboration=accepted, actor=buyer, now=NOW)
    return Contract.objects.get()


def read_state() -> tuple[str, int, int]:
    return Collaboration.objects.get().state, Signature.objects.count(), ContractEvent.objects.count()


def test_both_sign_what_they_saw_and_the_copy_is_sealed(collaboration, buyer, maker):
    made = offer(collaboration, buyer, exclusivity_category="food", exclusivity_days=30)
    accept_offer(collaboration=collaboration, number=made.number, actor=maker, now=NOW)
    contract = sign_by_both(collaboration, buyer, maker)
    version = get_current_version(contract=contract)
    assert hashlib.sha256(bytes(version.pdf)).hexdigest() == version.sha256
    assert "1,200.00 EUR" in version.text
    assert "{" not in version.text
    assert [(one.kind, one.side) for one in list_contract_events(contract=contract)] == [
        *(("made", "brand"), ("sent", "brand"), ("viewed", "creator"), ("signed", "creator")),
        *(("viewed", "brand"), ("signed", "brand"), ("sealed", "brand")),
    ]
    found = verify_contract(contract=contract)
    assert (found.problems, found.events, found.signatures) == ((), 7, 2)
    seal = ContractSeal.objects.get()
    assert seal.sha256 != version.sha256
    assert [is_known_document(sha256=one) for one in (version.sha256.upper(), seal.sha256, "0" * 64)] == [
        *(True, True, False)
    ]
    bound = Exclusivity.objects.get()
    assert (bound.category, bound.starts_on, bound.ends_on.isoformat()) == ("food", NOW.date(), "2026-12-31")


def test_signature_of_another_document_is_refused(contract, maker):
    before = read_state()
    with pytest.raises(SignatureRefused, match="Look at the document first"):
        sign_contract(
            contract=contract, actor=maker, sha256=get_current_version(contract=contract).sha256,
            method=SignatureMethod.PASSWORD, circumstances=HERE, now=NOW,
        )  # fmt: skip
    assert read_state() == before
    with pytest.raises(ContractOutdated):
        sign(contract, maker, sha256="0" * 64)
    assert read_state() == (before[0], 0, before[2] + 1)  # that it was shown is noted


def test_signing_twice_is_one_signature_and_signing_at_once_moves_once(contract, maker, buyer):
    for actor in (maker, buyer):
        view_contract(contract=contract, actor=actor, circumstances=HERE, now=NOW)
    errors = []

    def attempt(actor):
        try:
            sign(contract, actor)
        except Exception as error:  # noqa: BLE001  none may be raised
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=attempt, args=(actor,)) for actor in (maker, buyer, maker, buyer)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert errors == []
    assert read_state()[:2] == ("signed", 2)
    assert ContractSeal.objects.count() == 1
    assert verify_contract(contract=contract).problems == ()


def test_changed_terms_are_a_new_version_that_both_sign_again(contract, accepted, maker, buyer):
    shown = get_current_version(contract=contract)
    sign(contract, maker)
    made = offer(accepted, buyer, FEE + 10_000)
    moved = accept_offer(collaboration=accepted, number=made.number, actor=maker, now=NOW)
    assert (moved.state, moved.fee_minor, moved.platform_fee_minor) == ("contract_sent", FEE + 10_000, 13_000)
    with pytest.raises(ContractOutdated, match="Version 2 is in force"):
        sign(contract, buyer, sha256=shown.sha256)
    sign(contract, buyer)
    assert Collaboration.objects.get().state == "contract_sent"  # the creator's signature was of the first version
    sign(contract, maker)
    assert Collaboration.objects.get().state == "signed"
    assert verify_contract(contract=contract).problems == ()


def test_what_was_stored_cannot_be_changed_and_a_change_underneath_is_found(contract, maker, buyer):
    sign(contract, maker)
    sign(contract, buyer)
    for row in (ContractVersion, ContractEvent, Signature, ContractSeal):
        with pytest.raises(DatabaseError, match="append-only"):
            row.objects.update(sha256="0" * 64)
        with pytest.raises(DatabaseError, match="append-only"):
            row.objects.all()._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE billing_contractversion SET text = text || ' and a car'")
        cursor.execute("UPDATE billing_signature SET ip = '198.51.100.9' WHERE side = 'brand'")
        cursor.execute("DELETE FROM billing_contractevent WHERE kind = 'viewed' AND side = 'creator'")
        cursor.execute("SET session_replication_role = DEFAULT")
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_contracts", stdout=told, stderr=StringIO())
    assert told.getvalue() == "1 contracts, 6 events: 1 with problems.\n"
    assert set(verify_contract(contract=contract).problems) == {
        "the text of version 1 was changed",
        "event 3 is missing", "event 4 is missing", "event 5 is missing", "event 6 is missing",
        "event 4 does not follow the one before",
        "the signature of the brand under version 1 is not the chained one",
    }  # fmt: skip


def test_template_values_are_needed_typed_and_never_filled_again(accepted, buyer):
    body, variables = "{creator_name} answers by {answer_on}: {remark}", {"answer_on": "date", "remark": "text"}
    check_template(body=body, variables=variables)
    template = ContractTemplateVersion.objects.get()
    version = ContractTemplateVersion.objects.create(
        template=template.template, number=2, body=body, variables=variables, made_at=NOW
    )
    for values, field in (
        ({"remark": "x"}, "values/answer_on"),
        ({"answer_on": "2026-02-30", "remark": "x"}, "values/answer_on"),
        ({"answer_on": "2026-12-01", "remark": "x", "fee": "1"}, "values/fee"),
    ):
        with pytest.raises(InvalidTerms) as refusal:
            send_contract(collaboration=accepted, actor=buyer, template=version, values=values, now=NOW)
        assert list(refusal.value.problems) == [field]
    assert Contract.objects.count() == 0
    sent = send_contract(
        collaboration=accepted, actor=buyer, now=NOW, template=version,
        values={"answer_on": "2026-12-01", "remark": "{fee} and {% now %}"},
    )  # fmt: skip
    assert sent.text == "Lumen Kitchen answers by 2026-12-01: {fee} and {% now %}"


def test_signer_proves_who_he_is(owner):
    assert prove_signer(user=owner, password="correct-horse-battery", code="", now=NOW) == "password"
    with pytest.raises(SignatureRefused, match="password is wrong"):
        prove_signer(user=owner, password="other", code="", now=NOW)
    owner.set_unusable_password()
    owner.last_login = NOW - timedelta(minutes=16)
    with pytest.raises(SignatureRefused, match="Sign in again"):
        prove_signer(user=owner, password="", code="", now=NOW)
    owner.last_login = NOW - timedelta(minutes=1)
    assert prove_signer(user=owner, password="", code="", now=NOW) == "recent_sign_in"


def test_contract_is_not_sent_twice_nor_signed_when_it_is_not_sent(contract, accepted, buyer, maker):
    with pytest.raises(MoveNotPossible):
        send_contract(collaboration=accepted, actor=buyer, now=NOW)
    assert ContractVersion.objects.count() == 1
    maker.user.creators.update(is_active=False)
    sign(contract, maker)
    with pytest.raises(GuardNotMet, match="not here any longer"):
        sign(contract, buyer)
    assert read_state()[:2] == ("contract_sent", 1)
