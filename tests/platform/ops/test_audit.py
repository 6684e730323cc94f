import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from veri.platform.ops.errors import TransactionRequired
from veri.platform.ops.models import AuditEntry
from veri.platform.ops.services.audit import record_audit


@pytest.fixture
def entry(db, django_user_model):
    actor = django_user_model.objects.create_user(username="ana")
    return record_audit(
        actor=actor,
        action="flag.changed",
        target=("flag", "USE_MONGO"),
        reason="go",
        before=False,
        after=True,
        now=timezone.now(),
    )


def test_entry_holds_who_what_and_why(entry):
    found = AuditEntry.objects.get()

    assert (found.actor_label, found.target_type, found.target_id) == ("ana", "flag", "USE_MONGO")
    assert (found.reason, found.before, found.after) == ("go", False, True)


@pytest.mark.parametrize("change", [lambda rows: rows.update(reason="other"), lambda rows: rows.delete()])
def test_change_refused_by_the_database(entry, change):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(AuditEntry.objects.all())

    assert AuditEntry.objects.get().reason == "go"


def test_deleting_the_actor_keeps_the_label(entry):
    entry.actor.delete()

    found = AuditEntry.objects.get()
    assert (found.actor_id, found.actor_label) == (None, "ana")


@pytest.mark.django_db(transaction=True)
def test_entry_outside_a_transaction_refused():
    with pytest.raises(TransactionRequired):
        record_audit(actor="beat", action="x", target=("a", "b"), now=timezone.now())

    assert AuditEntry.objects.count() == 0
