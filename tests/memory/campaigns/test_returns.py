"""Predictions are kept as they were made, refused where data are too few, and scored by what came."""

import random
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from billing.models import Campaign, Collaboration
from memory.errors import PredictionRefused
from memory.models import BrandMatch, MatchDecision, ReturnModel, ReturnPrediction
from memory.prediction.synthetic import make_history
from memory.queries.predictions import list_predictions, measure_live
from memory.queries.returns import find_returns
from memory.queries.track_records import UNKNOWN, find_track_records
from memory.services.prediction.predicting import predict_return
from memory.services.prediction.training import fit_return_model
from tests.billing.campaigns.conftest import FEE, make_creator
from tests.conftest import NOW


def store_history(campaign: Campaign, *, examples: int, shuffled: bool = False) -> None:
    """Store SYNTHETIC collaborations of one brand with what was known and what came."""
    history = make_history(examples=examples, seed=3)
    actual = [one.multiple for one in history]
    if shuffled:
        random.Random(5).shuffle(actual)  # noqa: S311  made-up data
    creator = make_creator("synthetic")
    parts = Collaboration.objects.bulk_create(
        Collaboration(
            campaign=campaign, state="closed", state_changed_at=NOW, fee_minor=FEE, currency="EUR", created_at=NOW
        )
        for _ in history
    )
    ReturnPrediction.objects.bulk_create(
        ReturnPrediction(
            collaboration=part,
            creator=creator,
            cause="agreed",
            features=dict(one.features),
            segments=dict(one.segments),
            made_at=one.agreed_at,
            known_at=one.known_at,
            actual=value,
        )
        for part, one, value in zip(parts, history, actual, strict=True)
    )


def test_without_outcomes_it_is_refused_and_the_facts_are_kept(collaboration, buyer):
    said = predict_return(collaboration=collaboration, fee_minor=FEE, acting_user=buyer.user, now=NOW)
    assert (said.multiple, said.refusal) == (None, "0 outcomes are known of the 60 that a prediction needs.")
    assert said.features["fee"] == 1200.0
    assert said.features["followers"] is None
    assert said.segments == {"platform": "other", "kind": "sponsored_video", "size": "unknown"}
    with pytest.raises(PredictionRefused, match="0 outcomes"):
        fit_return_model(now=NOW)


def test_fee_is_needed_and_a_creator(collaboration, buyer):
    with pytest.raises(PredictionRefused, match="Name a fee"):
        predict_return(collaboration=collaboration, fee_minor=None, acting_user=buyer.user, now=NOW)
    collaboration.creator = None
    with pytest.raises(PredictionRefused, match="no longer here"):
        predict_return(collaboration=collaboration, fee_minor=1, acting_user=buyer.user, now=NOW)
    assert not ReturnPrediction.objects.exists()


def test_enough_outcomes_give_a_prediction_with_bounds_and_reasons(campaign, collaboration, buyer):
    store_history(campaign, examples=200)
    model = fit_return_model(now=NOW)
    assert (model.refusal, model.examples) == ("", 200)
    assert fit_return_model(now=NOW) == model  # nothing new to learn from
    said = predict_return(collaboration=collaboration, fee_minor=FEE, acting_user=buyer.user, now=NOW)
    assert 0 < said.low < said.multiple < said.high
    assert len(said.effects) == 6
    assert list(list_predictions(acting_user=buyer.user)[:1]) == [said]


def test_model_that_is_no_better_than_a_guess_says_so_instead_of_predicting(campaign, collaboration, buyer):
    store_history(campaign, examples=120, shuffled=True)
    model = fit_return_model(now=NOW)
    assert "a guess does as well" in model.refusal
    said = predict_return(collaboration=collaboration, fee_minor=FEE, acting_user=buyer.user, now=NOW)
    assert (said.multiple, said.refusal) == (None, model.refusal)


def test_agreed_terms_are_predicted_once_and_scored_when_the_outcome_comes(reported, remember, creator):
    remember()
    remember()
    kept = ReturnPrediction.objects.get(cause="agreed")
    assert (kept.actual, kept.known_at) == (3.0, NOW)
    assert kept.segments["platform"] == "youtube"
    assert measure_live().predictions == 0  # it was refused: there is nothing to score
    ReturnPrediction.objects.update(multiple=3.0, low=1.0, high=4.0)
    assert (measure_live().error, measure_live().inside) == (0.0, 1.0)


def test_outcome_of_one_other_brand_shows_nowhere(reported, creator):
    brand_id, at = reported.campaign.brand_id, NOW + timedelta(days=1)
    assert find_returns(creator_ids=[creator.pk], brand_id=brand_id, at=at) == {creator.pk: (1, 3.0)}
    assert find_returns(creator_ids=[creator.pk], brand_id=brand_id + 1, at=at) == {}
    assert find_returns(creator_ids=[creator.pk], brand_id=brand_id, at=NOW - timedelta(days=1)) == {}


def test_record_rises_with_what_went_well_and_falls_with_a_refund(reported, creator):
    brand_id = reported.campaign.brand_id
    other = make_creator("refunded")
    Collaboration.objects.filter(pk=reported.pk).update(state="paid")
    Collaboration.objects.create(
        campaign=reported.campaign,
        creator=other,
        state="refunded",
        state_changed_at=NOW,
        currency="EUR",
        created_at=NOW,
    )
    found = find_track_records(creator_ids=[creator.pk, other.pk], brand_id=brand_id, at=NOW)
    assert found[creator.pk] > UNKNOWN > found[other.pk]


def test_offer_and_agreement_are_decisions_on_the_match_that_showed_the_creator(
    brand, buyer, creator, request, remember
):
    shown = [{"creator_id": creator.pk, "score": 1.0}]
    match = BrandMatch.objects.create(brand=brand, brief={}, seed="", items=shown, requested_at=NOW)
    request.getfixturevalue("accepted")
    remember()
    decision = MatchDecision.objects.get()
    assert (decision.match, decision.creator, decision.kind) == (match, creator, "hired")
    remember()
    assert MatchDecision.objects.get().kind == "hired"


def test_report_and_synthetic_history_are_shown_by_command(campaign, capsys):
    with pytest.raises(CommandError, match="No model was fitted"):
        call_command("returns", "report")
    call_command("returns", "synthetic", "--examples", "200")
    assert "SYNTHETIC" in capsys.readouterr().out
    assert not ReturnModel.objects.exists()
    with pytest.raises(CommandError, match="0 outcomes"):
        call_command("returns", "fit")
