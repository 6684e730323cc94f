"""A synthetic set of creators and brands whose answers are known: seeded, the same for the same seed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from memory.services.evaluation.reading import BAIT

START = datetime(2025, 1, 6, 9, tzinfo=UTC)
MONTH = timedelta(days=31)
SUPERSESSION, AS_OF, MULTI_HOP = "supersession", "as-of", "multi-hop"
AGGREGATION, PARAPHRASE = "aggregation", "paraphrase"
HANDLES = ("mossandclay", "tidewriter", "cedarframe", "northloaf", "velvetgears", "saltpages", "quietlens", "hillsong")
TOWNS = ("Porto", "Lisbon", "Ghent", "Leipzig", "Turin", "Bergen", "Malmo", "Utrecht")
BRANDS = ("Brightpan", "Oakline", "Fernway", "Bluekiln", "Stonemill", "Larkspur", "Ironleaf", "Wavecrest", "Pinebox")
CONTACTS = ("Ana", "Jonas", "Mirela", "Tobias", "Priya", "Emeka", "Sanne", "Luca", "Yara")
HOBBIES = ("climbing", "rowing", "chess", "pottery", "archery", "beekeeping", "fencing", "surfing", "juggling")
PLACES = ("the lighthouse", "an old tannery", "the botanical garden", "a rooftop in the harbour")
ODDMENTS = (
    "Good morning, how is the edit coming along?",
    "The thumbnail needs more contrast.",
    "Thanks, talk later!",
    "Did you see the comments on the last upload?",
    "My microphone was crackling all afternoon.",
    "Let us move the call to Thursday.",
)


@dataclass
class _Story:
    """One creator's lines so far."""

    handle: str
    chance: Random
    lines: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0

    def say(self, text: str, *, at: datetime, author: str = "", channel: str = "team") -> str:
        """Add a message and return its id; a message about nothing comes before and after."""
        ids = [
            self._add(one, at=at + timedelta(minutes=step), author=who, channel=channel)
            for step, one, who in (
                (0, self.chance.choice(ODDMENTS), "sam"),
                (1, text, author or self.handle),
                (2, self.chance.choice(ODDMENTS), "sam"),
            )
        ]
        return ids[1]

    def ask(self, text: str, *, category: str, evidence: list[str], answer: str = "") -> None:
        asked = {"kind": "question", "creator": self.handle, "text": text, "evidence": evidence, "category": category}
        self.lines.append(asked | ({"answer": answer} if answer else {}))

    def _add(self, text: str, *, at: datetime, author: str, channel: str) -> str:
        self.number += 1
        self.lines.append(
            {
                "kind": "interaction",
                "creator": self.handle,
                "platform": "chat",
                "external_id": f"{self.handle}-{self.number}",
                "type": "message",
                "channel": channel,
                "occurred_at": at.isoformat().replace("+00:00", "Z"),
                "author": author,
                "text": text,
                "attachments": [],
            }
        )
        return f"{self.handle}-{self.number}"


def generate_creators(*, seed: int, creators: int) -> Iterator[dict[str, Any]]:
    """Yield the lines of so many creators, 2 to 8: interactions, then the questions about them.

    Questions of the category ``bait`` are about a brand that only another creator works with: nothing answers them.
    Brands of neighbours are disjoint, everything else is drawn alike, so that one creator's data tempts another's.
    """
    chance = Random(seed)  # noqa: S311  not a secret
    brands = chance.sample(BRANDS, len(BRANDS))
    for number in range(creators):
        mine = [brands[(number * 3 + step) % len(brands)] for step in range(3)]
        foreign = brands[(number * 3 + 3) % len(brands)]
        story = _Story(handle=HANDLES[number], chance=chance)
        _tell_slots(story)
        _tell_deals(story, mine)
        _tell_people(story, mine)
        _tell_filming(story)
        story.ask(f"What does {foreign} pay me?", category=BAIT, evidence=[])
        story.ask(f"Who is my contact at {foreign}?", category=BAIT, evidence=[])
        yield from sorted(story.lines, key=lambda line: line["kind"] == "question")


def _tell_slots(story: _Story) -> None:
    """Tell of a rate and a home that change twice; ask what holds and what held."""
    rates = [f"${amount:,}" for amount in sorted(story.chance.sample(range(900, 4000, 50), 3))]
    towns = story.chance.sample(TOWNS, 3)
    charged, lived = [], []
    for step in range(3):
        at = START + 4 * step * MONTH
        charged.append(story.say(f"My rate for a sponsored video is now {rates[step]}.", at=at))
        lived.append(story.say(f"I live in {towns[step]} now.", at=at + timedelta(days=2)))
    story.ask("What is my rate for a sponsored video?", category=SUPERSESSION, evidence=charged[2:], answer=rates[2])
    story.ask("Where do I live now?", category=SUPERSESSION, evidence=lived[2:], answer=towns[2])
    for step in range(3):
        month = START + (4 * step + 2) * MONTH
        asked = f"What was my rate for a sponsored video in {month:%B %Y}?"
        story.ask(asked, category=AS_OF, evidence=[charged[step]], answer=rates[step])
        asked = f"Where did I live in {month:%B %Y}?"
        story.ask(asked, category=AS_OF, evidence=[lived[step]], answer=towns[step])


def _tell_deals(story: _Story, brands: list[str]) -> None:
    """Tell of a signed contract with each brand; ask for one, and for all."""
    signed = []
    for step, brand in enumerate(brands):
        fee = f"${story.chance.randrange(1000, 9000, 100):,}"
        text = f"The contract with {brand} is signed, they pay {fee} for two videos."
        signed.append(story.say(text, at=START + (3 * step + 1) * MONTH))
        story.ask(f"How much money do I get from {brand}?", category=PARAPHRASE, evidence=signed[-1:])
    story.ask("Which brands did I sign a contract with?", category=AGGREGATION, evidence=signed)


def _tell_people(story: _Story, brands: list[str]) -> None:
    """Tell who speaks for a brand, and elsewhere what that person likes; ask across both."""
    contacts = story.chance.sample(CONTACTS, len(brands))
    for step, (brand, contact) in enumerate(zip(brands, contacts, strict=True)):
        hobby = story.chance.choice(HOBBIES)
        at = START + (3 * step + 2) * MONTH
        first = story.say(f"{contact} looks after us at {brand}.", at=at)
        second = story.say(
            f"{contact} told me about {hobby}, every weekend!", at=at + timedelta(days=9), channel="office"
        )
        asked = f"What hobby does {contact}, the person at {brand}, have?"
        story.ask(asked, category=MULTI_HOP, evidence=[first, second])


def _tell_filming(story: _Story) -> None:
    place = story.chance.choice(PLACES)
    shot = story.say(f"We shot the autumn special at {place}.", at=START + 5 * MONTH)
    story.ask("Where did we film the special for autumn?", category=PARAPHRASE, evidence=[shot])
