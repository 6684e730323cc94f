"""The synthetic set: reproducible, and answered wholly on both stores."""

import json

import pytest
from django.core.management import CommandError, call_command

from memory.services.evaluation.synthetic import generate_creators


def test_same_seed_gives_the_same_lines():
    first, again, other = (list(generate_creators(seed=seed, creators=3)) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_bait_names_a_brand_its_creator_never_hears_of():
    lines = list(generate_creators(seed=7, creators=3))
    for asked in (one for one in lines if one.get("category") == "bait"):
        brand = asked["text"].rstrip("?").removesuffix(" pay me").split()[-1]
        speakers = {one["creator"] for one in lines if one["kind"] == "interaction" and brand in one["text"]}
        assert asked["evidence"] == []
        assert asked["creator"] not in speakers
        assert speakers


@pytest.mark.parametrize("count", ["1", "9"])
def test_number_of_creators_has_bounds(count):
    with pytest.raises(CommandError, match="--creators must be from 2 to 8"):
        call_command("make_creator_eval", "--creators", count)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("store", ["postgres", "mongo"])
def test_what_holds_and_what_held_is_answered_and_bait_is_not(tmp_path, mongo, store):
    lines, out = tmp_path / "lines.jsonl", tmp_path / "out.json"
    call_command("make_creator_eval", "--creators", "2", "--out", lines)
    call_command("evaluate_retrieval", lines, "--store", store, "--json", out)
    found = json.loads(out.read_text())
    assert found["right_answers"] == {"as-of": 100.0, "supersession": 100.0}
    assert found["bait_answered"] == 0
    assert found["questions"] == 32
    assert {name: one["R@10"] for name, one in found["by_category"].items()} == {
        "aggregation": 100.0,
        "as-of": 100.0,
        "multi-hop": 100.0,
        "paraphrase": 100.0,
        "supersession": 100.0,
    }
