"""How many requests a client may send, by scope."""

from veri.settings.reader import EnvironmentReader

RATE_LIMITS = {  # count/seconds
    "anonymous": "100/900",
    "auth": "10/900",
    "assistant": "10/60",
    "handles": "30/900",
    "spike": "50/1",
    "sync": "6/3600",
}


def read_rate_limits(reader: EnvironmentReader) -> dict[str, str]:
    """Return limits by scope, each written ``count/seconds``."""
    return {scope: _read(reader, f"RATE_LIMIT_{scope.upper()}", default) for scope, default in RATE_LIMITS.items()}


def _read(reader: EnvironmentReader, name: str, default: str) -> str:
    value = reader.text(name, default)
    count, _, seconds = value.partition("/")
    if count.isdigit() and seconds.isdigit() and int(count) and int(seconds):
        return value
    reader.problems.append(f"{name} must be written count/seconds, like {default}")
    return default
