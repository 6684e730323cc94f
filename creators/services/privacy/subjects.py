"""Whom a request is about, also when the rows are gone."""

from creators.models import Creator, PlatformConnection, PrivacyRequest, User
from veri.platform.ops.privacy import Subject


def build_subject(*, request: PrivacyRequest, names: tuple[str, ...] = ()) -> Subject:
    """Return the subject of a request from the ids it keeps; ``names`` are the sealed ones."""
    own = (request.user_key,) if request.user_key is not None and request.is_whole_account else ()
    owner = (request.user_key,) if request.user_key is not None else ()
    return Subject(user_ids=own, creator_ids=tuple(request.creator_keys), owner_ids=owner, names=names)


def list_names(*, user: User | None, creators: list[Creator]) -> list[str]:
    """Return what the account is called in columns without ids: its address, as written and folded, and its name."""
    if user is None:
        return []
    return sorted({name for name in (user.email, user.username) if name})


def list_words(*, user: User | None, creators: list[Creator]) -> list[str]:
    """Return words by which the person would be found anywhere: addresses, names, handles, accounts of platforms."""
    accounts = PlatformConnection.objects.filter(creator__in=creators).values_list("account_id", "account_name")
    found = {word for pair in accounts for word in pair}
    found |= {word for one in creators for word in (one.handle, one.display_name)}
    if user is not None:
        found |= {user.email, user.username, user.get_full_name()}
    return sorted(word for word in found if len(word) >= SHORTEST_WORD)


SHORTEST_WORD = 5  # characters: shorter ones are in everything
