"""Questions about the facts that changed, with what an answer must and must not say."""

from collections.abc import Sequence
from dataclasses import dataclass

from creators.samples.facts import Fact, SampleCreator


@dataclass(frozen=True, kw_only=True)
class SampleQuestion:
    """``expected`` must all occur in the answer; ``outdated`` are earlier values that must not."""

    creator: str
    question: str
    expected: list[str]
    outdated: list[str]


def list_questions(*, creators: Sequence[SampleCreator]) -> list[SampleQuestion]:
    """Return three questions per creator, answered by each fact's last value."""
    return [question for creator in creators for question in _list_for_creator(creator)]


def _list_for_creator(creator: SampleCreator) -> list[SampleQuestion]:
    subjects = (
        ("What is my current rate for a sponsored video?", creator.rates, False),
        ("Who is my main sponsor now?", creator.sponsors, False),
        ("Where do I live now?", creator.towns, True),
    )
    return [_ask(creator, question, facts, town_only=town_only) for question, facts, town_only in subjects]


def _ask(creator: SampleCreator, question: str, facts: list[Fact], *, town_only: bool) -> SampleQuestion:
    # An answer may name the town without its country.
    values = [fact.value.split(",")[0] if town_only else fact.value for fact in facts]
    return SampleQuestion(creator=creator.handle, question=question, expected=[values[-1]], outdated=values[:-1])
