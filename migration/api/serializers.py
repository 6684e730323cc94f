"""What the staff API tells, and what it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from migration.enums import Guard, ParityMode, ParityTier, Stage
from migration.models import ParityMismatch
from migration.queries.cohorts import ALL_PERCENT

LONGEST_REASON = 1000
LARGEST_ID = 2**63 - 1


class GuardSerializer(serializers.Serializer[Any]):
    guard = serializers.ChoiceField(choices=Guard.choices)
    ok = serializers.BooleanField()
    value = serializers.CharField()
    threshold = serializers.CharField()


class OutboxSerializer(serializers.Serializer[Any]):
    depth = serializers.IntegerField()
    oldest_seconds = serializers.FloatField()
    quarantined = serializers.IntegerField()


class BackfillSerializer(serializers.Serializer[Any]):
    copied = serializers.IntegerField()
    estimated_total = serializers.IntegerField(help_text="The planner's estimate.")
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class ParitySerializer(serializers.Serializer[Any]):
    state = serializers.CharField()
    compared = serializers.IntegerField()
    mismatched = serializers.IntegerField()
    percent = serializers.FloatField()
    finished_at = serializers.DateTimeField(allow_null=True)


class DatasetSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="dataset.name")
    label = serializers.CharField()  # type: ignore[assignment]  # a field called like DRF's own attribute
    stage = serializers.ChoiceField(choices=Stage.choices, source="dataset.stage")
    came_from = serializers.CharField(source="dataset.came_from", help_text="The stage before it was set aside.")
    epoch = serializers.IntegerField(source="dataset.epoch")
    stage_changed_at = serializers.DateTimeField(source="dataset.stage_changed_at", allow_null=True)
    read_percent = serializers.IntegerField(source="dataset.read_percent", help_text="Of the cohorts, in canary.")
    rows_per_second = serializers.IntegerField(source="dataset.rows_per_second", help_text="0 means no limit.")
    outbox = OutboxSerializer()
    backfill = BackfillSerializer(allow_null=True)
    parity = ParitySerializer(allow_null=True)


class NextStepSerializer(serializers.Serializer[Any]):
    target = serializers.ChoiceField(choices=Stage.choices, allow_null=True)
    is_open = serializers.BooleanField()
    permission = serializers.CharField()
    guards = serializers.SerializerMethodField()

    @extend_schema_field(GuardSerializer(many=True))
    def get_guards(self, step: Any) -> list[dict[str, object]]:
        return [one.describe() for one in step.readings]


class MovedSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    epoch = serializers.IntegerField()


class FindingSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    ok = serializers.BooleanField()
    detail = serializers.CharField()


class PreflightSerializer(serializers.Serializer[Any]):
    is_ok = serializers.BooleanField()
    findings = FindingSerializer(many=True)
    at = serializers.DateTimeField()


class QueuedSerializer(serializers.Serializer[Any]):
    queued = serializers.BooleanField()


class MismatchSerializer(serializers.ModelSerializer[ParityMismatch]):
    dataset = serializers.CharField(source="run.dataset.name")

    class Meta:
        model = ParityMismatch
        fields = ["id", "dataset", "key", "kind", "fields", "repaired_at"]


class FlagSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    stored = serializers.BooleanField(allow_null=True)
    default = serializers.BooleanField()
    is_effective = serializers.BooleanField()
    needs = serializers.CharField()
    blocked_by = serializers.CharField()
    percent = serializers.IntegerField(source="share.percent")


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST_REASON, help_text="Kept in the audit trail.")


class PromoteSerializer(ReasonSerializer):
    target = serializers.ChoiceField(
        choices=Stage.choices, required=False, help_text="Refused unless this is the next stage."
    )
    force = serializers.BooleanField(default=False, help_text="Although a guard does not hold; needs a permission.")


class ThrottleSerializer(ReasonSerializer):
    rows_per_second = serializers.IntegerField(min_value=0, max_value=10_000_000, help_text="0 lifts the limit.")


class ShareSerializer(ReasonSerializer):
    percent = serializers.IntegerField(min_value=0, max_value=ALL_PERCENT)
    allowed = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), default=list, max_length=1000
    )
    denied = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), default=list, max_length=1000
    )


class SwitchSerializer(ReasonSerializer):
    is_on = serializers.BooleanField()


class VerifySerializer(ReasonSerializer):
    tier = serializers.ChoiceField(choices=ParityTier.choices, default=ParityTier.DEEP)
    mode = serializers.ChoiceField(choices=ParityMode.choices, default=ParityMode.FULL)
    creator = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, help_text="The creator's id, for the mode scope."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs["mode"] == ParityMode.SCOPE) != ("creator" in attrs):
            raise serializers.ValidationError({"creator": "Belongs to the mode scope, and only to it."})
        return attrs


class ReconcileSerializer(ReasonSerializer):
    dry_run = serializers.BooleanField(default=True, help_text="Only say what would be done.")
    keys = serializers.ListField(
        child=serializers.IntegerField(min_value=-LARGEST_ID, max_value=LARGEST_ID), required=False, max_length=1000
    )
    creator = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)


class ChangeSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(source="name")
    kind = serializers.CharField()
    differing = serializers.ListField(child=serializers.CharField(), source="fields")
    action = serializers.CharField()


class RepairSerializer(serializers.Serializer[Any]):
    rewritten = serializers.IntegerField(source="counts.rewritten")
    removed = serializers.IntegerField(source="counts.removed")
    gone = serializers.IntegerField(source="counts.gone")
    foreign = serializers.IntegerField(source="counts.foreign")
    is_dry_run = serializers.BooleanField(source="counts.is_dry_run")
    changes = ChangeSerializer(many=True, help_text="The first thousand.")


class PlannedStepSerializer(serializers.Serializer[Any]):
    percent = serializers.IntegerField(min_value=1, max_value=ALL_PERCENT)
    not_before = serializers.DateTimeField()


class PlanSerializer(ReasonSerializer):
    steps = serializers.ListField(child=PlannedStepSerializer(), max_length=ALL_PERCENT)


class RolloutSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    held_because = serializers.CharField()
    finished_at = serializers.DateTimeField(allow_null=True)


class RowsSerializer(ReasonSerializer):
    rows = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID), min_length=1, max_length=1000
    )


class QuarantineResultSerializer(serializers.Serializer[Any]):
    done = serializers.IntegerField()
    skipped = serializers.IntegerField()
