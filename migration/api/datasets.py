"""Datasets as staff sees them through the API."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from migration.api.permissions import IsOperator
from migration.api.serializers import DatasetSerializer, MismatchSerializer, NextStepSerializer
from migration.models import ParityMismatch
from migration.queries.climb import get_next_step
from migration.queries.status import DatasetStatus, list_dataset_statuses

SEE = "migration.view_dataset"
DATASET = OpenApiParameter("dataset", str, OpenApiParameter.PATH, description="The dataset's name.")


def find_status(name: str) -> DatasetStatus:
    """Return a dataset's status, or answer 404."""
    found = next(iter(list_dataset_statuses(now=timezone.now(), name=name)), None)
    if found is None:
        raise Http404
    return found


class DatasetListView(APIView):
    permission_classes = [IsOperator]
    required_permission = SEE

    @extend_schema(operation_id="migration_datasets_list", responses=DatasetSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """List the datasets with stage, outbox, backfill and parity."""
        return Response(DatasetSerializer(list_dataset_statuses(now=timezone.now()), many=True).data)


@extend_schema(parameters=[DATASET])
class DatasetView(APIView):
    permission_classes = [IsOperator]
    required_permission = SEE

    @extend_schema(operation_id="migration_datasets_retrieve", responses=DatasetSerializer)
    def get(self, _request: Request, dataset: str) -> Response:
        """Show one dataset."""
        return Response(DatasetSerializer(find_status(dataset)).data)


@extend_schema(parameters=[DATASET])
class NextStepView(APIView):
    permission_classes = [IsOperator]
    required_permission = SEE

    @extend_schema(operation_id="migration_next_step_retrieve", responses=NextStepSerializer)
    def get(self, _request: Request, dataset: str) -> Response:
        """Show the step up from a dataset's stage, with every guard read now."""
        step = get_next_step(dataset=find_status(dataset).dataset, now=timezone.now())
        return Response(NextStepSerializer(step).data)


@extend_schema(parameters=[DATASET])
class MismatchListView(generics.ListAPIView[ParityMismatch]):
    permission_classes = [IsOperator]
    required_permission = "migration.view_paritymismatch"
    serializer_class = MismatchSerializer
    queryset = ParityMismatch.objects.none()

    def get_queryset(self) -> Any:
        name = find_status(self.kwargs["dataset"]).dataset.name
        return ParityMismatch.objects.filter(run__dataset__name=name).select_related("run__dataset")

    @extend_schema(operation_id="migration_mismatches_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what differed, newest first; texts and payloads are not shown here."""
        return super().get(request, *args, **kwargs)
