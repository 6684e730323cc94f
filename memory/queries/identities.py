"""Who an author is: the creator, or somebody else."""

from dataclasses import dataclass

from creators.models import Creator
from veri.platform.text import normalise


@dataclass(frozen=True)
class OwnNames:
    """The names under which a creator writes."""

    names: frozenset[str]

    def include(self, author: str) -> bool:
        """Return whether an author is the creator; an unnamed author is."""
        return not author.strip() or normalise(author).lstrip("@") in self.names


def get_own_names(*, creator: Creator) -> OwnNames:
    """Return handle, display name, and the ids and names of the connected accounts."""
    written = [creator.handle, creator.display_name]
    for account_id, account_name in creator.connections.values_list("account_id", "account_name"):
        written += [account_id, account_name]
    return OwnNames(frozenset(normalise(name).lstrip("@") for name in written if name))
