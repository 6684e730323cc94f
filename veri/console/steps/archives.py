"""The last step: an archive of a dataset that is done."""

from django.conf import settings

from migration.admin.queueing import enqueue_step
from migration.queries.steps import explain_archive
from migration.tasks import write_archive_task
from veri.console.formats import format_age
from veri.console.steps.situation import Situation
from veri.console.steps.step import Order, Outcome, Plan, Step


class WriteArchive(Step):
    name, label = "archive", "Archive"
    hint = "Writes a checksummed, compressed copy; PostgreSQL's rows stay."
    permission = "migration.archive_dataset"

    def explain_blocked(self, at: Situation) -> str:
        return explain_archive(dataset=at.dataset)

    def describe(self, at: Situation, _form: object) -> Plan:
        return Plan(
            facts=[("Kept at least", format_age(settings.MIGRATION.archive_keep_seconds))],
            consequences=[
                "A worker writes every row as compressed JSON lines, reads the file back whole and keeps its checksum.",
                "PostgreSQL's rows stay. The archive is verified and restored from a shell; the page says how.",
            ],
            token=str(at.dataset.epoch),
        )

    def carry_out(self, order: Order) -> Outcome:
        actor, reason = order.user.pk, order.values["reason"]
        queued = enqueue_step(write_archive_task, now=order.at.now, dataset=order.name, actor_id=actor, reason=reason)
        return Outcome(is_done=queued.is_done, text=queued.text)
