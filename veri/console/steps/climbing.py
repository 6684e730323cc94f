"""Steps up the ladder: start, promote, and promote by force."""

from migration.enums import LIVE_STAGES, Flag, Stage
from migration.queries.flags import is_flag_on
from migration.queries.steps import explain_start
from migration.services.stages import FORCE, promote_dataset, start_dataset
from migration.transitions import OPERATE
from veri.console.steps.situation import Situation
from veri.console.steps.step import Order, Outcome, Plan, Step

BY_BACKFILL = (Stage.BACKFILL, Stage.CATCHUP)
EFFECTS = {
    Stage.CAPTURE: "Every write of its rows reaches the outbox from then on.",
    Stage.VERIFY: "The stores may be compared key by key. Reads stay on PostgreSQL.",
    Stage.SHADOW: "A sample of reads is made on both stores after the answer was given. Reads stay on PostgreSQL.",
    Stage.CANARY: "Reads of some creators go to MongoDB: the default rollout plan is written unless there is a plan.",
    Stage.CUTOVER: "Reads of every creator go to MongoDB, within two seconds in every process.",
    Stage.SOAK: "Nothing moves: the soak's window begins, during which reads and writes are watched.",
    Stage.DONE: "The migration of this dataset ends; an archive may be written. PostgreSQL's rows stay.",
}
ALWAYS = "PostgreSQL goes on committing first: rolling back stays possible, within two seconds and without copying."


class Start(Step):
    name, label = "start", "Start"
    hint = "Begins to capture writes."

    def explain_blocked(self, at: Situation) -> str:
        return explain_start(dataset=at.dataset)

    def describe(self, at: Situation, _form: object) -> Plan:
        return Plan(
            consequences=[EFFECTS[Stage.CAPTURE], "Rows written before need a backfill."], token=str(at.dataset.epoch)
        )

    def carry_out(self, order: Order) -> Outcome:
        start_dataset(**order.change)
        return Outcome(is_done=True, text="capturing; backfill next.")


class Promote(Step):
    name, label = "promote", "Promote"
    hint = "Takes the next step when every guard holds."

    def get_label(self, at: Situation) -> str:
        target = at.next_step.target
        return f"Promote to {target.label.lower()}" if target and target not in BY_BACKFILL else self.label

    def list_permissions(self, at: Situation) -> list[str]:
        return [at.next_step.permission or OPERATE]

    def is_typed(self, at: Situation) -> bool:
        return at.next_step.target == Stage.CUTOVER

    def explain_blocked(self, at: Situation) -> str:
        return explain_no_target(at) or explain_guards(at)

    def describe(self, at: Situation, _form: object) -> Plan:
        step = at.next_step
        return Plan(
            facts=[("From", at.dataset.get_stage_display()), ("To", step.target.label if step.target else "nowhere")],
            consequences=list_consequences(at),
            readings=step.readings,
            token=build_token(at),
        )

    def carry_out(self, order: Order) -> Outcome:
        moved = promote_dataset(**order.change, target=order.at.next_step.target)
        return Outcome(is_done=True, text=f"moved to {moved.get_stage_display().lower()}.")


class Force(Promote):
    name, label = "force", "Force"
    hint = "Takes the next step although guards do not hold; stands in the audit trail."
    is_dangerous = True

    def get_label(self, at: Situation) -> str:
        target = at.next_step.target
        return f"Force to {target.label.lower()}" if target and target not in BY_BACKFILL else self.label

    def list_permissions(self, at: Situation) -> list[str]:
        return [FORCE, *super().list_permissions(at)]

    def is_typed(self, _at: Situation) -> bool:
        return True

    def explain_blocked(self, at: Situation) -> str:
        return explain_no_target(at) or ("Every guard holds: promote it instead." if at.next_step.is_open else "")

    def describe(self, at: Situation, form: object) -> Plan:
        plan = super().describe(at, form)
        failed = [str(one) for one in at.next_step.readings if not one.is_ok]
        warning = f"By force, although: {' '.join(f'{one}.' for one in failed)}"
        return Plan(
            facts=plan.facts,
            consequences=[warning, *plan.consequences, "The force, your reason and all values are kept for good."],
            readings=plan.readings,
            token=f"force:{plan.token}",
        )

    def carry_out(self, order: Order) -> Outcome:
        moved = promote_dataset(**order.change, target=order.at.next_step.target, is_forced=True)
        return Outcome(is_done=True, text=f"moved to {moved.get_stage_display().lower()} by force.")


def explain_no_target(at: Situation) -> str:
    target = at.next_step.target
    if target is None:
        return "It is paused: resume it first." if at.dataset.stage == Stage.PAUSED else "It is done: there is no step."
    if target in BY_BACKFILL:
        return f"It moves to {target.label.lower()} by its backfill."
    return ""


def explain_guards(at: Situation) -> str:
    """Return how many guards do not hold, and the first of them."""
    failed = [one for one in at.next_step.readings if not one.is_ok]
    if not failed:
        return ""
    many = "1 guard does" if len(failed) == 1 else f"{len(failed)} guards do"
    return f"{many} not hold: {failed[0].guard.label} ({failed[0].finding.value}). {failed[0].finding.remedy}"


def list_consequences(at: Situation) -> list[str]:
    target = at.next_step.target
    sentences = [EFFECTS[target]] if target in EFFECTS else []
    if target in (Stage.CANARY, *LIVE_STAGES):
        if not is_flag_on(Flag.READ_FROM_MONGO):
            sentences.append("READ_FROM_MONGO is off: reads stay on PostgreSQL until it is switched on.")
        sentences.append(ALWAYS)
    return sentences


def build_token(at: Situation) -> str:
    """Bind a confirmation to the stage it was given for: whoever is slower is told."""
    return f"{at.dataset.epoch}:{at.next_step.target or ''}"
