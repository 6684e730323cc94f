"""What becomes of this app's models when a person is erased."""

from django.db.models import Q

from veri.platform.ops.privacy import OnErase, PersonalData, Subject, about, named, register_data, register_impersonal

_SECRET = "a secret, or what proves one"  # noqa: S105  says why it is hidden
_OWN = "the creator's own"


def register_privacy() -> None:
    _register_accounts()
    _register_creators()
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
