import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count

from creators.models import Creator, Interaction, PlatformConnection
from memory.models import IndexedDocument, Memory, MemoryEvidence, MemoryVector, Posting, Signal
from memory.services.formation import form_memories
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say
from veri.platform.events.models import Event

DAY = timedelta(days=1)


def list_line(creator, predicate="home town"):
    rows = Memory.objects.filter(creator=creator, predicate=predicate).order_by("valid_from")
    return [
        (
            one.value,
            (one.valid_from - NOW).days,
            (one.valid_to - NOW).days if one.valid_to else None,
            one.state,
            one.strength,
        )
        for one in rows
    ]


def dump_rows():
    models = (Signal, Memory, MemoryEvidence, IndexedDocument, Posting, MemoryVector)
    return {
        model.__name__: list(model.objects.order_by("pk").values(*(one.attname for one in model._meta.concrete_fields)))
        for model in models
    }


def test_statement_becomes_a_memory_with_evidence_index_and_vector(creator):
    said = say(creator, "I live in Lisbon now.")
    result = form(creator, said)
    memory = Memory.objects.get()
    assert (result.interactions, result.formed, result.strengthened) == (1, 1, 0)
    assert (memory.type, memory.subject, memory.predicate, memory.value) == (
        "creator_entity",
        "lumenkitchen",
        "home town",
        "Lisbon",
    )
    assert (memory.state, memory.strength, memory.latest_evidence, memory.valid_from) == ("active", 1, [said.pk], NOW)
    assert MemoryEvidence.objects.values_list("memory_id", "interaction_id", "occurred_at").get() == (
        memory.pk,
        said.pk,
        NOW,
    )
    found = set(IndexedDocument.objects.values_list("kind", "target_id"))
    assert (
        found
        == set(MemoryVector.objects.values_list("kind", "target_id"))
        == {
            ("memory", memory.pk),
            ("interaction", said.pk),
        }
    )
    assert Event.objects.get(name="memories.formed").payload == {"creator_id": creator.pk, "memory_ids": [memory.pk]}


def test_running_again_changes_no_row(creator):
    say(creator, "I live in Lisbon now. My rate for a sponsored video is now $1,800.")
    say(creator, "I love your sourdough video, amazing!", author="kai", platform="youtube", type="comment")
    say(creator, "The contract with Brightpan is signed.", platform="email")
    form(creator)
    before = dump_rows()
    result = form(creator)
    assert (result.formed, result.strengthened) == (0, 0)
    assert dump_rows() == before
    assert Event.objects.filter(name="memories.formed").count() == 1


def test_repeats_strengthen_one_memory(creator):
    for day in range(25):
        said = say(creator, "I live in Lisbon now.", at=NOW + day * DAY)
        form(creator, said)
    memory = Memory.objects.get()
    latest = Interaction.objects.order_by("-occurred_at").values_list("pk", flat=True)[:20]
    assert (memory.strength, memory.latest_evidence) == (25, list(latest))
    assert memory.evidence.count() == 25


def test_writing_and_case_do_not_make_another_memory(creator):
    say(creator, "I live in Lisbon now.")
    say(creator, "I live in LISBON now.", at=NOW + DAY)
    form(creator)
    assert Memory.objects.get().strength == 2


def test_change_supersedes(creator):
    say(creator, "I live in Porto.")
    say(creator, "I live in Lisbon.", at=NOW + DAY)
    form(creator)
    assert list_line(creator) == [("Porto", 0, 1, "superseded", 1), ("Lisbon", 1, None, "active", 1)]
    porto, lisbon = Memory.objects.order_by("valid_from")
    assert porto.superseded_by_id == lisbon.pk


def test_returning_to_an_earlier_value_is_a_third_memory(creator):
    for day, town in enumerate(("Porto", "Lisbon", "Porto")):
        form(creator, say(creator, f"I live in {town}.", at=NOW + day * DAY))
    assert list_line(creator) == [
        ("Porto", 0, 1, "superseded", 1),
        ("Lisbon", 1, 2, "superseded", 1),
        ("Porto", 2, None, "active", 1),
    ]


def test_late_arrival_splits_what_held_on_both_sides(creator):
    form(creator, say(creator, "I live in Porto."), say(creator, "I live in Porto.", at=NOW + 4 * DAY))
    form(creator, say(creator, "I live in Lisbon.", at=NOW + 2 * DAY))
    assert list_line(creator) == [
        ("Porto", 0, 2, "superseded", 1),
        ("Lisbon", 2, 4, "superseded", 1),
        ("Porto", 4, None, "active", 1),
    ]


def test_late_arrival_of_the_same_value_moves_its_beginning(creator):
    form(creator, say(creator, "I live in Porto.", at=NOW + 4 * DAY))
    form(creator, say(creator, "I live in Porto."))
    assert list_line(creator) == [("Porto", 0, None, "active", 2)]


def test_values_of_one_instant_alternate_without_harm(creator):
    for town in ("Porto", "Lisbon", "Porto", "Lisbon"):
        say(creator, f"I live in {town}.")
    form(creator)
    assert [one[0] for one in list_line(creator)].count("Porto") == 2
    assert Memory.objects.get(state="active").value == "Lisbon"


def test_viewers_words_never_become_the_creators(creator):
    for text in ("I live in Berlin.", "I'm based in Berlin", "My rate for a video is $5.", "Acme is our main sponsor!"):
        say(creator, text, author="kai", platform="youtube", type="comment")
    form(creator)
    assert not Memory.objects.filter(is_slot=True).exists()


@pytest.mark.parametrize(("platform", "kind"), [("twitch", "channel.cheer"), ("youtube", "comment"), ("x", "unknown")])
def test_anonymous_viewer_is_not_the_creator(creator, platform, kind):
    say(creator, "I live in Berlin.", author="", platform=platform, type=kind)
    form(creator)
    assert not Memory.objects.filter(is_slot=True).exists()


@pytest.mark.parametrize("author", ["lumenkitchen", "@LumenKitchen", "Lumen Kitchen", "lk_account", "Lumen on YouTube"])
def test_creator_is_known_by_any_of_the_own_names(creator, author):
    PlatformConnection.objects.create(
        creator=creator, platform="youtube", account_id="lk_account", account_name="Lumen on YouTube", created_at=NOW
    )
    say(creator, "I live in Lisbon.", author=author)
    form(creator)
    assert Memory.objects.filter(predicate="home town").count() == 1


def own_id(platform, value):
    return {
        "youtube": {"snippet": {"authorChannelId": {"value": value}}},
        "twitch": {"event": {"chatter_user_id": value}},
        "x": {"data": {"payload": {"author_id": value}}},
    }[platform]


@pytest.mark.parametrize(
    ("platform", "kind", "author", "payload", "is_own"),
    [
        ("youtube", "comment", "Lumen Kitchen", {}, False),
        ("youtube", "comment", "lumenkitchen", {}, False),
        ("youtube", "comment", "Lumen Kitchen", own_id("youtube", "UC-other"), False),
        ("youtube", "comment", "anything", own_id("youtube", "acc-youtube"), True),
        ("youtube", "comment", "anything", own_id("youtube", "acc-x"), False),
        ("youtube", "video", "lumenkitchen", {}, True),
        ("youtube", "video", "Lumen Kitchen", {"snippet": {"channelId": "acc-youtube"}}, True),
        ("youtube", "video", "Lumen Kitchen", {"snippet": {"channelId": "UC-other"}}, False),
        ("youtube", "video", "Somebody", {}, False),
        ("youtube", "playlist_item", "lumenkitchen", {}, False),
        ("twitch", "channel.chat.message", "lumenkitchen", own_id("twitch", "1"), False),
        ("twitch", "channel.chat.message", "x", own_id("twitch", "acc-twitch"), True),
        ("twitch", "channel.chat.message", "x", {"event": {"chatter_user_id": 7}}, False),
        ("twitch", "stream.online", "lumenkitchen", {}, True),
        ("x", "post", "lumenkitchen", {}, True),
        ("x", "post", "Lumen Kitchen", {}, False),
        ("x", "post", "lumenkitchen", {"author_id": "500"}, False),
        ("x", "post", "kai", {"author_id": "acc-x"}, True),
        ("x", "post.create", "lumenkitchen", own_id("x", "500"), False),
        ("tiktok", "comment", "lumenkitchen", {}, False),
        ("tiktok", "video", "Lumen Kitchen", {}, True),
        ("chat", "message", "Lumen Kitchen", {}, True),
        ("chat", "message", "", {}, True),
        ("chat", "message", "kai", {}, False),
        ("email", "message", "", {}, False),
        ("email", "message", "Lumen Kitchen <maya@kitchen.example>", {}, True),
        ("email", "message", '"Lumen Kitchen" <maya@kitchen.example>', {}, True),
        ("email", "message", "lumenkitchen@mail.example", {}, True),
        ("email", "message", "Kai <kai@lumenkitchen.example>", {}, False),
        ("email", "message", "Kai", {}, False),
        ("email", "message", "@", {}, False),
    ],
)
def test_creators_words_are_told_from_others(creator, platform, kind, author, payload, is_own):  # noqa: PLR0917  a table
    for name in ("youtube", "twitch", "x", "tiktok"):
        PlatformConnection.objects.create(creator=creator, platform=name, account_id=f"acc-{name}", created_at=NOW)
    say(creator, "I live in Lisbon.", author=author, platform=platform, type=kind, payload=payload)
    form(creator)
    assert Memory.objects.filter(predicate="home town").count() == int(is_own)


def test_deleted_interactions_and_creators_are_passed_over(creator):
    said = say(creator, "I live in Lisbon.")
    key = said.pk
    said.delete()
    result = form_memories(creator_id=creator.pk, interaction_ids=[key, 0], now=NOW)
    gone = form_memories(creator_id=0, interaction_ids=[key], now=NOW)
    assert (result.interactions, gone.interactions, Memory.objects.count()) == (0, 0, 0)


def test_interactions_of_another_creator_are_passed_over(creator):
    foreign = say(make_creator("pixelforge"), "I live in Lisbon.")
    result = form_memories(creator_id=creator.pk, interaction_ids=[foreign.pk], now=NOW)
    assert (result.interactions, Memory.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "text", ["", "👍🎉", "   ", "مرحبا، أعيش في لشبونة", "x" * 100_000, "I live in Lisbon. " * 5000, "\u202eנמל\u202c"]
)
def test_odd_text_is_taken_in(creator, text):
    said = say(creator, text)
    assert form(creator, said).interactions == 1
    assert MemoryVector.objects.filter(kind="interaction").count() == (1 if text.strip() else 0)


def test_every_memory_rests_on_interactions_that_exist(creator):
    for number in range(30):
        say(
            creator,
            f"I live in {('Porto', 'Lisbon', 'Faro')[number % 3]}. My rate for a reel is ${number}.",
            at=NOW + number * DAY,
        )
        say(creator, "Love the sourdough recipe, amazing!", author="kai", platform="youtube", type="comment")
    form(creator)
    counted = Memory.objects.annotate(evidence_count=Count("evidence"))
    assert counted.count() == 61
    assert all(one.evidence_count == one.strength > 0 for one in counted)
    existing = set(Interaction.objects.values_list("pk", flat=True))
    assert all(existing.issuperset(one.latest_evidence) for one in counted)


def test_query_count_does_not_grow_with_interactions(creator, django_assert_max_num_queries):
    def fill(start, count):
        return [say(creator, f"Sourdough number {start + number}", author="kai").pk for number in range(count)]

    few, many = fill(0, 3), fill(3, 60)
    with django_assert_max_num_queries(40):
        form_memories(creator_id=creator.pk, interaction_ids=few, now=NOW)
    with django_assert_max_num_queries(40):
        form_memories(creator_id=creator.pk, interaction_ids=many, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_workers_forming_one_creator_at_once_form_each_memory_once():
    creator = make_creator("lumenkitchen")
    keys = [
        say(creator, f"I live in {('Porto', 'Lisbon')[number // 5 % 2]}.", at=NOW + number * DAY).pk
        for number in range(20)
    ]
    batches = [keys[:12], keys[8:], list(reversed(keys)), keys[::2]]
    barrier, failures = threading.Barrier(len(batches), timeout=30), []

    def work(batch):
        try:
            barrier.wait()
            form_memories(creator_id=creator.pk, interaction_ids=batch, now=NOW)
        except Exception as error:  # noqa: BLE001  carried to the main thread, which asserts there are none
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert [(value, strength) for value, _, _, _, strength in list_line(creator)] == [
        ("Porto", 5),
        ("Lisbon", 5),
        ("Porto", 5),
        ("Lisbon", 5),
    ]
    assert MemoryEvidence.objects.count() == 20
    assert IndexedDocument.objects.count() == MemoryVector.objects.count() == 24


@pytest.mark.django_db(transaction=True)
def test_creator_deleted_takes_all_memory_along():
    creator = make_creator("lumenkitchen")
    say(creator, "I live in Lisbon.")
    form(creator)
    Creator.objects.filter(pk=creator.pk).delete()
    assert all(rows == [] for rows in dump_rows().values())
