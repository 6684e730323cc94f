"""What needs no database: words of disclosure, divided amounts, texts, documents, definitions, ends of days."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.campaign_errors import InvalidTerms
from billing.campaign_fees import compute_platform_fee, divide_amount
from billing.campaign_terms import compute_end_of_day
from billing.contract_chain import find_chain_problems
from billing.contract_text import check_template, fill_template
from billing.disclosures import find_disclosures
from billing.pdf import render_document, show_characters
from billing.workflow_definition import check_definition
from tests.conftest import NOW


@given(amount=st.integers(0, 10**12), shares=st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_divided_amounts_sum_and_none_is_negative(amount, shares):
    parts = divide_amount(amount=amount, shares=shares)
    assert sum(parts) == (amount if sum(shares) else 0)
    assert min(parts) >= 0
    assert compute_platform_fee(fee_minor=amount, basis_points=1_000) * 10 <= amount


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My new bread #AD", ["#ad"]),
        ("An #adventure with #bread", []),
        ("Pão novo! #Publi", ["#publi"]),
        ("Conteudo Patrocinado por Ovenly", ["conteúdo patrocinado"]),
        ("WERBUNG | Brot", ["werbung"]),
        ("#ｗｅｒｂｕｎｇ Brot", ["#werbung", "werbung"]),
        ("新しいパン #PR", ["#pr"]),
        ("#광고 빵", ["#광고"]),
        ("I spread the dough", []),
        ("", []),
    ],
)
def test_words_of_disclosure_are_found_whole_in_any_case(text, found):
    assert find_disclosures(text) == found


@pytest.mark.parametrize(
    ("body", "variables", "field"),
    [
        ("{unknown}", {}, "body"),
        ("{fee", {}, "body"),
        ("{ fee }", {}, "body"),
        ("", {}, "body"),
        ("{fee}", {"extra": "text"}, "variables"),
        ("{extra}", {"extra": "money"}, "variables/extra"),
        ("{fee}", {"fee": "text"}, "variables/fee"),
    ],
)
def test_template_that_cannot_be_filled_is_refused(body, variables, field):
    with pytest.raises(InvalidTerms) as refusal:
        check_template(body=body, variables=variables)
    assert field in refusal.value.problems


@settings(max_examples=25)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_document_of_any_text_is_made_the_same_twice(text):
    first, second = (render_document(title=text[:50], text=text, footer=text[:20], made_at=NOW) for _ in range(2))
    assert first == second
    assert first.startswith(b"%PDF")


def test_character_without_a_glyph_is_shown_by_its_code_point():
    assert show_characters("Ana 東\u202e\u200b😀 żß") == "Ana [U+6771][U+202E][U+200B][U+1F600] żß"
    assert fill_template(body="{fee}", values={"fee": "東"}) == "東"


def test_empty_chain_has_no_problem():
    assert find_chain_problems([]) == []


@pytest.mark.parametrize(
    ("day", "zone", "ends"),
    [
        ("2027-01-31", "Pacific/Kiritimati", "2027-01-31T10:00:00+00:00"),
        ("2027-02-28", "America/Los_Angeles", "2027-03-01T08:00:00+00:00"),
        ("2028-02-29", "Asia/Kolkata", "2028-02-29T18:30:00+00:00"),
        ("2027-03-27", "Europe/Lisbon", "2027-03-28T00:00:00+00:00"),
        ("2026-10-31", "America/New_York", "2026-11-01T04:00:00+00:00"),
        ("2018-11-03", "America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),
    ],
)
def test_day_ends_where_it_is_local_also_at_a_months_end(day, zone, ends):
    assert compute_end_of_day(day=datetime.fromisoformat(day).date(), zone=zone).isoformat() == ends


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"stages": [{"state": "dancing", "title": "x"}]}, "stages/0/state"),
        ({"stages": [{"state": "funded", "title": ""}]}, "stages/0/title"),
        ({"stages": [{"state": "funded", "title": "x", "guards": ["friday"]}]}, "stages/0/guards/0"),
        ({"stages": [{"state": "funded", "title": "x", "tasks": [{"key": "a"}]}]}, "stages/0/tasks/0/due_days"),
        ({"stages": [{"state": "funded", "title": "x"}] * 2}, "stages"),
        ({"stages": [], "surprise": 1}, "surprise"),
        ({"stages": [], "review_days": 0}, "review_days"),
        ({"stages": [], "review_days": True}, "review_days"),
        ({"stages": {}}, "stages"),
        ([], "definition"),
    ],
)
def test_definition_that_cannot_stand_is_refused_at_its_path(change, path):
    with pytest.raises(InvalidTerms) as refusal:
        check_definition(change)
    assert path in refusal.value.problems
