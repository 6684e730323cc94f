"""Work on a dataset through the API: what takes long is queued, what is quick is answered."""

from typing import Any, ClassVar

from celery import Task
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from kombu.exceptions import OperationalError as BrokerUnavailable
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from migration.api.datasets import DATASET, find_status
from migration.api.permissions import IsOperator
from migration.api.refusals import carry_out
from migration.api.serializers import (
    PreflightSerializer,
    QueuedSerializer,
    ReasonSerializer,
    ReconcileSerializer,
    RepairSerializer,
    VerifySerializer,
)
from migration.queries.status import get_latest_parity
from migration.tasks import run_backfill_task, verify_task, write_archive_task
from migration.transitions import ARCHIVE, OPERATE
from veri.platform.http.problems import CONFLICT, STORE_UNAVAILABLE, ProblemError


@extend_schema(parameters=[DATASET])
class PreflightView(APIView):
    permission_classes = [IsOperator]
    required_permission = OPERATE

    @extend_schema(operation_id="migration_preflight", request=None, responses=PreflightSerializer)
    def post(self, _request: Request, dataset: str) -> Response:
        """Find out whether a backfill could succeed."""
        from migration.services.preflight import run_preflight  # the driver loads only for this step

        found = carry_out(run_preflight, dataset=find_status(dataset).dataset, now=timezone.now())
        return Response(PreflightSerializer(found).data)


class QueuedStepView(APIView):
    """Ask a worker for a step that takes long."""

    permission_classes = [IsOperator]
    required_permission = OPERATE
    task: ClassVar[Task]
    fields: ClassVar[Any] = ReasonSerializer

    def enqueue(self, request: Request, dataset: str) -> Response:
        """Queue the step; 503 when the queue is away."""
        fields = self.fields(data=request.data)
        fields.is_valid(raise_exception=True)
        arguments = {
            "dataset": find_status(dataset).dataset.name,
            "actor_id": request.user.pk,
            "reason": fields.validated_data["reason"],
            **self.describe(fields.validated_data),
        }
        try:
            type(self).task.apply_async(kwargs=arguments, retry=False)
        except (BrokerUnavailable, RedisError, OSError) as error:
            detail = f"The task queue is away ({type(error).__name__}); nothing was started."
            raise ProblemError(kind=STORE_UNAVAILABLE, detail=detail, headers={"Retry-After": "5"}) from error
        return Response(QueuedSerializer({"queued": True}).data, status=202)

    def describe(self, _values: dict[str, Any]) -> dict[str, Any]:
        """Return what the task is told besides dataset, actor and reason."""
        return {}


@extend_schema(parameters=[DATASET])
class BackfillView(QueuedStepView):
    task = run_backfill_task

    @extend_schema(operation_id="migration_backfill", request=ReasonSerializer, responses={202: QueuedSerializer})
    def post(self, request: Request, dataset: str) -> Response:
        """Let a worker copy a dataset, or go on with a copy that was interrupted."""
        return self.enqueue(request, dataset)


@extend_schema(parameters=[DATASET])
class VerifyView(QueuedStepView):
    task = verify_task
    fields = VerifySerializer

    @extend_schema(operation_id="migration_verify", request=VerifySerializer, responses={202: QueuedSerializer})
    def post(self, request: Request, dataset: str) -> Response:
        """Let a worker compare both stores: every key, a sample, the last day, or one creator."""
        return self.enqueue(request, dataset)

    def describe(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"tier": values["tier"], "mode": values["mode"], "scope": values.get("creator")}


@extend_schema(parameters=[DATASET])
class ArchiveView(QueuedStepView):
    required_permission = ARCHIVE
    task = write_archive_task

    @extend_schema(operation_id="migration_archive", request=ReasonSerializer, responses={202: QueuedSerializer})
    def post(self, request: Request, dataset: str) -> Response:
        """Let a worker write a checksummed copy of a dataset that is done."""
        return self.enqueue(request, dataset)


@extend_schema(parameters=[DATASET])
class ReconcileView(APIView):
    permission_classes = [IsOperator]
    required_permission = OPERATE

    @extend_schema(operation_id="migration_reconcile", request=ReconcileSerializer, responses=RepairSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """Send what the latest pass found through the relay again; by default only say what would be done."""
        from migration.services.reconcile import reconcile  # the driver loads only for this step

        fields = ReconcileSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        values = fields.validated_data
        run = get_latest_parity(name=find_status(dataset).dataset.name)
        if run is None:
            raise ProblemError(kind=CONFLICT, detail=f"{dataset} was not verified since its backfill.")
        found = carry_out(
            reconcile,
            run=run,
            actor=request.user,
            reason=values["reason"],
            now=timezone.now(),
            keys=values.get("keys"),
            scope=values.get("creator"),
            dry_run=values["dry_run"],
        )
        return Response(RepairSerializer(found).data)
