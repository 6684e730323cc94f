"""Rollout plans and the quarantine through the API."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from migration.api.datasets import DATASET, find_status
from migration.api.permissions import IsOperator
from migration.api.refusals import carry_out
from migration.api.serializers import (
    PlanSerializer,
    QuarantineResultSerializer,
    ReasonSerializer,
    RolloutSerializer,
    RowsSerializer,
)
from migration.enums import Flag
from migration.models import RolloutPlan
from migration.services.quarantine import purge_quarantined, retry_quarantined
from migration.services.rollouts import PlannedStep, cancel_rollout, plan_rollout
from migration.transitions import CUT_OVER, OPERATE


@extend_schema(parameters=[DATASET])
class RolloutView(APIView):
    permission_classes = [IsOperator]
    required_permission = CUT_OVER

    @extend_schema(operation_id="migration_rollout_plan", request=PlanSerializer, responses=RolloutSerializer)
    def put(self, request: Request, dataset: str) -> Response:
        """Write the plan by which canary reads widen; it replaces the open one."""
        fields = PlanSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        plan = carry_out(
            plan_rollout,
            flag=Flag.READ_FROM_MONGO,
            dataset=find_status(dataset).dataset.name,
            steps=[PlannedStep(**one) for one in fields.validated_data["steps"]],
            actor=request.user,
            reason=fields.validated_data["reason"],
            now=timezone.now(),
        )
        return Response(RolloutSerializer(plan).data)

    @extend_schema(operation_id="migration_rollout_cancel", request=ReasonSerializer, responses=RolloutSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """End the open plan where it stands."""
        fields = ReasonSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        open_plans = RolloutPlan.objects.filter(dataset=find_status(dataset).dataset, finished_at=None)
        plan = open_plans.first()
        if plan is None:
            raise Http404
        reason, now = fields.validated_data["reason"], timezone.now()
        carry_out(cancel_rollout, plan_id=plan.pk, actor=request.user, reason=reason, now=now)
        plan.refresh_from_db()
        return Response(RolloutSerializer(plan).data)


class _QuarantineView(APIView):
    permission_classes = [IsOperator]
    required_permission = OPERATE

    def take(self, request: Request, service: Any) -> Response:
        fields = RowsSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        rows, reason = fields.validated_data["rows"], fields.validated_data["reason"]
        result = carry_out(service, row_ids=rows, actor=request.user, reason=reason, now=timezone.now())
        return Response(QuarantineResultSerializer(result).data)


class RetryQuarantinedView(_QuarantineView):
    @extend_schema(
        operation_id="migration_quarantine_retry", request=RowsSerializer, responses=QuarantineResultSerializer
    )
    def post(self, request: Request) -> Response:
        """Send quarantined outbox rows through the relay again."""
        return self.take(request, retry_quarantined)


class PurgeQuarantinedView(_QuarantineView):
    @extend_schema(
        operation_id="migration_quarantine_purge", request=RowsSerializer, responses=QuarantineResultSerializer
    )
    def post(self, request: Request) -> Response:
        """Give quarantined outbox rows up; rows of a dataset that is read from MongoDB are skipped."""
        return self.take(request, purge_quarantined)
