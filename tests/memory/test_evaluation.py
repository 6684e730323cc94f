"""Evaluation: figures of known answers, files that cannot be evaluated, and nothing left behind."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from creators.models import Creator, Interaction
from memory.models import (
    EvaluationRun,
    IndexedDocument,
    Memory,
    MemoryEvidence,
    MemoryVector,
    Posting,
    Signal,
    Utterance,
)
from memory.queries.hits import Hit
from memory.services.evaluation import EvaluationFileInvalid, read_evaluation_file
from memory.services.evaluation.evaluate import list_interactions
from memory.services.evaluation.measures import Answer, measure, recall
from memory.services.evaluation.reading import resolve_evidence
from memory.services.evaluation.runs import open_run
from memory.stores import PostgresMemoryStore, Target
from memory.tasks import remove_abandoned_evaluations_task
from migration.queries.routes import Store
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say
from veri.platform.events.models import Event

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
LINES = (
    ("Noor", "Where did you find the old loom?"),
    ("Ibo", "At a flea market in Gent, under a pile of carpets."),
    ("Noor", "And the wool?"),
    ("Ibo", "From a farm near Aalst. They shear in June."),
    ("Noor", "I never dyed anything myself."),
    ("Ibo", "Walnut shells give the best brown, trust me."),
)
QUESTIONS = (
    ("Where did Ibo find the loom?", ["t2"], "single"),
    ("What gives the best brown?", ["t6"], "single"),
    ("What did Ibo get at a market and from a farm?", ["t2; t4"], "multi-hop"),
    ("What does nobody know?", ["t99"], "single"),
)


def write_lines(path, *, creator="weavers", lines=LINES, questions=QUESTIONS):
    rows = [
        {
            "kind": "interaction",
            "creator": creator,
            "platform": "chat",
            "external_id": f"t{number}",
            "type": "message",
            "channel": "loom",
            "occurred_at": (START + timedelta(minutes=number)).isoformat(),
            "author": author,
            "text": text,
            "attachments": [],
        }
        for number, (author, text) in enumerate(lines, start=1)
    ]
    rows += [
        {"kind": "question", "creator": creator, "text": text, "evidence": evidence, "category": category}
        for text, evidence, category in questions
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def count_all():
    derived = (Memory, MemoryEvidence, Signal, IndexedDocument, Posting, MemoryVector, Utterance)
    return {model.__name__: model.objects.count() for model in (Creator, Interaction, Event, *derived)}


def answer(ranked, evidence, *, lengths=None, creator="a", category="single", seconds=0.01):
    return Answer(
        creator=creator,
        category=category,
        evidence=frozenset(evidence),
        ranked=ranked,
        lengths=lengths or [40] * len(ranked),
        seconds=seconds,
    )


def test_recall_is_the_share_of_evidence_within_a_rank_and_a_budget():
    ranked = [str(number) for number in range(60)]
    found = recall(answer=answer(ranked, ["0", "7", "24", "49"], lengths=[400] * 60))
    assert found == {
        "R@5": 0.25,
        "R@10": 0.5,
        "R@25": 0.75,
        "R@50": 1.0,
        "tokens@250": 0.25,
        "tokens@500": 0.25,
        "tokens@1000": 0.5,
        "tokens@2000": 0.5,
    }


def test_text_beyond_the_budget_does_not_count():
    found = recall(answer=answer(["a", "b"], ["b"], lengths=[999, 5]))
    assert (found["tokens@250"], found["tokens@500"]) == (0.0, 1.0)
    found = recall(answer=answer(["a", "b"], ["b"], lengths=[996, 4]))
    assert found["tokens@250"] == 1.0


def test_every_question_counts_the_same():
    found = measure(
        answers=[
            answer(["x"], ["x"], category="b", seconds=0.01),
            answer(["x"], ["x", "y", "z"], category="a", seconds=0.03),
            answer([], ["y"], category="a", creator="other", seconds=0.02),
        ]
    )
    assert found.overall["R@5"] == 44.44
    assert {name: one["R@5"] for name, one in found.by_category.items()} == {"a": 16.67, "b": 100.0}
    assert found.latency_ms == {"p50": 20.0, "p95": 29.0, "p99": 29.8}
    assert found.questions == 3
    assert found.interval["R@5"] == (0.0, 83.33)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["D1:1"], {"D1:1"}),
        (["D8:6; D9:17"], {"D8:6", "D9:17"}),
        (["D8:6,D9:17 D1:1"], {"D8:6", "D9:17", "D1:1"}),
        (["D09:017"], {"D9:17"}),
        (["D30:5", "", "D"], set()),
        (["a b"], {"a b"}),
    ],
)
def test_evidence_is_split_normalised_or_ignored(given, found):
    assert resolve_evidence(given=given, known={"D1:1", "D8:6", "D9:17", "a b"}) == found


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense",
        b"[]",
        b'{"kind": "other"}',
        b'{"kind": "question", "creator": "a"}',
        b'{"kind": "interaction", "creator": "a"}',
        b'{"kind": "question", "creator": "a", "text": "b", "evidence": ["c"]}',
        b'{"kind": "question", "creator": "a", "text": "b", "evidence": "c"}',
        b"",
    ],
)
def test_file_that_cannot_be_evaluated_is_refused(line):
    with pytest.raises(EvaluationFileInvalid):
        read_evaluation_file(lines=[line])


def test_memory_stands_for_the_interactions_it_rests_on(creator):
    first, second = say(creator, "I live in Lisbon now."), say(creator, "I still live in Lisbon.")
    form(creator)
    pk = Memory.objects.get(predicate="home town").pk
    memory = PostgresMemoryStore().get_memories(creator_id=creator.pk, ids=[pk])[pk]
    hit = Hit(target=Target("memory", pk), score=1.0, coverage=1.0, memory=memory)
    assert set(list_interactions([hit, hit])) <= {first.pk, second.pk}
    assert len(list_interactions([hit, hit])) == len(memory.latest_evidence)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("store", ["postgres", "mongo"])
def test_command_reports_and_leaves_nothing(tmp_path, capsys, creator, mongo, store):
    say(creator, "The loom of the creator who stays.")
    form(creator)
    before = count_all()
    out = tmp_path / "out.json"
    call_command("evaluate_retrieval", write_lines(tmp_path / "file.jsonl"), "--store", store, "--json", out)
    found = json.loads(out.read_text())
    assert found["overall"] == dict.fromkeys(found["overall"], 100.0)
    assert list(found["overall"])[:4] == ["R@5", "R@10", "R@25", "R@50"]
    assert list(found["overall"])[4:] == ["tokens@250", "tokens@500", "tokens@1000", "tokens@2000"]
    assert sorted(found["by_category"]) == ["multi-hop", "single"]
    assert sorted(found["latency_ms"]) == ["p50", "p95", "p99"]
    assert "3 questions, 1 without evidence left out" in capsys.readouterr().out
    assert count_all() == before
    assert {name: mongo[name].count_documents({}) for name in ("interactions", "memories", "memory_vectors")} == {
        "interactions": 0,
        "memories": 0,
        "memory_vectors": 0,
    }


@pytest.mark.django_db(transaction=True)
def test_refused_interaction_ends_the_evaluation_and_leaves_nothing(tmp_path):
    path = write_lines(tmp_path / "file.jsonl", lines=(*LINES, ("I" * 201, "Bye.")))
    with pytest.raises(CommandError, match="author longer than 200 characters"):
        call_command("evaluate_retrieval", path)
    assert set(count_all().values()) == {0}


@pytest.mark.django_db(transaction=True)
def test_file_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("evaluate_retrieval", tmp_path / "nothing.jsonl")


@pytest.mark.django_db(transaction=True)
def test_run_is_kept_with_what_it_measured_and_with_what(tmp_path):
    call_command("evaluate_retrieval", write_lines(tmp_path / "file.jsonl"), "--store", "postgres")
    run = EvaluationRun.objects.get()
    assert (run.file_name, run.store, run.state, run.flags) == ("file.jsonl", "postgres", "done", ["COST_TRACKING"])
    assert run.embedding_model.startswith("wordllama")
    assert (run.measures["overall"]["R@10"], run.measures["questions"], run.measures["dropped"]) == (100.0, 3, 1)
    assert sorted(run.measures["interval"]) == sorted(run.measures["overall"])
    assert (len(run.file_digest), len(run.parameters), len(run.creator_ids)) == (32, 8, 1)
    assert run.duration_ms > 0


@pytest.mark.django_db(transaction=True)
def test_refused_file_leaves_a_failed_run(tmp_path):
    path = write_lines(tmp_path / "file.jsonl", lines=(*LINES, ("I" * 201, "Bye.")))
    with pytest.raises(CommandError):
        call_command("evaluate_retrieval", path)
    run = EvaluationRun.objects.get()
    assert (run.state, run.measures) == ("failed", None)
    assert "author longer than 200 characters" in run.error


def abandon(*, store, lease):
    """Leave what a killed evaluation leaves: a running row, and its creator filled."""
    opened = open_run(name="f", digest="d", store=store, clock=lambda: NOW)
    made = opened.make_creator(name="weavers", now=NOW)
    say(made, "The loom is old.")
    form(made)
    EvaluationRun.objects.filter(pk=opened.run.pk).update(lease_until=lease)
    return made


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path, mongo):
    before = count_all()
    gone = abandon(store=Store.MONGO, lease=NOW)
    mongo["memories"].insert_one({"_id": 1, "creator_id": gone.pk})
    namesake = make_creator("evaluation-of-mine")
    kept = abandon(store=None, lease=datetime(2100, 1, 1, tzinfo=UTC))
    call_command("evaluate_retrieval", write_lines(tmp_path / "file.jsonl"), "--store", "postgres")
    assert set(Creator.objects.all()) == {namesake, kept}
    assert mongo["memories"].count_documents({}) == 0
    assert list(EvaluationRun.objects.order_by("pk").values_list("state", flat=True)) == [
        "abandoned",
        "running",
        "done",
    ]
    EvaluationRun.objects.update(lease_until=NOW)
    assert remove_abandoned_evaluations_task() == 1
    namesake.delete()
    assert count_all() == before


@pytest.mark.django_db(transaction=True)
def test_run_stays_while_its_store_is_away(mongo_away):
    made = abandon(store=Store.MONGO, lease=NOW)
    assert remove_abandoned_evaluations_task() == 0
    assert Creator.objects.get() == made
    assert EvaluationRun.objects.get().state == "running"
