"""Audit entries about rows of an erased person: what was done stays known, names and values do not."""

from django.db.models import CharField
from django.db.models.functions import Cast

from veri.platform.ops.models import AuditEntry
from veri.platform.ops.privacy.registry import Subject, list_data

EMPTIED = {"actor_label": "erased", "reason": "", "before": None, "after": None, "actor": None}


def empty_entries_about(subject: Subject) -> int:
    """Empty the entries whose target is one of the person's rows, while these still stand; return how many.

    Runs in the transaction that has said ``veri.erasing``, which the table's trigger asks for.
    """
    count = 0
    named = set(AuditEntry.objects.order_by("target_type").values_list("target_type", flat=True).distinct())
    for data in list_data():
        if data.model.lower() in named:
            keys = data.select(subject).annotate(as_text=Cast("pk", CharField())).values("as_text")
            about = AuditEntry.objects.filter(target_type=data.model.lower(), target_id__in=keys)
            count += about.update(**EMPTIED)
    return count
