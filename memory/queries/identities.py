"""Who an author is: the creator, or somebody else."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from creators.enums import Platform
from creators.models import Creator, Interaction
from veri.platform.text import normalise

PRIVATE = frozenset({Platform.CHAT.value, Platform.EMAIL.value})
# What only the owner of an account can publish there, and what the platform or the workflow says of that account.
OWNERS_TYPES = frozenset(
    {"video", "video.published", "video.updated", "feed.entry", "stream", "stream.online", "stream.offline"}
    | {"post", "post.create", "post.reply", "post.quote", "post.repost", "channel.update"}
)
OWNERS_PREFIXES = ("metrics.", "profile.", "workflow.")
_OWNER_PATHS = {
    Platform.YOUTUBE.value: (("snippet", "channelId"), ("channel_id",), ("id",)),
    Platform.TWITCH.value: (("event", "broadcaster_user_id"), ("user_id",), ("id",)),
    Platform.X.value: (("author_id",), ("data", "payload", "author_id"), ("user", "id_str"), ("id",)),
    Platform.TIKTOK.value: (("open_id",), ("user_openid",)),
}
_AUTHOR_PATHS = {
    Platform.YOUTUBE.value: (("snippet", "authorChannelId", "value"),),
    Platform.TWITCH.value: (("event", "chatter_user_id"), ("event", "user_id"), ("user_id",)),
    Platform.X.value: (
        ("author_id",),
        ("data", "payload", "author_id"),
        ("data", "payload", "user_id"),
        ("data", "payload", "source", "id"),
        ("user", "id_str"),
    ),
    Platform.TIKTOK.value: (("open_id",), ("user_openid",)),
}
_MAILBOX = re.compile(r"\s*(?P<name>[^<>]{0,200}?)\s*<?(?P<box>[^\s<>@\"]{1,64})@[^\s<>@]{1,200}>?\s*")


@dataclass(frozen=True, kw_only=True)
class OwnIdentity:
    """How a creator is known: by account ids on public platforms, by names in chats and mails.

    On a public platform anybody can take any display name. There an interaction is the creator's only when its type is
    one that the account's owner alone can publish, or when the platform's own id of its author is a connected account.
    """

    handle: str
    names: frozenset[str]
    handles: frozenset[str]
    account_ids: Mapping[str, frozenset[str]]

    def wrote(self, interaction: Interaction) -> bool:
        """Return whether the creator wrote an interaction; in doubt somebody else did."""
        if interaction.platform == Platform.CHAT:
            return not interaction.author.strip() or self._is_named(interaction.author)
        if interaction.platform == Platform.EMAIL:
            return self._is_sender(interaction.author)
        accounts = self.account_ids.get(interaction.platform, frozenset())
        is_owners = interaction.type in OWNERS_TYPES or interaction.type.startswith(OWNERS_PREFIXES)
        author_id = find_author_id(interaction, is_owners=is_owners)
        if accounts and author_id:
            return author_id in accounts
        return is_owners and self._is_account(interaction)

    def _is_named(self, author: str) -> bool:
        return _bare(author) in self.names

    def _is_sender(self, author: str) -> bool:
        """Return whether a sender's name is one of the creator's, or the mailbox has the handle for its name."""
        found = _MAILBOX.fullmatch(author)
        if found is None:
            return bool(author.strip()) and self._is_named(author)
        return self._is_named(found["name"].strip("\"' ")) or _bare(found["box"]) == self.handle

    def _is_account(self, interaction: Interaction) -> bool:
        """Return whether the author of an owner's type is consistent with the creator; on X names are not unique."""
        accounts = self.account_ids.get(interaction.platform, frozenset())
        known = self.handles if interaction.platform == Platform.X else self.names
        author = interaction.author.strip()
        return not author or author in accounts or _bare(author) in known


def find_author_id(interaction: Interaction, *, is_owners: bool) -> str:
    """Return the platform's id of who published an interaction, or '' when the payload has none."""
    paths = (_OWNER_PATHS if is_owners else _AUTHOR_PATHS).get(interaction.platform, ())
    is_snapshot = interaction.type.startswith(OWNERS_PREFIXES)
    usable = (path for path in paths if path != ("id",) or is_snapshot)  # elsewhere ``id`` is the record's own
    return next((found for path in usable if (found := _read(interaction.payload, path))), "")


def get_own_identity(*, creator: Creator) -> OwnIdentity:
    """Return handle, names, and the ids and names of the connected accounts."""
    connections = list(creator.connections.values_list("platform", "account_id", "account_name"))
    ids: dict[str, set[str]] = {}
    for platform, account_id, _ in connections:
        ids.setdefault(platform, set()).add(account_id)
    accounts = [name for _, account_id, account_name in connections for name in (account_id, account_name)]
    return OwnIdentity(
        handle=_bare(creator.handle),
        names=frozenset(filter(None, map(_bare, [creator.handle, creator.display_name, *accounts]))),
        handles=frozenset(filter(None, map(_bare, [creator.handle, *accounts]))),
        account_ids={platform: frozenset(found) for platform, found in ids.items()},
    )


def _bare(name: str) -> str:
    return normalise(name).lstrip("@")


def _read(payload: Any, path: tuple[str, ...]) -> str:
    for key in path:
        payload = payload.get(key) if isinstance(payload, Mapping) else None
    return str(payload) if isinstance(payload, str | int) and not isinstance(payload, bool) else ""
