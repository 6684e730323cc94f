"""The creator platforms: Veri's clients there, and where people and webhooks are sent back to."""

from dataclasses import dataclass, field

from veri.settings.reader import EnvironmentReader

PLATFORM_VARIABLES = ("YOUTUBE", "TWITCH", "TWITTER", "TIKTOK")


@dataclass(frozen=True, kw_only=True)
class PlatformSettings:
    """``credentials`` are the client's id and secret by platform; ``gateway_url`` is where fakes answer instead."""

    credentials: dict[str, tuple[str, str]] = field(repr=False)
    gateway_url: str
    twitter_bearer_token: str = field(repr=False)
    twitter_consumer_secret: str = field(repr=False)
    x_monthly_budget: float  # US dollars
    public_url: str
    connect_return_urls: list[str]
    youtube_derived_accepted: bool


def read_platforms(reader: EnvironmentReader, *, developing: bool) -> PlatformSettings:
    """Return the settings of the environment; problems are collected by the reader."""
    return PlatformSettings(
        credentials={
            name.lower(): (reader.text(f"{name}_CLIENT_ID"), reader.text(f"{name}_CLIENT_SECRET"))
            for name in PLATFORM_VARIABLES
        },
        gateway_url=reader.base_url("PLATFORM_GATEWAY_URL"),
        twitter_bearer_token=reader.text("TWITTER_BEARER_TOKEN"),
        twitter_consumer_secret=reader.text("TWITTER_CONSUMER_SECRET"),
        x_monthly_budget=reader.number("X_MONTHLY_BUDGET", 100),
        public_url=_read_public_url(reader, developing=developing),
        connect_return_urls=reader.urls("CONNECT_RETURN_URLS", schemes=("https", "http")),
        youtube_derived_accepted=reader.boolean("YOUTUBE_DERIVED_ACCEPTED", default=False),
    )


def _read_public_url(reader: EnvironmentReader, *, developing: bool) -> str:
    """Return Veri's own address: where platforms send people and webhooks back to."""
    if developing:
        return reader.base_url("PUBLIC_URL", "http://127.0.0.1:8000")
    return reader.base_url("PUBLIC_URL", schemes=("https",))
