"""A change of provider: online, resumable, searched only when complete; from wordllama to Voyage's fake server."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest
from django import conf
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from creators.models import User
from memory.clients.embeddings import EmbeddingFailed
from memory.enums import EmbeddingProvider, ReembeddingState
from memory.errors import ReembeddingRefused
from memory.models import EmbeddingChoice, IndexedDocument, MemoryVector, Reembedding, VoyageVector
from memory.queries.providers import forget_providers, get_active_provider, get_providers_in_use
from memory.queries.retrieval import list_datasets
from memory.services.reembedding import (
    cancel_reembedding,
    continue_reembedding,
    drop_old_vectors,
    start_reembedding,
    switch_provider,
)
from memory.services.search import search_memory
from migration.models import Dataset, OutboxRow
from migration.queries.flags import forget_flags
from migration.registry import iterate_specs
from migration.services.datasets import create_route_rows, end_capture
from migration.services.flags import align_capture, is_capture_aligned, set_flag
from migration.services.relay import relay_batch
from tests.conftest import NOW
from tests.fakes import voyage as fake
from tests.faults.conftest import build_variables
from tests.memory.conftest import form, make_creator, say
from veri.platform.ops.models import AuditEntry, Heartbeat

WORDLLAMA, VOYAGE = EmbeddingProvider.WORDLLAMA, EmbeddingProvider.VOYAGE
ASKED = {"actor": "test", "reason": "better vectors", "now": NOW}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(creator, voyage, settings):
    """Two creators with six documents in all, embedded by wordllama; Voyage answers when it is asked."""
    settings.EMBEDDING_PROVIDER = "wordllama"
    other = make_creator("pixelforge")
    for one in (creator, other):
        say(one, f"I live in {'Lisbon' if one == creator else 'Porto'}.")
        say(one, "Sourdough needs patience.", author="kai")
        form(one)
    assert (IndexedDocument.objects.count(), MemoryVector.objects.count()) == (6, 6)
    return creator


def go_on(**options):
    return continue_reembedding(clock=timezone.now, seconds=30, **options)


def list_used():
    return [spec.name for spec in iterate_specs() if spec.name.startswith("memory_vectors")]


def test_change_of_provider_from_the_first_vector_to_the_last(filled, monkeypatch):
    monkeypatch.setattr("memory.services.reembedding.BATCH", 4)
    assert list_used() == ["memory_vectors"]
    run = start_reembedding(target=VOYAGE, **ASKED)
    assert list_used() == ["memory_vectors", "memory_vectors_voyage"]
    assert go_on() == 6
    say(filled, "The oven is new.", author="kai")
    form(filled)
    assert (MemoryVector.objects.count(), VoyageVector.objects.count()) == (7, 7)
    assert get_active_provider() == WORDLLAMA
    assert switch_provider(**ASKED).state == ReembeddingState.SWITCHED
    assert (get_active_provider(), get_providers_in_use().kept) == (VOYAGE, {WORDLLAMA})
    assert list_used() == ["memory_vectors", "memory_vectors_voyage"]
    assert list_datasets(provider=get_active_provider()) == ("interactions", "memories", "memory_vectors_voyage")
    assert drop_old_vectors(**ASKED) == ["wordllama"]
    assert list_used() == ["memory_vectors_voyage"]
    assert (MemoryVector.objects.count(), Dataset.objects.filter(name="memory_vectors").count()) == (0, 0)
    run.refresh_from_db()
    assert (run.state, run.embedded) == ("dropped", 6)
    actions = AuditEntry.objects.filter(action__startswith="memory.reembedding").order_by("pk")
    assert [one.action.rsplit(".", 1)[1] for one in actions] == ["started", "switched", "dropped"]


class Killed(Exception):
    pass


def kill(_made):
    raise Killed


def test_walk_goes_on_where_it_broke_off(filled, monkeypatch):
    monkeypatch.setattr("memory.services.reembedding.BATCH", 2)
    start_reembedding(target=VOYAGE, **ASKED)
    with pytest.raises(Killed):
        go_on(on_batch=kill)
    assert (VoyageVector.objects.count(), Reembedding.objects.get().embedded) == (2, 2)
    Reembedding.objects.update(cursor_creator=0, cursor_document=0)  # killed before the cursor was moved
    assert go_on() == 4
    assert VoyageVector.objects.values("kind", "target_id").distinct().count() == VoyageVector.objects.count() == 6


def test_killed_process_loses_nothing_and_makes_nothing_twice(creator, voyage, settings):
    say(creator, "I live in Lisbon.")
    form(creator)
    assert VoyageVector.objects.count() == 2
    assert reembed("--to", "wordllama", "--reason", "r", failpoint="reembedding.after_store") == -signal.SIGKILL
    assert (MemoryVector.objects.count(), Reembedding.objects.get().cursor_document) == (2, 0)
    assert reembed("--to", "wordllama") == 0
    assert (MemoryVector.objects.count(), Reembedding.objects.get().cursor_document > 0) == (2, True)
    forget_providers()
    assert switch_provider(**ASKED).target == WORDLLAMA


def reembed(*arguments, failpoint=""):
    """Run the command as a process of its own on this test's stores."""
    variables = build_variables(mongo_url=conf.settings.MONGODB_URIS[0])
    chosen = {"EMBEDDING_PROVIDER": "voyage", "VOYAGE_API_KEY": "test-key", "VERI_FAILPOINT": failpoint}
    done = subprocess.run(
        [sys.executable, "manage.py", "reembed", *arguments],
        cwd=conf.settings.BASE_DIR,
        env={**os.environ, **variables, **chosen},
        capture_output=True,
        check=False,
    )
    return done.returncode


def test_one_creator_first(filled):
    start_reembedding(target=VOYAGE, **ASKED)
    assert go_on(creator_id=filled.pk) == 3
    assert set(VoyageVector.objects.values_list("creator", flat=True)) == {filled.pk}
    assert (go_on(), VoyageVector.objects.count()) == (3, 6)


def test_provider_away_is_asked_again_and_nothing_made_twice(filled, voyage, monkeypatch):
    monkeypatch.setattr("memory.services.reembedding.BATCH", 3)
    start_reembedding(target=VOYAGE, **ASKED)
    voyage.script(fake.answer, fake.fail(401))
    with pytest.raises(EmbeddingFailed, match="401"):
        go_on()
    assert VoyageVector.objects.count() == 3
    assert (go_on(), VoyageVector.objects.count()) == (3, 6)


def test_switch_is_refused_until_every_document_has_its_vector(filled):
    start_reembedding(target=VOYAGE, **ASKED)
    go_on(creator_id=filled.pk)
    with pytest.raises(ReembeddingRefused, match="3 documents have no vector of Voyage yet"):
        switch_provider(**ASKED)
    assert (get_active_provider(), EmbeddingChoice.objects.count()) == (WORDLLAMA, 0)
    go_on()
    switch_provider(**ASKED)
    assert get_active_provider() == VOYAGE


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (lambda: start_reembedding(target=WORDLLAMA, **ASKED), "wordllama is searched already"),
        (lambda: start_reembedding(target=EmbeddingProvider.MINILM, **ASKED), "MiniLM cannot be loaded"),
        (lambda: start_reembedding(target=VOYAGE, **ASKED | {"reason": " "}), "Give a reason"),
        (lambda: switch_provider(**ASKED), "No change of provider is under way"),
        (lambda: cancel_reembedding(**ASKED), "No change of provider is under way"),
        (lambda: drop_old_vectors(**ASKED), "no old vectors"),
    ],
)
def test_step_that_makes_no_sense_changes_nothing(filled, settings, tmp_path, step, says):
    settings.MINILM_PATH = str(tmp_path)
    with pytest.raises(ReembeddingRefused, match=says):
        step()
    assert (Reembedding.objects.count(), MemoryVector.objects.count()) == (0, 6)
    assert not AuditEntry.objects.filter(action__startswith="memory.").exists()


def test_only_one_change_at_a_time(filled):
    start_reembedding(target=VOYAGE, **ASKED)
    with pytest.raises(ReembeddingRefused, match="A change to Voyage is under way"):
        start_reembedding(target=VOYAGE, **ASKED)
    with pytest.raises(ReembeddingRefused, match="A change is under way"):
        drop_old_vectors(**ASKED)
    assert Reembedding.objects.count() == 1


def test_change_given_up_leaves_what_was_before(filled):
    start_reembedding(target=VOYAGE, **ASKED)
    go_on(creator_id=filled.pk)
    assert cancel_reembedding(**ASKED).state == ReembeddingState.CANCELLED
    assert (MemoryVector.objects.count(), VoyageVector.objects.count()) == (6, 0)
    assert list_used() == ["memory_vectors"]


def test_way_back_finds_its_work_done(filled):
    start_reembedding(target=VOYAGE, **ASKED)
    go_on()
    switch_provider(**ASKED)
    start_reembedding(target=WORDLLAMA, **ASKED)
    assert go_on() == 0
    switch_provider(**ASKED)
    assert (get_active_provider(), get_providers_in_use().kept) == (WORDLLAMA, {VOYAGE})
    assert drop_old_vectors(**ASKED) == ["Voyage"]
    assert (MemoryVector.objects.count(), VoyageVector.objects.count()) == (6, 0)


def test_old_vectors_are_searched_until_the_switch(filled, settings):
    settings.FLAG_DEFAULTS = settings.FLAG_DEFAULTS | dict.fromkeys(
        ("USE_MONGO", "READ_FROM_MONGO", "HYBRID_SEARCH"), True
    )
    forget_flags()
    found = []
    for step in (lambda: start_reembedding(target=VOYAGE, **ASKED), go_on, lambda: switch_provider(**ASKED)):
        step()
        found.append(search_memory(creator_id=filled.pk, question="Where do I live?", action=f"t-{len(found)}"))
    assert [(one.is_hybrid, one.hits[0].memory.value) for one in found] == [(True, "Lisbon")] * 3


def test_new_vectors_are_captured_and_dropped_from_mongodb_too(filled, mongo):
    set_flag(name="USE_MONGO", is_on=True, actor="test", reason="test", now=timezone.now())
    start_reembedding(target=VOYAGE, **ASKED)
    go_on()
    assert OutboxRow.objects.filter(dataset="memory_vectors_voyage").count() == 6
    while relay_batch(datasets=["memory_vectors_voyage"]).taken:
        pass
    assert mongo.memory_vectors_voyage.count_documents({}) == 6
    cancel_reembedding(**ASKED)
    assert mongo.memory_vectors_voyage.count_documents({}) == 0
    assert not OutboxRow.objects.filter(dataset="memory_vectors_voyage").exists()


def test_dataset_the_environment_left_is_followed_until_it_is_stopped(filled, settings):
    set_flag(name="USE_MONGO", is_on=True, actor="test", reason="test", now=timezone.now())
    settings.EMBEDDING_PROVIDER = "voyage"
    forget_providers()
    assert list_used() == ["memory_vectors", "memory_vectors_voyage"]
    end_capture(name="memory_vectors", actor="test", reason="test", now=timezone.now())
    forget_providers()
    assert list_used() == ["memory_vectors_voyage"]
    create_route_rows()
    assert not is_capture_aligned()
    with transaction.atomic():
        align_capture(actor="test", reason="test", now=timezone.now())
    assert is_capture_aligned()
    assert Dataset.objects.get(name="memory_vectors").stage == "off"


def test_it_rests_while_the_relay_lags(filled, settings):
    set_flag(name="USE_MONGO", is_on=True, actor="test", reason="test", now=timezone.now())
    start_reembedding(target=VOYAGE, **ASKED)
    settings.MIGRATION = replace(settings.MIGRATION, yield_rows=1)
    OutboxRow.objects.create(dataset="memory_vectors_voyage", key=1, scope=1, version=1, operation="u")
    Heartbeat.objects.create(name="relay", at=timezone.now())
    assert go_on() == 0
    assert "The relay is behind" in Reembedding.objects.get().waiting_because
    OutboxRow.objects.all().delete()
    assert go_on(creator_id=filled.pk) == 3


def test_mongodb_away_keeps_everything(filled, mongo, request):
    set_flag(name="USE_MONGO", is_on=True, actor="test", reason="test", now=timezone.now())
    start_reembedding(target=VOYAGE, **ASKED)
    go_on()
    request.getfixturevalue("mongo_away")
    with pytest.raises(ReembeddingRefused, match="MongoDB is away"):
        cancel_reembedding(**ASKED)
    assert (Reembedding.objects.get().state, VoyageVector.objects.count()) == ("running", 6)
    assert Dataset.objects.get(name="memory_vectors_voyage").is_capturing


def test_command_takes_every_step(filled, capsys):
    with pytest.raises(CommandError, match="Give a reason"):
        call_command("reembed", "--to", "voyage")
    with pytest.raises(CommandError, match="There is no creator nobody"):
        call_command("reembed", "--to", "voyage", "--creator", "nobody", "--reason", "r")
    assert Reembedding.objects.count() == 0
    call_command("reembed", "--to", "voyage", "--creator", "lumenkitchen", "--reason", "r")
    with pytest.raises(CommandError, match="3 documents"):
        call_command("reembed", "--switch", "--reason", "r")
    call_command("reembed", "--to", "voyage")
    call_command("reembed", "--switch", "--reason", "r")
    call_command("reembed", "--drop", "--reason", "r")
    said = capsys.readouterr().out.splitlines()
    assert said[-2:] == [
        "Voyage is searched; every process follows within two seconds.",
        "The vectors of wordllama are removed.",
    ]
    assert (MemoryVector.objects.count(), VoyageVector.objects.count()) == (0, 6)


def test_console_switches_with_a_reason(filled, client_of_staff):
    run = start_reembedding(target=VOYAGE, **ASKED)
    go_on()
    address = reverse("admin:memory_reembedding_changelist")
    chosen = {"action": "switch_selected", "_selected_action": run.pk}
    assert "everything indexed has its new vector" in client_of_staff.post(address, chosen).content.decode()
    assert get_active_provider() == WORDLLAMA
    client_of_staff.post(address, {**chosen, "confirmed": "yes", "reason": "complete"})
    assert get_active_provider() == VOYAGE
    assert AuditEntry.objects.get(action="memory.reembedding.switched").reason == "complete"


@pytest.fixture
def client_of_staff():
    staff = User.objects.create_superuser(username="root", password="correct-horse-battery")
    browser = Client()
    browser.force_login(staff)
    return browser
