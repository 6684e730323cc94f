"""The prices known at the start: missing ones are created, none is changed; staff adds later versions."""

from datetime import UTC, datetime
from typing import Any

from billing.models import PriceVersion

START = datetime(2026, 1, 1, tzinfo=UTC)
READS_CHEAPER = datetime(2026, 10, 7, tzinfo=UTC)
PRICE_FIELDS = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read", "unit")
# Service, model, in force from, for prompts above, then US dollars per million tokens in the order of PRICE_FIELDS; the
# sixth is per million units. Those of OpenAI, storage and mail are to be checked against the contracts before use.
FIRST_PRICES: tuple[tuple[str, str, datetime, int, tuple[float, ...]], ...] = (
    ("claude", "claude-haiku-5-5", START, 0, (0.10, 0.50, 0.125, 0.20, 0.01)),
    ("claude", "claude-haiku-5-5", START, 100_000, (0.50, 2.50, 0.625, 1.00, 0.05)),
    ("claude", "claude-sonnet-5-5", START, 0, (2, 10, 2.50, 4, 0.20)),
    ("claude", "claude-sonnet-5-5", READS_CHEAPER, 0, (2, 10, 2.50, 4, 0.10)),
    ("claude", "claude-opus-5-5", START, 0, (4, 20, 5, 8, 0.20)),
    ("voyage", "voyage-3.5-lite", START, 0, (0.02, 0, 0, 0, 0)),
    ("openai", "gpt-5-mini", START, 0, (0.25, 2, 0, 0, 0.025)),
    ("openai", "gpt-5", START, 0, (1.25, 10, 0, 0, 0.125)),
    ("mongo", "storage", START, 0, (0, 0, 0, 0, 0, 0.25)),  # a gigabyte-month
    ("postgres", "storage", START, 0, (0, 0, 0, 0, 0, 0.115)),  # a gigabyte-month
    ("x", "api", START, 0, (0, 0, 0, 0, 0, 1)),  # units are what X takes, in millionths of a dollar
    ("mail", "smtp", START, 0, (0, 0, 0, 0, 0, 100)),  # a tenth of a cent a message
    ("extractive", "extractive", START, 0, (0, 0, 0, 0, 0)),
)


def install_first_prices(**_signal: Any) -> None:
    """Create the prices that are missing, after the tables were migrated."""
    PriceVersion.objects.bulk_create(
        (
            PriceVersion(
                service=service,
                model=model,
                effective_from=effective_from,
                prompt_above=prompt_above,
                **{name: round(price * 1_000_000) for name, price in zip(PRICE_FIELDS, dollars, strict=False)},
            )
            for service, model, effective_from, prompt_above, dollars in FIRST_PRICES
        ),
        ignore_conflicts=True,
    )
