"""What so many creators would cost a month: stated assumptions, replaced by what was measured where there is enough."""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from billing.enums import Service
from billing.queries.usage_sums import UsageSum, sum_usage
from billing.services.pricing import PriceBook, TokenCounts

KILOBYTES = 1000  # in a megabyte; storage is priced by the kilobyte-month
MEASURED_DAYS = 30
FEWEST_CHATS = 100  # below it the assumption is worth more than the measure
MODELS = (Service.CLAUDE, Service.OPENAI)
TARGET_AT_SCALE = 3_300_000  # micro-dollars a creator and month
TARGET_OF_BASELINE = 100_000_000  # micro-dollars a month
BASELINE_CREATORS = 500


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What one creator takes in a month. ``cache_hit_rate`` is the share, 0 to 1, of prompts read from the cache."""

    chats: float
    prompt_tokens_a_chat: int
    output_tokens_a_chat: int
    cache_hit_rate: float
    sessions_read: float
    prompt_tokens_a_session: int
    output_tokens_a_session: int
    embedded_tokens: int
    postgres_megabytes: float
    mongo_megabytes: float
    x_micro_usd: int
    mails: float


BASELINE = Assumptions(
    chats=20,
    prompt_tokens_a_chat=2_000,
    output_tokens_a_chat=150,
    cache_hit_rate=0.3,
    sessions_read=0,
    prompt_tokens_a_session=3_000,
    output_tokens_a_session=600,
    embedded_tokens=50_000,
    postgres_megabytes=50,
    mongo_megabytes=50,
    x_micro_usd=0,
    mails=5,
)
SCALE = replace(
    BASELINE,
    chats=300,
    sessions_read=120,
    embedded_tokens=2_000_000,
    postgres_megabytes=1_000,
    mongo_megabytes=1_000,
    x_micro_usd=1_150_000,  # ten readings of an account with twenty posts
    mails=30,
)
PROFILES = {"baseline": BASELINE, "scale": SCALE}


@dataclass(frozen=True, kw_only=True)
class ProjectedCost:
    """One line of a projection: what a creator costs a month, in micro-dollars."""

    what: str
    micro_usd: int


@dataclass(frozen=True, kw_only=True)
class Projection:
    """What ``creators`` cost a month under assumptions; ``measured`` names those that data replaced."""

    creators: int
    model: str
    assumptions: Assumptions
    measured: frozenset[str]
    lines: list[ProjectedCost]

    @property
    def per_creator(self) -> int:
        return sum(one.micro_usd for one in self.lines)

    @property
    def total(self) -> int:
        return self.per_creator * self.creators


def project_costs(
    *, creators: int, service: str, model: str, assumptions: Assumptions, measured: frozenset[str], at: datetime
) -> Projection:
    """Return what so many creators would cost a month at the prices in force.

    Raises:
        PriceUnknown: the model, or something else that is needed, has no price.
    """
    chat, session = _count_call(assumptions, "chat"), _count_call(assumptions, "session")
    # What one costs and how many there are: a price depends on the length of a single prompt.
    wanted: dict[str, tuple[str, str, TokenCounts, float]] = {
        f"chats ({model})": (service, model, chat, assumptions.chats),
        f"reading sessions ({model})": (service, model, session, assumptions.sessions_read),
        "embeddings": ("voyage", "voyage-3.5-lite", TokenCounts(input=assumptions.embedded_tokens), 1),
        "PostgreSQL's storage": ("postgres", "storage", _count_storage(assumptions.postgres_megabytes), 1),
        "MongoDB's storage": ("mongo", "storage", _count_storage(assumptions.mongo_megabytes), 1),
        "X": ("x", "api", TokenCounts(units=assumptions.x_micro_usd), 1),
        "mails": ("mail", "smtp", TokenCounts(units=1), assumptions.mails),
    }
    book = PriceBook((one, priced) for one, priced, *_ in wanted.values())
    lines = [
        ProjectedCost(what=what, micro_usd=round(book.price(service=one, model=priced, counts=counts, at=at) * times))
        for what, (one, priced, counts, times) in wanted.items()
    ]
    return Projection(creators=creators, model=model, assumptions=assumptions, measured=measured, lines=lines)


def measure_assumptions(*, base: Assumptions, at: datetime) -> tuple[Assumptions, frozenset[str]]:
    """Return assumptions with what the last 30 days measured, and which those are."""
    until = at.date() + timedelta(days=1)
    sums = sum_usage(since=until - timedelta(days=MEASURED_DAYS), until=until, by=("source", "service"))
    chats = _add([one for one in sums if one.source == "assistant" and one.service in MODELS])
    found: dict[str, float | int] = {}
    if chats.events >= FEWEST_CHATS:
        found = {
            "prompt_tokens_a_chat": round(chats.prompt_tokens / chats.events),
            "output_tokens_a_chat": round(chats.output_tokens / chats.events),
            "cache_hit_rate": round(chats.cache_hit_rate or 0.0, 4),
        }
    return replace(base, **found), frozenset(found)  # type: ignore[arg-type]  # each name has the value of its type


def _count_call(assumptions: Assumptions, kind: str) -> TokenCounts:
    prompt = int(getattr(assumptions, f"prompt_tokens_a_{kind}"))
    cached = round(prompt * assumptions.cache_hit_rate) if kind == "chat" else 0
    return TokenCounts(
        input=prompt - cached, cache_read=cached, output=int(getattr(assumptions, f"output_tokens_a_{kind}"))
    )


def _count_storage(megabytes: float) -> TokenCounts:
    return TokenCounts(units=round(megabytes * KILOBYTES))


def _add(sums: list[UsageSum]) -> UsageSum:
    names = [one.name for one in fields(UsageSum) if one.type in {int, "int"}]
    return UsageSum(**{name: sum(getattr(one, name) for one in sums) for name in names})
