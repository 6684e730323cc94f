"""Decay: one step a run, only state changes written, resumable, behind the relay, undone when the flag goes off."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from creators.models import Interaction
from memory.enums import DecayState
from memory.errors import DecayNotAllowed, DecayRunning
from memory.models import DecayRun, IndexedDocument, Memory, MemorySuppression, MemoryUse, MemoryVector, Posting
from memory.queries.decay import find_due, preview_decay
from memory.queries.retention import Freshness, compute_retention
from memory.queries.retrieval import retrieve
from memory.services.decay import continue_decay, start_decay
from memory.services.pins import set_pin
from memory.services.restoring import restore_memories
from memory.services.uses import record_citations
from memory.tasks import decay_task
from migration.models import FeatureFlag, OutboxRow
from migration.queries.flags import forget_flags
from migration.queries.routes import Store
from tests.conftest import NOW
from tests.memory.conftest import form, say
from tests.migration.conftest import capturing, drain, switch  # noqa: F401  a fixture
from veri.platform.ops.models import AuditEntry, Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)
PG = Store.POSTGRES
YEAR = timedelta(days=365)


@pytest.fixture
def decaying(transactional_db):
    for name in ("USE_MONGO", "MEMORY_DECAY"):
        FeatureFlag.objects.create(name=name, is_on=True, reason="test", changed_by="test", changed_at=NOW)
    forget_flags()


def run(now=NOW, **asked) -> DecayRun:
    start_decay(actor="test", reason="test", now=now)
    progress = continue_decay(clock=lambda: now, **asked)
    assert progress is not None
    assert progress.is_done
    return progress.run


def get_states() -> dict[str, str]:
    return dict(Memory.objects.values_list("predicate", "state"))


@pytest.fixture
def old(creator):
    """A favourite and a home town of twenty years ago, and a favourite of yesterday."""
    say(creator, "My favourite tea is Earl Grey. I live in Lisbon.", at=NOW - 20 * YEAR)
    say(creator, "My favourite pan is the Brightpan.", at=NOW - timedelta(days=1))
    form(creator)
    return creator


def test_steps_are_taken_one_a_run_and_what_is_exempt_stays(old, decaying, settings):
    policies = {name: replace(one, purged_below=0.7) for name, one in settings.DECAY.policies.items()}
    settings.DECAY = replace(settings.DECAY, policies=policies)
    tea = Memory.objects.get(predicate="favourite tea")
    untouched = dict(Memory.objects.exclude(pk=tea.pk).values_list("pk", "version"))
    seen = []
    for _ in range(3):
        run()
        seen.append(get_states().get("favourite tea", "purged"))
    assert seen == ["dormant", "archived", "purged"]
    assert dict(Memory.objects.values_list("pk", "version")) == untouched
    assert [one.counts for one in DecayRun.objects.order_by("pk")] == [
        {"creator_entity": {step: 1}} for step in ("rest", "archive", "purge")
    ]


def test_archived_leaves_the_index_and_returns_when_said_again(old, decaying):
    tea = Memory.objects.get(predicate="favourite tea")
    for _ in range(2):
        run()
    for index in (IndexedDocument, Posting, MemoryVector):
        assert not index.objects.filter(kind="memory", target_id=tea.pk).exists()
    form(old)
    assert get_states()["favourite tea"] == "archived"
    form(old, say(old, "My favourite tea is Earl Grey.", at=NOW))
    assert get_states()["favourite tea"] == "active"
    assert IndexedDocument.objects.filter(kind="memory", target_id=tea.pk).exists()


def test_purged_is_formed_again_only_by_a_later_word(old, decaying, settings):
    policies = {name: replace(one, purged_below=0.7) for name, one in settings.DECAY.policies.items()}
    settings.DECAY = replace(settings.DECAY, policies=policies)
    for _ in range(3):
        run()
    form(old)
    assert "favourite tea" not in get_states()
    assert "Earl" not in str(list(MemorySuppression.objects.values()))
    form(old, say(old, "My favourite tea is Earl Grey.", at=NOW + timedelta(days=1)))
    assert get_states()["favourite tea"] == "active"


def test_pins_and_citations_keep_a_memory(old, decaying, django_user_model):
    say(old, "My favourite jam is plum.", at=NOW - 20 * YEAR)
    form(old)
    keys = dict(Memory.objects.values_list("predicate", "pk"))
    record_citations(memory_ids=[keys["favourite tea"]], now=NOW - timedelta(days=1))
    user = django_user_model.objects.get(username="owner")
    set_pin(memory_id=keys["favourite jam"], is_pinned=True, acting_user=user, reason="test", now=NOW)
    assert preview_decay(now=NOW) == []
    assert run().changed == 0


def test_deadline_rests_once_its_day_has_passed(creator, decaying):
    say(
        creator, "Brightpan here: the deadline for the reel is 2026-11-05.", platform="email", author="Lena (Brightpan)"
    )
    form(creator)
    assert "deadline for reel" in get_states()
    assert run(now=NOW).changed == 0
    assert run(now=NOW + timedelta(days=6)).counts == {"campaign_episodic": {"rest": 1}}
    assert run(now=NOW + timedelta(days=7)).changed == 0


def test_preview_says_what_the_run_does_and_changes_nothing(old, decaying):
    before = list(Memory.objects.order_by("pk").values("pk", "state", "version"))
    (found,) = preview_decay(now=NOW)
    assert (found.type, found.step, found.memories) == ("creator_entity", "rest", 1)
    assert found.size == len(Memory.objects.get(predicate="favourite tea").text.encode())
    assert list(Memory.objects.order_by("pk").values("pk", "state", "version")) == before
    done = run()
    assert done.counts == {"creator_entity": {"rest": 1}}
    assert done.storage_before["states"]["active"][0] - done.storage_after["states"]["active"][0] == 1
    assert done.storage_after["states"]["dormant"] == [1, found.size]


def test_run_is_resumed_where_it_stopped(creator, decaying):
    for what in ("tea", "pan", "jam", "oven", "salt"):
        say(creator, f"My favourite {what} is blue.", at=NOW - 20 * YEAR)
    form(creator)
    start_decay(actor="test", reason="test", now=NOW)
    turns = iter([True, True, False])
    progress = continue_decay(clock=lambda: NOW, is_due=lambda: next(turns), batch=2)
    assert (progress.is_done, progress.run.looked_at, DecayRun.objects.get().changed) == (False, 4, 4)
    with pytest.raises(DecayRunning):
        start_decay(actor="test", reason="again", now=NOW)
    ended = continue_decay(clock=lambda: NOW + YEAR, batch=2)
    assert (ended.run.looked_at, ended.run.changed, ended.run.state) == (5, 5, DecayState.DONE)
    assert continue_decay(clock=lambda: NOW) is None
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "memory.decay_started",
        "memory.decay_done",
    ]


def test_run_waits_while_the_relay_is_behind(old, decaying):
    start_decay(actor="test", reason="test", now=NOW)
    Heartbeat.objects.create(name="relay", at=NOW)
    OutboxRow.objects.create(
        dataset="memories", key=1, scope=1, version=1, operation="U", created_at=NOW - timedelta(seconds=30)
    )
    progress = continue_decay(clock=lambda: NOW)
    assert (progress.is_done, progress.waits_for) == (False, "The relay is behind by 30 s.")
    assert (DecayRun.objects.get().waits_for, get_states()["favourite tea"]) == (progress.waits_for, "active")
    OutboxRow.objects.all().delete()
    assert continue_decay(clock=lambda: NOW).is_done
    assert get_states()["favourite tea"] == "dormant"


def test_nothing_fades_without_the_flag(old, decaying):
    FeatureFlag.objects.filter(name="USE_MONGO").update(is_on=False)
    forget_flags()
    with pytest.raises(DecayNotAllowed):
        start_decay(actor="test", reason="test", now=NOW)
    assert (DecayRun.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_run_whose_flag_went_off_is_stopped(old, decaying):
    start_decay(actor="test", reason="test", now=NOW)
    FeatureFlag.objects.filter(name="MEMORY_DECAY").update(is_on=False)
    assert continue_decay(clock=lambda: NOW).run.state == DecayState.STOPPED
    assert get_states()["favourite tea"] == "active"


def test_switched_off_everything_is_as_it_was(old, decaying):
    switch_off()
    before = list_scores(old)
    FeatureFlag.objects.filter(name="MEMORY_DECAY").update(is_on=True)
    forget_flags()
    for _ in range(2):
        run()
    assert decay_hits(old, "favourite tea?") == ["favourite pan"]
    switch_off()
    assert decay_task() == 1
    assert (get_states()["favourite tea"], list_scores(old)) == ("active", before)
    assert decay_task() == 0


def switch_off() -> None:
    FeatureFlag.objects.filter(name="MEMORY_DECAY").update(is_on=False)
    forget_flags()


def list_scores(creator) -> list[tuple[str, float]]:
    found = retrieve(creator_id=creator.pk, question="favourite tea?", store=PG).hits
    return [(hit.text, hit.score) for hit in found]


def decay_hits(creator, question: str) -> list[str]:
    found = retrieve(creator_id=creator.pk, question=question, store=PG, now=NOW).hits
    return [hit.memory.predicate for hit in found if hit.memory]


def test_dormant_is_found_after_everything_active(creator, decaying):
    say(creator, "My favourite tea is Earl Grey.", at=NOW - 20 * YEAR)
    say(creator, "My favourite tea pot is brown and made of tea wood.", at=NOW)
    form(creator)
    strong = "favourite tea Earl Grey"
    assert decay_hits(creator, strong)[0] == "favourite tea"
    run()
    assert decay_hits(creator, strong) == ["favourite tea pot", "favourite tea"]
    switch_off()
    assert decay_hits(creator, strong)[0] == "favourite tea"


def test_score_is_relevance_by_retention_by_importance(old, decaying):
    def score() -> float:
        found = retrieve(creator_id=old.pk, question="favourite tea", store=PG, now=NOW).hits
        return next(hit.score for hit in found if hit.memory and hit.memory.predicate == "favourite tea")

    faded = score()
    switch_off()
    tea = Memory.objects.get(predicate="favourite tea")
    kept = compute_retention(
        stability_days=tea.stability_days, freshness=Freshness(evidenced_at=NOW - 20 * YEAR), now=NOW
    )
    assert faded / score() == pytest.approx(kept * (0.8 + 0.4 * tea.importance))


def test_restored_is_found_again_and_fades_from_now_on(old, decaying):
    for _ in range(2):
        run()
    tea = Memory.objects.get(predicate="favourite tea")
    pan = Memory.objects.get(predicate="favourite pan")
    asked = {"creator_id": old.pk, "memory_ids": [tea.pk, pan.pk, 2**40], "actor": "owner", "reason": "", "now": NOW}
    assert restore_memories(**asked) == [tea.pk]
    assert restore_memories(**asked) == []
    assert decay_hits(old, "favourite tea")[0] == "favourite tea"
    assert (preview_decay(now=NOW), AuditEntry.objects.filter(action="memory.restored").count()) == ([], 1)


def test_steps_are_those_of_the_formula_near_and_far_from_the_thresholds(creator, decaying):
    """What is passed over as too young, and what is computed in SQL, is what the formula says in Python."""
    at = [NOW - timedelta(days=days) for days in (0, 1, 200, 290, 297, 297.5, 298, 305, 400, 840, 850, 900, 5000)]
    said = Interaction.objects.bulk_create(
        Interaction(
            creator=creator, platform="chat", type="message", external_id=str(n), occurred_at=one, received_at=NOW
        )
        for n, one in enumerate(at)
    )
    expected = {}
    for state, cited, one in product(("active", "dormant"), (0, 1, 50), said):
        memory = Memory.objects.create(
            creator=creator, type="brand_interaction", subject="s", predicate="wrote", value="v", text="t",
            content_hash=f"{state}{cited}{one.pk}", state=state, confidence=1, latest_evidence=[one.pk],
            valid_from=at[-1] if cited == 1 else one.occurred_at, recorded_at=NOW,
        )  # fmt: skip
        if cited:
            MemoryUse.objects.create(memory=memory, last_cited_at=one.occurred_at, times_cited=cited)
        fresh = Freshness(evidenced_at=one.occurred_at, times_cited=cited)
        kept = compute_retention(stability_days=90, freshness=fresh, now=NOW)
        step = {"active": "rest" if kept < 0.8 else None, "dormant": "archive" if kept < 0.7 else "wake"}[state]
        if state == "dormant" and 0.7 <= kept < 0.8:
            step = None
        expected[memory.pk] = step
    due = {one.id: one.step.value for one in find_due(after=0, until=2**62, now=NOW)}
    assert due == {pk: step for pk, step in expected.items() if step}
    assert {*due.values()} == {"rest", "archive", "wake"}


def test_both_stores_leave_out_what_is_archived_and_weigh_alike(capturing, mongo):  # noqa: F811  the fixture
    switch("MEMORY_DECAY")
    creator = capturing
    for what, age in (("tea", 20), ("jam", 20), ("oven", 3), ("pan", 0)):
        say(creator, f"My favourite {what} is blue.", at=NOW - age * YEAR)
    form(creator)
    for _ in range(2):
        run()
    restore_memories(creator_id=creator.pk, memory_ids=[get_key("jam")], actor="o", reason="", now=NOW)
    Memory.objects.filter(pk=get_key("jam")).update(state="dormant")
    drain()
    found = [
        [
            (hit.memory.predicate, hit.is_dormant, round(hit.score, 9))
            for hit in retrieve(creator_id=creator.pk, question="favourite blue", store=store, now=NOW).hits
            if hit.memory
        ]
        for store in (PG, Store.MONGO)
    ]
    assert found[0] == found[1]
    assert [one[:2] for one in found[0]] == [
        ("favourite pan", False),
        ("favourite oven", False),
        ("favourite jam", True),
    ]


def get_key(what: str) -> int:
    return Memory.objects.get(predicate=f"favourite {what}").pk


def test_only_creators_the_share_reaches_fade_and_who_left_it_is_restored(old, decaying):
    run()
    FeatureFlag.objects.filter(name="MEMORY_DECAY").update(denied=[old.pk])
    forget_flags()
    assert preview_decay(now=NOW) == []
    assert decay_task() == 1
    assert (get_states()["favourite tea"], DecayRun.objects.latest("pk").changed) == ("active", 0)
