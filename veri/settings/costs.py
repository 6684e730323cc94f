"""What may be spent, by whom, and which models are asked in what order."""

from dataclasses import dataclass, field

from veri.settings.reader import EnvironmentReader

SERVICES = ("claude", "openai", "voyage", "mongo", "postgres", "x", "mail")
PROVIDERS = ("claude", "openai")
SCOPE_KINDS = ("feature:", "model:", "creator")


@dataclass(frozen=True, kw_only=True)
class ModelSettings:
    """Language models as ``provider:model``; ``fallbacks`` by why the one before failed."""

    primary: str = ""
    general: tuple[str, ...] = ()
    context_window: tuple[str, ...] = ()
    content_policy: tuple[str, ...] = ()
    smaller: str = ""
    openai_base_url: str = ""
    openai_model: str = ""


@dataclass(frozen=True, kw_only=True)
class CostSettings:
    """US dollars a month by scope, besides the services' budgets; and how many calls a creator may have under way."""

    extra_budgets: dict[str, float] = field(default_factory=dict)
    concurrent_calls: int = 20
    degrade_at: tuple[float, float, float, float] = (0.8, 0.9, 0.95, 0.98)


def read_costs(reader: EnvironmentReader) -> CostSettings:
    """Return the settings of the environment; problems are collected by the reader."""
    extra = _read_budgets(reader)
    platform = reader.number("PLATFORM_BUDGET", 0)
    if platform:
        extra["platform"] = platform
    return CostSettings(
        extra_budgets=extra,
        concurrent_calls=int(reader.number("CONCURRENT_CALLS_PER_CREATOR", 20, low=1, high=100_000)),
        degrade_at=_read_steps(reader),
    )


def read_models(reader: EnvironmentReader) -> ModelSettings:
    """Return which models are asked; without a name it is the first provider that has a key."""
    return ModelSettings(
        primary=_read_model(reader, "LLM_PRIMARY"),
        general=_read_models(reader, "LLM_FALLBACKS"),
        context_window=_read_models(reader, "LLM_CONTEXT_FALLBACKS"),
        content_policy=_read_models(reader, "LLM_POLICY_FALLBACKS"),
        smaller=_read_model(reader, "LLM_SMALLER"),
        openai_base_url=reader.url("OPENAI_BASE_URL", "https://api.openai.com/v1", schemes=("https", "http")),
        openai_model=reader.text("OPENAI_MODEL", "gpt-5-mini"),
    )


def _read_budgets(reader: EnvironmentReader) -> dict[str, float]:
    found = {}
    for word in reader.words("MORE_BUDGETS"):
        name, _, amount = word.partition("=")
        is_known = name == "creator" or any(name.startswith(kind) and name != kind for kind in SCOPE_KINDS[:2])
        try:
            dollars = float(amount)
        except ValueError:
            dollars = -1.0
        if is_known and 0 <= dollars < float("inf"):
            found[name] = dollars
        else:
            reader.problems.append("MORE_BUDGETS must be written feature:name=dollars, model:name=… or creator=…")
    return found


def _read_steps(reader: EnvironmentReader) -> tuple[float, float, float, float]:
    words = reader.words("DEGRADE_AT", "0.8,0.9,0.95,0.98")
    try:
        smaller, shorter, cached, extractive = (float(one) for one in words)
    except ValueError:
        smaller, shorter, cached, extractive = (-1.0,) * 4
    if not 0 <= smaller <= shorter <= cached <= extractive:
        reader.problems.append("DEGRADE_AT must be four rising shares of the budget, like 0.8,0.9,0.95,0.98")
        return CostSettings().degrade_at
    return smaller, shorter, cached, extractive


def _read_models(reader: EnvironmentReader, name: str) -> tuple[str, ...]:
    words = reader.words(name)
    if any(not _is_model(one) for one in words):
        reader.problems.append(f"{name} must name models like openai:gpt-5-mini, of {', '.join(PROVIDERS)}")
        return ()
    return tuple(words)


def _read_model(reader: EnvironmentReader, name: str) -> str:
    value = reader.text(name)
    if value and not _is_model(value):
        reader.problems.append(f"{name} must name a model like openai:gpt-5-mini, of {', '.join(PROVIDERS)}")
        return ""
    return value


def _is_model(word: str) -> bool:
    provider, _, model = word.partition(":")
    return provider in PROVIDERS and bool(model)
