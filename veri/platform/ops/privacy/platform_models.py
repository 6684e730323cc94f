"""What becomes of the models of the platform's own apps and of the libraries."""

from django.db.models import Q

from veri.platform.ops.privacy.registry import (
    OnErase,
    PersonalData,
    Subject,
    about,
    named,
    register_data,
    register_impersonal,
)

_SECRET = "a secret, or what proves one"  # noqa: S105  says why it is hidden


def register_platform_models() -> None:
    _register_access()
    _register_records()
    register_impersonal(
        "Django's own lists of models, permissions and groups",
        "auth.Permission",
        "auth.Group",
        "auth.Group_permissions",
        "contenttypes.ContentType",
    )
    register_impersonal(
        "times and names of tasks",
        "django_celery_beat.SolarSchedule",
        "django_celery_beat.IntervalSchedule",
        "django_celery_beat.ClockedSchedule",
        "django_celery_beat.CrontabSchedule",
        "django_celery_beat.PeriodicTasks",
        "django_celery_beat.PeriodicTask",
    )
    register_impersonal("names of files, counts and times of backups", "ops.BackupRun")
    register_impersonal("names of processes and times", "ops.Heartbeat")


def _register_access() -> None:
    register_data(
        PersonalData(
            model="knox.AuthToken",
            find=about(user="user"),
            on_erase=OnErase.DELETE,
            reason="sign-in tokens",
            hidden={"digest": _SECRET, "token_key": _SECRET},
        ),
        PersonalData(
            model="http.ApiKey",
            find=about(user="owner"),
            on_erase=OnErase.DELETE,
            reason="keys of the person's programs",
            hidden={"secret_hash": _SECRET},
        ),
        PersonalData(
            model="http.RequestCount",
            find=about(user="user"),
            on_erase=OnErase.DELETE,
            reason="how much a person used the API",
        ),
        PersonalData(
            model="http.IdempotencyRecord",
            find=lambda subject: Q(owner__in={*subject.user_ids, *subject.owner_ids}),
            on_erase=OnErase.DELETE,
            reason="answers kept for repeated requests",
            not_exported="copies of answers to the person himself, kept for a day",
        ),
        PersonalData(
            model="axes.AccessAttempt",
            find=named("username"),
            on_erase=OnErase.DELETE,
            reason="failed sign-ins, with addresses",
        ),
        PersonalData(
            model="axes.AccessAttemptExpiration",
            find=named("access_attempt__username"),
            on_erase=OnErase.DELETE,
            reason="when a failed sign-in is forgotten",
            not_exported="a time beside a failed sign-in",
        ),
        PersonalData(
            model="axes.AccessFailureLog", find=named("username"), on_erase=OnErase.DELETE, reason="failed sign-ins"
        ),
        PersonalData(
            model="axes.AccessLog",
            find=named("username"),
            on_erase=OnErase.DELETE,
            reason="sign-ins, with network addresses",
            hidden={"session_hash": _SECRET},
        ),
        PersonalData(
            model="sessions.Session",
            find=lambda _subject: Q(pk__in=[]),  # the user is inside of signed data: a step reads them one by one
            on_erase=OnErase.DELETE,
            reason="sessions",
            not_exported="a cookie's other half: what proves it",
        ),
    )


def _register_records() -> None:
    from veri.platform.ops.privacy.audit_entries import EMPTIED  # models are loaded only now

    register_data(
        PersonalData(
            model="admin.LogEntry",
            find=lambda subject: (
                Q(user__in=subject.user_ids)
                | Q(content_type__app_label="creators", content_type__model="creator", object_id__in=_as_texts(subject))
                | Q(
                    content_type__app_label="creators",
                    content_type__model="user",
                    object_id__in=[str(pk) for pk in subject.user_ids],
                )
            ),
            on_erase=OnErase.DELETE,
            reason="the console's own log; the audit trail is what counts",
        ),
        PersonalData(
            model="events.Event",
            find=lambda subject: (
                Q(payload__creator_id__in=subject.creator_ids) | Q(payload__user_id__in=subject.user_ids)
            ),
            on_erase=OnErase.DELETE,
            reason="events about the creator: ids and times",
        ),
        PersonalData(
            model="events.Delivery",
            find=lambda subject: (
                Q(event__payload__creator_id__in=subject.creator_ids) | Q(event__payload__user_id__in=subject.user_ids)
            ),
            on_erase=OnErase.DELETE,
            reason="deliveries of such events",
            not_exported="how far our own programs came with an event",
        ),
        PersonalData(
            model="ops.Notification",
            find=named("recipient"),
            on_erase=OnErase.DELETE,
            reason="mails to the person",
            hidden={"sealed": _SECRET},
        ),
        PersonalData(
            model="ops.AuditEntry",
            find=lambda subject: (
                Q(actor__in=subject.user_ids)
                | named("actor_label")(subject)
                | Q(target_type="creators.creator", target_id__in=_as_texts(subject))
                | Q(target_type="creators.user", target_id__in=[str(pk) for pk in subject.user_ids])
            ),
            on_erase=OnErase.RETAIN,
            reason="that something was done must stay known; names and values in it are emptied",
            emptied=EMPTIED,
        ),
    )


def _as_texts(subject: Subject) -> list[str]:
    return [str(pk) for pk in subject.creator_ids]
