"""Steps of the proof: verify, and repair what differs."""

from typing import Any

from django import forms

from migration.admin.queueing import enqueue_step
from migration.admin.repair_preview import CONSEQUENCES, HEADS, build_caption, list_repair_rows
from migration.queries.agreement import format_agreement
from migration.queries.steps import explain_repair, explain_verify
from migration.services.reconcile import PlannedChange, Repair, reconcile
from migration.tasks import repair_task, verify_task
from veri.console.formats import format_count
from veri.console.steps.forms import VerifyForm
from veri.console.steps.situation import Situation
from veri.console.steps.step import Order, Outcome, Plan, Preview, Step


class Verify(Step):
    name, label = "verify", "Verify"
    hint = "Compares both stores: all, a sample, the last day, or one creator."
    is_for_all = True

    def build_form(self, _at: Situation, data: Any) -> forms.Form:
        return VerifyForm(data)

    def explain_blocked(self, at: Situation) -> str:
        return explain_verify(dataset=at.dataset, running=at.running_full_pass, now=at.now)

    def describe(self, at: Situation, _form: object) -> Plan:
        parity = at.status.parity
        return Plan(
            facts=[(at.status.label, f"latest full pass: {format_agreement(parity)}" if parity else "never verified")],
            consequences=[
                "A worker compares and keeps what persistently differs; rows on their way do not count.",
                "Only a full pass over every field proves a dataset. Nothing is repaired, and the stage stays.",
            ],
        )

    def carry_out(self, order: Order) -> Outcome:
        choice = {name: order.values[name] for name in ("tier", "mode", "scope")}
        actor, reason = order.user.pk, order.values["reason"]
        queued = enqueue_step(
            verify_task, now=order.at.now, dataset=order.name, actor_id=actor, reason=reason, **choice
        )
        return Outcome(is_done=queued.is_done, text=queued.text)


class RepairMismatches(Step):
    name, label = "repair", "Repair"
    hint = "Sends every open mismatch through the relay again, then verifies those keys."

    def explain_blocked(self, at: Situation) -> str:
        return explain_repair(dataset=at.dataset, runs=at.repairable_runs)

    def describe(self, at: Situation, _form: object) -> Plan:
        found = [
            reconcile(run=run, actor="console", reason="dry run", now=at.now, dry_run=True)
            for run in at.repairable_runs
        ]
        counts = count_repairs(found)
        runs = ", ".join(f"{run.pk} ({format_agreement(run)} alike)" for run in at.repairable_runs) or "none"
        changes = [change for one in found for change in one.changes]
        return Plan(
            facts=[("Passes", runs), *((name, format_count(count)) for name, count in counts.items())],
            consequences=[*CONSEQUENCES, "A full pass afterwards is the proof."],
            preview=preview_changes(changes, total=sum(counts.values())),
            token=f"{[run.pk for run in at.repairable_runs]}:{list(counts.values())}",
        )

    def carry_out(self, order: Order) -> Outcome:
        runs = [run.pk for run in order.at.repairable_runs]
        actor, reason = order.user.pk, order.values["reason"]
        queued = enqueue_step(
            repair_task, now=order.at.now, dataset=order.name, actor_id=actor, reason=reason, runs=runs
        )
        return Outcome(is_done=queued.is_done, text=queued.text)


def count_repairs(found: list[Repair]) -> dict[str, int]:
    """Return how many keys each kind of repair touches."""
    return {
        "Rewritten from PostgreSQL": sum(one.counts.rewritten for one in found),
        "Removed from MongoDB": sum(one.counts.removed for one in found),
        "Deleted since, removed as well": sum(one.counts.gone for one in found),
        "Foreign documents deleted": sum(one.counts.foreign for one in found),
    }


def preview_changes(changes: list[PlannedChange], *, total: int) -> Preview:
    """Return the first keys of a dry run as a table."""
    return Preview(
        caption=build_caption(total), heads=HEADS, rows=list_repair_rows(changes), empty="Nothing to repair."
    )
