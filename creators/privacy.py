"""What becomes of this app's models when a person is erased."""

from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Q

from veri.platform.ops.privacy import (
    EraseStep,
    OnErase,
    PersonalData,
    Phase,
    Subject,
    about,
    named,
    register_data,
    register_impersonal,
    register_step,
)

_SECRET = "a secret, or what proves one"  # noqa: S105  says why it is hidden
_OWN = "the creator's own"


def register_privacy() -> None:
    _register_accounts()
    _register_creators()
    _register_connections()
    _register_standing()
    _register_exploring()
    _register_requests()
    register_impersonal("words nobody may take", "creators.ReservedHandle")
    register_impersonal("what people can choose from", "creators.Interest")
    register_impersonal("companies; their people are members", "creators.Brand")


def _register_accounts() -> None:
    register_data(
        PersonalData(
            model="creators.User",
            find=about(user="pk"),
            on_erase=OnErase.DELETE,
            reason="the account",
            hidden={"password": _SECRET},
        ),
        *(
            PersonalData(
                model=model,
                find=about(user="user"),
                on_erase=OnErase.DELETE,
                reason="what staff may do",
            )
            for model in ("creators.User_groups", "creators.User_user_permissions")
        ),
        PersonalData(
            model="creators.Invite",
            find=about(user="made_by"),
            on_erase=OnErase.RETAIN,
            reason="who was invited by whom ends; that an invite was used stays known",
            emptied={"made_by": None},
            hidden={"code_hash": _SECRET},
        ),
        PersonalData(
            model="creators.AccountProof",
            find=lambda subject: Q(user__in=subject.user_ids) | named("email")(subject),
            on_erase=OnErase.DELETE,
            reason="mailed codes",
            hidden={"secret_hash": _SECRET, "password": _SECRET},
        ),
        PersonalData(
            model="creators.SecondFactor",
            find=about(user="user"),
            on_erase=OnErase.DELETE,
            reason="the authenticator",
            hidden={"secret": _SECRET},
        ),
        PersonalData(
            model="creators.RecoveryCode",
            find=about(user="user"),
            on_erase=OnErase.DELETE,
            reason="recovery codes",
            not_exported=_SECRET,
        ),
        PersonalData(
            model="creators.OnboardingAnswers",
            find=about(user="user"),
            on_erase=OnErase.DELETE,
            reason="what the person said of himself at the beginning",
        ),
        PersonalData(
            model="creators.BrandMember", find=about(user="user"), on_erase=OnErase.DELETE, reason="acting for a brand"
        ),
        PersonalData(
            model="creators.HandleHold", find=about(user="user"), on_erase=OnErase.DELETE, reason="a wish for a handle"
        ),
    )


def _register_creators() -> None:
    register_data(
        PersonalData(model="creators.Creator", find=about(creator="pk"), on_erase=OnErase.DELETE, reason="the profile"),
        *(
            PersonalData(model=f"creators.{name}", find=about(creator=path), on_erase=OnErase.DELETE, reason=_OWN)
            for name, path in (
                ("AccountSnapshot", "creator"),
                ("ContentItem", "creator"),
                ("ContentSnapshot", "creator"),
                ("CreatorSummary", "creator"),
                ("CreatorTerm", "creator"),
                ("Interaction", "creator"),
                ("InteractionStub", "interaction__creator"),
                ("PlatformConnection", "creator"),
            )
        ),
        PersonalData(
            model="creators.ConsentRecord",
            find=about(creator="creator"),
            on_erase=OnErase.DELETE,
            reason="the log of consents; that there was an erasure stays known by its request",
            is_cascaded=True,
        ),
        PersonalData(
            model="creators.FormerHandle",
            find=about(creator="creator"),
            on_erase=OnErase.RETAIN,
            reason="the handle is blocked for 90 days, so that nobody takes the creator's place; it leads nowhere",
            emptied={"creator": None},
        ),
    )


def _register_connections() -> None:
    def find_deliveries(subject: Subject) -> Q:
        from creators.models import PlatformConnection  # models are loaded by then

        accounts = PlatformConnection.objects.filter(creator__in=subject.creator_ids)
        told = [Q(platform=one.platform, account_id=one.account_id) for one in accounts]
        return reduce(or_, told, about(creator="subscription__connection__creator")(subject))

    register_data(
        PersonalData(
            model="creators.ConnectionToken",
            find=about(creator="connection__creator"),
            on_erase=OnErase.DELETE,
            reason="tokens of a platform",
            hidden={"access": _SECRET, "refresh": _SECRET},
        ),
        PersonalData(
            model="creators.ConnectTicket",
            find=about(creator="creator", user="asked_by"),
            on_erase=OnErase.DELETE,
            reason="attempts to connect an account",
            hidden={"address_hash": _SECRET, "state_hash": _SECRET, "browser_hash": _SECRET, "session": _SECRET},
        ),
        PersonalData(
            model="creators.WebhookSubscription",
            find=about(creator="connection__creator"),
            on_erase=OnErase.DELETE,
            reason="what a platform is asked to tell",
            hidden={"secret": _SECRET},
        ),
        PersonalData(
            model="creators.WebhookDelivery",
            find=find_deliveries,
            on_erase=OnErase.DELETE,
            reason="what a platform told, as it came",
        ),
        *(
            PersonalData(
                model=f"creators.{name}",
                find=about(creator=path),
                on_erase=OnErase.DELETE,
                reason="how the platform is read",
                not_exported="times and counts of our own programs",
            )
            for name, path in (
                ("SyncPlan", "connection__creator"),
                ("SyncRun", "connection__creator"),
                ("MissingContent", "content__creator"),
            )
        ),
    )
    register_impersonal("counts of calls", "creators.QuotaWindow")
    register_step(EraseStep(name="connections", phase=Phase.PLATFORMS, run=_revoke))


def _leave_boards(*, subject: Subject, now: datetime) -> int:
    """Take the creators off every board, also where Redis was away when they were hidden.

    Raises:
        RedisError: Redis is away.
    """
    from creators.models import Season  # models are loaded by then
    from creators.services.games.boards import SCOPES  # loads the stores
    from creators.stores.boards import remove_rows  # same

    seasons = list(Season.objects.values_list("pk", flat=True)) if subject.creator_ids else []
    for season_id in seasons:
        remove_rows(season_id=season_id, creator_ids=subject.creator_ids, scopes=SCOPES)
    return len(seasons)


def _revoke(*, subject: Subject, now: datetime) -> int:
    """Give back what platforms granted, and end what they were asked to tell."""
    from creators.models import PlatformConnection  # models are loaded by then
    from creators.services.connections.revoking import revoke_connections  # loads the platforms' clients
    from creators.services.webhooks.subscribing import keep_subscriptions  # same

    count = sum(revoke_connections(creator_id=one, now=now) for one in subject.creator_ids)
    connections = PlatformConnection.objects.filter(creator__in=subject.creator_ids)
    for pk in connections.values_list("pk", flat=True):
        keep_subscriptions(now=now, connection_id=pk)
    return count


def _register_standing() -> None:
    register_data(
        *(
            PersonalData(model=f"creators.{name}", find=about(creator="creator"), on_erase=OnErase.DELETE, reason=_OWN)
            for name in (
                "Achievement",
                "CreatorScore",
                "FreezeEntry",
                "LatestScore",
                "PlatformFigures",
                "SeasonResult",
                "SeasonTotal",
                "Streak",
                "StreakDay",
                "TaskSubmission",
                "ZoneChange",
            )
        ),
        PersonalData(
            model="creators.PointEntry",
            find=about(creator="creator"),
            on_erase=OnErase.DELETE,
            reason=_OWN,
            is_cascaded=True,
        ),
        PersonalData(
            model="creators.AnalyticsEvent",
            find=about(user="user"),
            on_erase=OnErase.DELETE,
            reason="what the person did in a front end",
        ),
    )
    register_step(EraseStep(name="boards", phase=Phase.STORES, run=_leave_boards))
    register_impersonal(
        "tasks, seasons and runs are everybody's", "creators.Task", "creators.Season", "creators.ScoreRun"
    )


def _register_exploring() -> None:
    def find_blocks(subject: Subject) -> Q:
        return about(creator="creator")(subject) | about(creator="blocked")(subject)

    def find_saved(subject: Subject) -> Q:
        return about(creator="creator")(subject) | about(creator="saved_list__creator")(subject)

    register_data(
        *(
            PersonalData(model=f"creators.{name}", find=about(creator="creator"), on_erase=OnErase.DELETE, reason=_OWN)
            for name in ("Exclusivity", "SavedList", "WorkTerms")
        ),
        PersonalData(
            model="creators.ExploreEntry",
            find=about(creator="summary__creator"),
            on_erase=OnErase.DELETE,
            reason="what brands find the creator by",
        ),
        PersonalData(
            model="creators.CreatorBlock",
            find=find_blocks,
            on_erase=OnErase.DELETE,
            reason="whom the creator does not want to meet, or who does not want to meet him",
            not_exported="would tell who blocked whom",
        ),
        PersonalData(
            model="creators.SavedListEntry",
            find=find_saved,
            on_erase=OnErase.DELETE,
            reason="who saved the creator, and whom he saved",
            hidden={"note": "others' notes are theirs"},
        ),
    )


def _register_requests() -> None:
    why = "what was asked and done must be provable; ids in it lead nowhere"

    def find_requests(subject: Subject) -> Q:
        return Q(user_key__in=subject.user_ids) | Q(creator_keys__overlap=list(subject.creator_ids))

    def find_holds(subject: Subject) -> Q:
        return Q(user_key__in=subject.user_ids) | Q(creator_key__in=subject.creator_ids)

    register_data(
        PersonalData(
            model="creators.PrivacyRequest",
            find=find_requests,
            on_erase=OnErase.RETAIN,
            reason=why,
            hidden={"sealed": "kept for the sweep alone", "file_name": _SECRET},
        ),
        PersonalData(
            model="creators.LegalHold",
            find=find_holds,
            on_erase=OnErase.RETAIN,
            reason="why something was kept must be provable",
            not_exported="may concern others' claims",
        ),
    )
    register_impersonal("keyed hashes, which name nobody", "creators.ErasedSubject")
