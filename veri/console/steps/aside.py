"""Steps aside and back: pause, resume, roll back, stop."""

from migration.enums import Flag, Stage
from migration.queries.flags import is_flag_on
from migration.queries.steps import explain_aside, explain_resume
from migration.services.stages import pause_dataset, resume_dataset, roll_back_dataset, stop_dataset
from migration.transitions import CUT_OVER, ROLL_BACK
from veri.console.formats import format_count
from veri.console.steps.situation import Situation
from veri.console.steps.step import Order, Outcome, Plan, Step


class Pause(Step):
    name, label = "pause", "Pause"
    hint = "Backfill, verification, shadow reads and rollout rest; capture and relay go on."

    def explain_blocked(self, at: Situation) -> str:
        return explain_aside(dataset=at.dataset, target=Stage.PAUSED)

    def describe(self, at: Situation, _form: object) -> Plan:
        return Plan(
            consequences=[
                "Its reads come from PostgreSQL within two seconds.",
                "Backfill, verification, shadow reads and rollout stand still and go on where they were when resumed.",
                "Capture and relay go on, so that nothing is lost and nothing grows old.",
            ],
            token=str(at.dataset.epoch),
        )

    def carry_out(self, order: Order) -> Outcome:
        pause_dataset(**order.change)
        return Outcome(is_done=True, text="paused; reads come from PostgreSQL.")


class Resume(Step):
    name, label = "resume", "Resume"
    hint = "Returns it to the stage it was paused in."

    def explain_blocked(self, at: Situation) -> str:
        return explain_resume(dataset=at.dataset)

    def describe(self, at: Situation, _form: object) -> Plan:
        back = at.dataset.reached.label.lower()
        return Plan(
            consequences=[f"It returns to {back}, with the reads that stage has.", "A backfill goes on by itself."],
            token=str(at.dataset.epoch),
        )

    def carry_out(self, order: Order) -> Outcome:
        resumed = resume_dataset(**order.change)
        return Outcome(is_done=True, text=f"resumed; it is {resumed.get_stage_display().lower()}.")


class RollBack(Step):
    name, label = "roll_back", "Roll back"
    hint = "Returns its reads to PostgreSQL within two seconds; nothing is copied."
    permission = ROLL_BACK
    is_dangerous = True

    def explain_blocked(self, at: Situation) -> str:
        return explain_aside(dataset=at.dataset, target=Stage.ROLLED_BACK)

    def describe(self, at: Situation, _form: object) -> Plan:
        return Plan(
            consequences=[
                "Every process reads PostgreSQL within two seconds. Nothing is copied: PostgreSQL has every write.",
                "An open rollout plan ends and the percentage returns to 0.",
                "Capture and relay go on. Promote returns it to verifying; from there it climbs again.",
            ],
            token=str(at.dataset.epoch),
        )

    def carry_out(self, order: Order) -> Outcome:
        roll_back_dataset(**order.change)
        return Outcome(is_done=True, text="rolled back; reads come from PostgreSQL.")


class Stop(Step):
    name, label = "stop", "Stop"
    hint = "Returns it to off and empties its outbox; a new start needs a new backfill."
    permission = CUT_OVER
    is_dangerous = True
    needs_name = True

    def explain_blocked(self, at: Situation) -> str:
        return explain_aside(dataset=at.dataset, target=Stage.OFF)

    def describe(self, at: Situation, _form: object) -> Plan:
        waiting, quarantined = at.status.outbox.depth, at.status.outbox.quarantined
        held = "It stays off, also while USE_MONGO is on, until somebody starts it."
        return Plan(
            facts=[
                ("Waiting in the outbox, dropped", format_count(waiting)),
                ("In quarantine, dropped", format_count(quarantined)),
            ],
            consequences=[
                "Capturing ends and its reads come from PostgreSQL, which has every write.",
                "MongoDB keeps what it has and grows stale; a new start needs a new backfill and a new verification.",
                *([held] if is_flag_on(Flag.USE_MONGO) else []),
            ],
            token=str(at.dataset.epoch),
        )

    def carry_out(self, order: Order) -> Outcome:
        stop_dataset(**order.change)
        return Outcome(is_done=True, text="off; a new start needs a new backfill.")
