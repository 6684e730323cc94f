import hashlib
from collections import Counter
from datetime import datetime

from django.core.management import call_command

from creators.normalisers import Delivery, normalise
from creators.samples.facts import CREATORS
from creators.samples.generator import generate_samples, write_lines
from creators.services.validation import validate_item
from tests.creators.conftest import NOW


def test_same_seed_gives_the_same_bytes():
    first, second = (hashlib.sha256(write_lines(generate_samples(seed=7).items)).hexdigest() for _ in range(2))
    assert first == second
    assert hashlib.sha256(write_lines(generate_samples(seed=8).items)).hexdigest() != first


def test_samples_are_as_many_and_as_varied_as_the_main_job_needs():
    items = generate_samples().items
    assert len(items) == 3504
    assert set(Counter(item["creator"] for item in items).values()) == {1168}
    assert {item["platform"] for item in items} == {"twitch", "youtube", "x", "tiktok", "chat", "email"}
    assert [item["occurred_at"] for item in items] == sorted(item["occurred_at"] for item in items)


def test_every_sample_is_a_valid_item_with_its_own_id():
    keys = set()
    for item in generate_samples().items:
        (envelope,) = validate_item(item=item, now=NOW).envelopes
        keys.add((item["creator"], envelope.platform, envelope.external_id))
    assert len(keys) == 3504


def test_facts_are_stated_only_while_they_hold():
    texts = []
    for item in generate_samples().items:
        sent_at = datetime.fromisoformat(item["occurred_at"])
        found = normalise(platform=item["platform"], payload=item["payload"], delivery=Delivery(sent_at=sent_at))
        texts += [(item["creator"], sent_at, envelope.text) for envelope in found]
    for creator in CREATORS:
        for facts in (creator.rates, creator.sponsors, creator.towns):
            for fact, following in zip(facts, [*facts[1:], None], strict=True):
                told = [at for handle, at, text in texts if handle == creator.handle and fact.value in text]
                assert len(told) >= 5
                assert min(told) >= fact.since
                assert following is None or max(told) < following.since


def test_questions_expect_the_last_value_and_refuse_the_earlier():
    questions = generate_samples().questions
    assert Counter(question.creator for question in questions) == dict.fromkeys(
        ["lumenkitchen", "pixelforge", "trailmara"], 3
    )
    first = questions[0]
    assert (first.expected, first.outdated) == (["$2,500"], ["$1,200", "$1,800"])


def test_command_writes_the_files(tmp_path, capsys):
    call_command("generate_samples", out=tmp_path, seed=7)
    assert (tmp_path / "interactions.jsonl").read_bytes() == write_lines(generate_samples().items)
    assert {path.name for path in tmp_path.iterdir()} == {"interactions.jsonl", "creators.json", "questions.json"}
    assert "3,504 interactions of 3 creators" in capsys.readouterr().out
