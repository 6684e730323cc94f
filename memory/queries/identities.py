"""Who an author is: the creator, or somebody else."""

from dataclasses import dataclass

from creators.enums import Platform
from creators.models import Creator
from memory.extraction.content import PUBLISHED
from veri.platform.text import normalise

PRIVATE = frozenset({Platform.CHAT.value, Platform.EMAIL.value})
OWN_TYPES = ("metrics.", "workflow.")


@dataclass(frozen=True)
class OwnNames:
    """The names under which a creator writes."""

    names: frozenset[str]

    def include(self, author: str, *, platform: str, type: str) -> bool:  # noqa: A002  the field's name
        """Return whether an author is the creator.

        An unnamed author is, in chats and mails and of what only the creator can publish; anywhere else it may be an
        anonymous viewer.
        """
        if author.strip():
            return normalise(author).lstrip("@") in self.names
        return platform in PRIVATE or type in PUBLISHED or type.startswith(OWN_TYPES)


def get_own_names(*, creator: Creator) -> OwnNames:
    """Return handle, display name, and the ids and names of the connected accounts."""
    written = [creator.handle, creator.display_name]
    for account_id, account_name in creator.connections.values_list("account_id", "account_name"):
        written += [account_id, account_name]
    return OwnNames(frozenset(normalise(name).lstrip("@") for name in written if name))
