import numpy as np
import pytest

from billing.models import Allowance, Reservation, UsageEvent
from memory.clients.embeddings import EmbeddingFailed, embed_texts
from memory.enums import EmbeddingProvider
from memory.models import Memory, MemoryVector, VoyageVector
from memory.services.embedding import embed_metered
from memory.services.search import search_memory
from memory.services.vectors import store_waiting_vectors
from memory.tasks import store_waiting_vectors_task
from migration.queries.flags import forget_flags
from tests.fakes import voyage as fake
from tests.memory.conftest import form, say

LOCAL, VOYAGE = EmbeddingProvider.WORDLLAMA, EmbeddingProvider.VOYAGE


@pytest.fixture
def hybrid(settings):
    settings.FLAG_DEFAULTS = settings.FLAG_DEFAULTS | dict.fromkeys(
        ("USE_MONGO", "READ_FROM_MONGO", "HYBRID_SEARCH"), True
    )
    forget_flags()


def list_usage():
    return list(UsageEvent.objects.values_list("service", "model", "source", "input_tokens", "state").order_by("pk"))


@pytest.mark.parametrize("texts", [[""], [" "], ["👍"], ["a", "", "b"], ["x" * 100_000], ["مرحبا"], ["\u202e"]])
def test_local_vectors_are_finite_and_of_unit_length_or_zero(texts):
    vectors = embed_texts(texts, provider=LOCAL).vectors
    assert vectors.shape == (len(texts), 256)
    assert np.isfinite(vectors).all()
    lengths = np.linalg.norm(vectors, axis=1)
    assert all(length == pytest.approx(1, abs=1e-5) or length == 0 for length in lengths)


def test_no_texts_need_no_model():
    assert embed_texts([], provider=LOCAL).vectors.shape == (0, 256)


def test_local_vectors_are_not_metered(creator):
    say(creator, "I live in Lisbon.")
    form(creator)
    assert MemoryVector.objects.count() == 2
    assert (Reservation.objects.count(), UsageEvent.objects.count()) == (0, 0)


def test_voyage_is_asked_for_256_dimensions_and_its_order_kept(voyage):
    embedding = embed_texts(["one", "two words", ""], provider=VOYAGE)
    (request,) = voyage.requests
    assert request == {"input": ["one", "two words", " "], "model": "voyage-3.5-lite", "output_dimension": 256}
    assert voyage.headers[0]["authorization"] == "Bearer test-key"
    expected = np.asarray(fake.embed("two words"), dtype=np.float32)
    assert embedding.vectors[1] == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    assert embedding.tokens == 4


@pytest.mark.parametrize(
    "content",
    [
        {},
        [],
        {"data": []},
        {"data": [{"index": 0, "embedding": [0.1] * 255}], "usage": {"total_tokens": 1}},
        {"data": [{"index": 0, "embedding": [float("nan")] * 256}], "usage": {"total_tokens": 1}},
        {"data": [{"index": 0, "embedding": [float("inf")] * 256}], "usage": {"total_tokens": 1}},
        {"data": [{"index": 0, "embedding": ["x"] * 256}], "usage": {"total_tokens": 1}},
        {"data": [{"index": 0, "embedding": [0.1] * 256}]},
        {"data": [{"index": 0, "embedding": [0.1] * 256}] * 2, "usage": {"total_tokens": 1}},
    ],
)
def test_nonsense_of_the_provider_is_refused(voyage, content):
    voyage.script(fake.say(content))
    with pytest.raises(EmbeddingFailed):
        embed_texts(["one"], provider=VOYAGE)
    assert len(voyage.requests) == 1


@pytest.mark.parametrize(("status", "calls"), [(400, 1), (401, 1), (429, 1), (500, 2), (503, 2)])
def test_refusals_are_not_repeated_and_outages_once(voyage, status, calls):
    voyage.script(*[fake.fail(status)] * 3)
    with pytest.raises(EmbeddingFailed, match=str(status)):
        embed_texts(["one"], provider=VOYAGE)
    assert len(voyage.requests) == calls


def test_outage_that_passes_is_not_noticed(voyage):
    voyage.script(fake.fail(503))
    assert embed_texts(["one"], provider=VOYAGE).tokens == 1


def test_vectors_of_voyage_are_metered_once(creator, voyage):
    say(creator, "I live in Lisbon.")
    form(creator)
    form(creator)
    assert VoyageVector.objects.filter(model="voyage-3.5-lite", model_version="1").count() == 2
    assert len(voyage.requests) == 1
    assert list_usage() == [("voyage", "voyage-3.5-lite", "embedding", 8, "metered")]
    event = UsageEvent.objects.get()
    assert (event.creator_id, event.action.startswith("documents:"), event.cost_micro_usd) == (creator.pk, True, 1)
    assert Allowance.objects.values_list("scope", "spent", "reserved").get() == ("budget:voyage", 1, 0)


def test_batches_are_metered_each(creator, voyage, monkeypatch):
    monkeypatch.setattr("memory.services.vectors.BATCH", 4)
    for number in range(10):
        say(creator, f"Bread number {number}", author="kai")
    form(creator)
    assert [len(one["input"]) for one in voyage.requests] == [4, 4, 2]
    assert (UsageEvent.objects.count(), Reservation.objects.filter(state="settled").count()) == (3, 3)


def test_failed_call_costs_nothing_and_memories_stand(creator, voyage):
    voyage.script(fake.fail(500), fake.fail(500))
    say(creator, "I live in Lisbon.")
    assert form(creator).formed == 1
    assert (Memory.objects.count(), VoyageVector.objects.count(), UsageEvent.objects.count()) == (1, 0, 0)
    assert Reservation.objects.get().state == "released"
    assert store_waiting_vectors_task() == 2
    assert store_waiting_vectors_task() == 0
    assert (VoyageVector.objects.count(), UsageEvent.objects.count()) == (2, 1)


@pytest.mark.parametrize("script", [fake.drop, fake.say({"data": "nonsense"})])
def test_call_that_never_told_its_cost_is_charged_as_estimated(creator, voyage, script):
    voyage.script(script)
    say(creator, "I live in Lisbon.")
    form(creator)
    assert list_usage() == [("voyage", "voyage-3.5-lite", "embedding", 0, "unreconciled")]
    assert store_waiting_vectors() == 2
    assert UsageEvent.objects.count() == 2


def test_vectors_wait_for_a_budget(creator, voyage, settings):
    settings.MONTHLY_BUDGETS = {"voyage": 0}
    say(creator, "I live in Lisbon.")
    assert form(creator).formed == 1
    with pytest.raises(EmbeddingFailed, match="budget:voyage"):
        store_waiting_vectors()
    assert (len(voyage.requests), VoyageVector.objects.count(), Reservation.objects.count()) == (0, 0, 0)
    Allowance.objects.all().delete()
    settings.MONTHLY_BUDGETS = {"voyage": 1}
    assert store_waiting_vectors() == 2


def test_model_without_a_price_is_not_called(creator, voyage, settings):
    settings.VOYAGE_MODEL = "voyage-unheard-of"
    with pytest.raises(EmbeddingFailed, match="no price"):
        embed_metered(["one"], provider=VOYAGE, creator_id=creator.pk, action="a")
    assert voyage.requests == []


def test_nothing_is_metered_while_cost_tracking_is_off(creator, voyage, settings):
    settings.FLAGS_FORCED_OFF = ["COST_TRACKING"]
    embed_metered(["one"], provider=VOYAGE, creator_id=creator.pk, action="a")
    assert (len(voyage.requests), Reservation.objects.count()) == (1, 0)


def test_question_is_embedded_and_metered_once(creator, voyage, hybrid):
    say(creator, "I live in Lisbon.")
    form(creator)
    found = search_memory(creator_id=creator.pk, question="Where do I live?", action="t-1")
    assert (found.is_hybrid, found.hits[0].memory.value) == (True, "Lisbon")
    assert UsageEvent.objects.get(action="question:t-1").input_tokens == 4


def test_question_falls_back_to_words(creator, voyage, hybrid, settings):
    say(creator, "I live in Lisbon.")
    form(creator)
    voyage.script(fake.fail(500), fake.fail(500))
    away = search_memory(creator_id=creator.pk, question="Where do I live?", action="t-1")
    Allowance.objects.update(limit=0, is_set_by_staff=True)
    poor = search_memory(creator_id=creator.pk, question="Where do I live?", action="t-2")
    assert [(one.is_hybrid, one.hits[0].memory.value) for one in (away, poor)] == [(False, "Lisbon")] * 2
    assert UsageEvent.objects.filter(action__startswith="question").count() == 0


def test_new_provider_embeds_what_the_old_one_had(creator, request):
    say(creator, "I live in Lisbon.")
    form(creator)
    request.getfixturevalue("voyage")
    assert store_waiting_vectors() == 2
    assert (MemoryVector.objects.count(), VoyageVector.objects.count()) == (2, 2)
