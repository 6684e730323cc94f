"""What becomes of the engine's records when a person is erased. A row's ``scope`` is the creator's id."""

from migration.services.erasing import clear_documents
from veri.platform.ops.privacy import (
    EraseStep,
    OnErase,
    PersonalData,
    Phase,
    about,
    register_data,
    register_impersonal,
    register_step,
)

_KEYS = "keys and times alone are left, which lead nowhere"


def register_privacy() -> None:
    for model in ("migration.ParityMismatch", "migration.ParitySuspect"):
        register_data(
            PersonalData(
                model=model,
                find=about(creator="scope"),
                on_erase=OnErase.RETAIN,
                reason=_KEYS,
                emptied={"differences": []},
                not_exported="how two copies of the person's own data differed",
            )
        )
    register_data(
        PersonalData(
            model="migration.ShadowRead",
            find=about(creator="scope"),
            on_erase=OnErase.RETAIN,
            reason=_KEYS,
            emptied={"detail": ""},
            not_exported="how two copies of the person's own data differed",
        ),
        PersonalData(
            model="migration.OutboxRow",
            find=about(creator="scope"),
            on_erase=OnErase.RETAIN,
            reason="the relay removes it when MongoDB has been told",
            emptied={"error": ""},
            not_exported="a key on its way to the second copy",
        ),
        PersonalData(
            model="migration.ParityRun",
            find=about(creator="scope"),
            on_erase=OnErase.RETAIN,
            reason=_KEYS,
            not_exported="counts of a comparison of two copies",
        ),
    )
    register_impersonal(
        "keys, versions, counts, times and settings of the migration",
        "migration.Dataset",
        "migration.BackfillRun",
        "migration.DatasetArchive",
        "migration.FeatureFlag",
        "migration.LedgerEntry",
        "migration.MinuteCount",
        "migration.CaptureHeartbeat",
        "migration.VersionMark",
        "migration.Preflight",
        "migration.RelayState",
        "migration.RolloutPlan",
        "migration.RolloutStep",
    )
    register_step(EraseStep(name="documents", phase=Phase.STORES, run=clear_documents))
