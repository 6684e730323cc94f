"""Steps an operator takes on a dataset through the API: each its own address, permission and reason."""

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from migration.api.datasets import DATASET, find_status
from migration.api.permissions import IsOperator
from migration.api.refusals import carry_out
from migration.api.serializers import (
    MovedSerializer,
    PromoteSerializer,
    ReasonSerializer,
    ShareSerializer,
    ThrottleSerializer,
)
from migration.queries.climb import get_next_step
from migration.services.rollouts import set_canary_share
from migration.services.stages import (
    pause_dataset,
    promote_dataset,
    resume_dataset,
    roll_back_dataset,
    start_dataset,
    stop_dataset,
    throttle_dataset,
)
from migration.transitions import CUT_OVER, OPERATE, ROLL_BACK
from veri.platform.http.problems import PERMISSION_DENIED, ProblemError


class StepView(APIView):
    """Read the body and call ``service`` with its fields, the actor and the time."""

    permission_classes = [IsOperator]
    service: ClassVar[Any]
    fields: ClassVar[Any] = ReasonSerializer

    def take(self, request: Request, dataset: str) -> Response:
        """Take the step on one dataset; 409 when its stage or a guard does not allow it."""
        fields = self.fields(data=request.data)
        fields.is_valid(raise_exception=True)
        values = self.prepare(request, dataset, fields.validated_data)
        moved = carry_out(
            type(self).service, name=find_status(dataset).dataset.name, actor=request.user, now=timezone.now(), **values
        )
        return Response(MovedSerializer(moved).data)

    def prepare(self, _request: Request, _dataset: str, values: dict[str, Any]) -> dict[str, Any]:
        return values


@extend_schema(parameters=[DATASET])
class PromoteView(StepView):
    required_permission = OPERATE
    service = staticmethod(promote_dataset)
    fields = PromoteSerializer

    @extend_schema(operation_id="migration_promote", request=PromoteSerializer, responses=MovedSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """Move a dataset one stage up when every guard holds."""
        return self.take(request, dataset)

    def prepare(self, request: Request, dataset: str, values: dict[str, Any]) -> dict[str, Any]:
        """Check the permission the step itself needs: moving reads needs more than copying."""
        step = get_next_step(dataset=find_status(dataset).dataset, now=timezone.now())
        if step.permission and not request.user.has_perm(step.permission):
            raise ProblemError(kind=PERMISSION_DENIED, detail=f"This step needs the permission {step.permission}.")
        return {"reason": values["reason"], "target": values.get("target"), "is_forced": values["force"]}


@extend_schema(parameters=[DATASET])
class PauseView(StepView):
    required_permission = OPERATE
    service = staticmethod(pause_dataset)

    @extend_schema(operation_id="migration_pause", request=ReasonSerializer, responses=MovedSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """Set a dataset aside; its reads come from PostgreSQL, capture and relay go on."""
        return self.take(request, dataset)


@extend_schema(parameters=[DATASET])
class ResumeView(StepView):
    required_permission = OPERATE
    service = staticmethod(resume_dataset)

    @extend_schema(operation_id="migration_resume", request=ReasonSerializer, responses=MovedSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """Return a paused dataset to the stage it stood in."""
        return self.take(request, dataset)


@extend_schema(parameters=[DATASET])
class RollBackView(StepView):
    required_permission = ROLL_BACK
    service = staticmethod(roll_back_dataset)

    @extend_schema(operation_id="migration_roll_back", request=ReasonSerializer, responses=MovedSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """Return a dataset's reads to PostgreSQL within two seconds; nothing is copied."""
        return self.take(request, dataset)


@extend_schema(parameters=[DATASET])
class StartView(StepView):
    required_permission = OPERATE
    service = staticmethod(start_dataset)

    @extend_schema(operation_id="migration_start", request=ReasonSerializer, responses=MovedSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """Begin to capture a dataset that is off."""
        return self.take(request, dataset)


@extend_schema(parameters=[DATASET])
class StopView(StepView):
    required_permission = CUT_OVER
    service = staticmethod(stop_dataset)

    @extend_schema(operation_id="migration_stop", request=ReasonSerializer, responses=MovedSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """Return a dataset to off; a new start needs a new backfill."""
        return self.take(request, dataset)


@extend_schema(parameters=[DATASET])
class ThrottleView(StepView):
    required_permission = OPERATE
    service = staticmethod(throttle_dataset)
    fields = ThrottleSerializer

    @extend_schema(operation_id="migration_throttle", request=ThrottleSerializer, responses=MovedSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """Limit backfill and verification, from their next chunk on."""
        return self.take(request, dataset)


@extend_schema(parameters=[DATASET])
class CanaryView(StepView):
    required_permission = CUT_OVER
    service = staticmethod(set_canary_share)
    fields = ShareSerializer

    @extend_schema(operation_id="migration_canary", request=ShareSerializer, responses=MovedSerializer)
    def post(self, request: Request, dataset: str) -> Response:
        """Set by hand which creators read MongoDB while the dataset is in canary; ends its rollout plan."""
        return self.take(request, dataset)
