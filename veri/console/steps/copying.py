"""Steps of the copy: preflight, backfill, throttle."""

from typing import Any

from django import forms

from migration.admin.queueing import enqueue_step
from migration.queries.steps import explain_backfill
from migration.services.stages import throttle_dataset
from migration.tasks import run_backfill_task
from veri.console.formats import format_count
from veri.console.steps.forms import ThrottleForm
from veri.console.steps.situation import Situation
from veri.console.steps.step import Order, Outcome, Plan, Step


class RunPreflight(Step):
    name, label = "preflight", "Preflight"
    hint = "Finds out whether a backfill could succeed; changes nothing."
    is_quick = True

    def build_form(self, _at: Situation, data: Any) -> forms.Form:
        return forms.Form(data)

    def explain_blocked(self, _at: Situation) -> str:
        return ""

    def describe(self, _at: Situation, _form: object) -> Plan:
        return Plan(
            consequences=[
                "MongoDB is asked whether it answers and whether it takes writes (a probe, removed at once).",
                "The triggers are looked at, and a sample of rows is mapped to documents and back.",
            ]
        )

    def carry_out(self, order: Order) -> Outcome:
        from migration.services.preflight import run_preflight  # the driver loads only for this step

        found = run_preflight(dataset=order.at.dataset, now=order.at.now)
        failed = [f"{one['name']}: {one['detail']}" for one in found.findings if not one["ok"]]
        return Outcome(is_done=found.is_ok, text="; ".join(failed) or f"{len(found.findings)} checks green.")


class Backfill(Step):
    name, label = "backfill", "Backfill"
    hint = "Copies every row to MongoDB, beside live writes."
    is_for_all = True

    def get_label(self, at: Situation) -> str:
        run = at.status.backfill
        is_open = run is not None and run.finished_at is None
        return "Resume backfill" if is_open and not at.is_backfill_alive else self.label

    def explain_blocked(self, at: Situation) -> str:
        return explain_backfill(dataset=at.dataset, run=at.status.backfill, now=at.now)

    def describe(self, at: Situation, _form: object) -> Plan:
        limit = at.dataset.rows_per_second
        throttle = f"at most {format_count(limit)} rows a second" if limit else "as fast as live traffic allows"
        return Plan(
            facts=[(at.status.label, f"{at.dataset.get_stage_display()}, {throttle}")],
            consequences=[
                "A worker copies every row in primary-key order; newer documents are kept. It begins with a preflight.",
                "It moves to backfilling and, when the copy agrees, to catching up. Reads stay where they are.",
                "A backfill that was interrupted goes on where it stopped.",
            ],
        )

    def carry_out(self, order: Order) -> Outcome:
        actor, reason = order.user.pk, order.values["reason"]
        queued = enqueue_step(run_backfill_task, now=order.at.now, dataset=order.name, actor_id=actor, reason=reason)
        return Outcome(is_done=queued.is_done, text=queued.text)


class Throttle(Step):
    name, label = "throttle", "Throttle"
    hint = "Limits backfill and verification."

    def build_form(self, at: Situation, data: Any) -> forms.Form:
        return ThrottleForm(data, initial={"rows_per_second": at.dataset.rows_per_second})

    def explain_blocked(self, _at: Situation) -> str:
        return ""

    def describe(self, at: Situation, _form: object) -> Plan:
        now = format_count(at.dataset.rows_per_second) if at.dataset.rows_per_second else "no limit"
        return Plan(facts=[("Rows a second now", now)], consequences=["It holds from the next chunk on."])

    def carry_out(self, order: Order) -> Outcome:
        limit = order.values["rows_per_second"]
        throttle_dataset(**order.change, rows_per_second=limit)
        return Outcome(is_done=True, text=f"at most {limit:,} rows a second." if limit else "no limit any longer.")
