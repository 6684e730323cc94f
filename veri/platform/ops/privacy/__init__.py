"""What is kept about people, said by each app of its own models: exported, deleted, emptied or retained, and why."""

from veri.platform.ops.privacy.registry import (
    EraseStep,
    OnErase,
    PersonalData,
    Phase,
    Subject,
    about,
    list_data,
    list_steps,
    list_unregistered,
    named,
    register_data,
    register_impersonal,
    register_step,
)

__all__ = [
    "EraseStep",
    "OnErase",
    "PersonalData",
    "Phase",
    "Subject",
    "about",
    "list_data",
    "list_steps",
    "list_unregistered",
    "named",
    "register_data",
    "register_impersonal",
    "register_step",
]
