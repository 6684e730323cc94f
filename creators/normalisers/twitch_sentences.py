"""What a Twitch event says, as a sentence a reader understands."""

from collections.abc import Callable
from typing import Any

from creators.normalisers.reading import read_count, read_first_text, read_text


def write_sentence(*, event_type: str, event: dict[str, Any]) -> str:
    """Return the event as text; '' for types without a sentence of their own."""
    write = _SENTENCES.get(event_type)
    return write(event) if write else read_text(event, "message", "text") or read_text(event, "message")


def _name(event: dict[str, Any], prefix: str = "") -> str:
    if event.get("is_anonymous") is True:
        return "An anonymous viewer"
    return read_first_text(event, f"{prefix}user_name", f"{prefix}user_login") or "Someone"


def _channel(event: dict[str, Any]) -> str:
    return _name(event, "broadcaster_")


def _with_message(sentence: str, message: str) -> str:
    return f"{sentence}: {message}" if message else sentence


def _count(event: dict[str, Any], name: str) -> str:
    count = read_count(event, name)
    return str(count) if count is not None else "some"


def _write_gift(event: dict[str, Any]) -> str:
    return f"{_name(event)} gifted {_count(event, 'total')} subscriptions at tier {read_text(event, 'tier')}"


def _write_subscription(event: dict[str, Any]) -> str:
    gifted = " as a gift" if event.get("is_gift") is True else ""
    return f"{_name(event)} subscribed at tier {read_text(event, 'tier')}{gifted}"


def _write_resubscription(event: dict[str, Any]) -> str:
    months = _count(event, "cumulative_months")
    sentence = f"{_name(event)} resubscribed at tier {read_text(event, 'tier')} for {months} months"
    return _with_message(sentence, read_text(event, "message", "text"))


def _write_cheer(event: dict[str, Any]) -> str:
    return _with_message(f"{_name(event)} cheered {_count(event, 'bits')} bits", read_text(event, "message"))


def _write_raid(event: dict[str, Any]) -> str:
    source, target = _name(event, "from_broadcaster_"), _name(event, "to_broadcaster_")
    return f"{source} raided {target} with {_count(event, 'viewers')} viewers"


def _write_update(event: dict[str, Any]) -> str:
    category = read_text(event, "category_name")
    sentence = _with_message(f"{_channel(event)} changed the stream", read_text(event, "title"))
    return f"{sentence} ({category})" if category else sentence


def _write_redemption(event: dict[str, Any]) -> str:
    sentence = f"{_name(event)} redeemed {read_text(event, 'reward', 'title') or 'a reward'}"
    return _with_message(sentence, read_text(event, "user_input"))


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "channel.chat.message": lambda event: read_text(event, "message", "text"),
    "channel.follow": lambda event: f"{_name(event)} followed {_channel(event)}",
    "channel.subscribe": _write_subscription,
    "channel.subscription.message": _write_resubscription,
    "channel.subscription.gift": _write_gift,
    "channel.subscription.end": lambda event: f"{_name(event)}'s subscription at tier {read_text(event, 'tier')} ended",
    "channel.cheer": _write_cheer,
    "channel.raid": _write_raid,
    "channel.update": _write_update,
    "channel.channel_points_custom_reward_redemption.add": _write_redemption,
    "stream.online": lambda event: f"{_channel(event)} went live",
    "stream.offline": lambda event: f"{_channel(event)} went offline",
}
