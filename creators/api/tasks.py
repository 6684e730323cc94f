"""Tasks open for one's creators, and handing them in."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.creator_serializers import TextField
from creators.api.creators import find_creator
from creators.api.parameters import read_handle_parameter, refuse
from creators.enums import SubmissionState, TaskRepeat, TaskRuleKind
from creators.errors import LinkNotUnderstood, TaskAlreadySubmitted, TaskNotFulfilled, TaskNotOpen
from creators.models import Task, TaskSubmission
from creators.queries.games.tasks import OpenTask, list_open_tasks, list_submissions
from creators.services.games.tasks import submit_task
from creators.task_rules import LONGEST_LINK
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, UNPROCESSABLE, ProblemError

LONGEST_NOTE = 2_000
_LONGEST_CODE = 50


class SubmissionSerializer(serializers.ModelSerializer[TaskSubmission]):
    id = serializers.CharField()
    task = serializers.CharField(source="task.code")
    state = serializers.ChoiceField(choices=SubmissionState.choices)
    content_ids = serializers.SerializerMethodField(help_text="The content that proved it.")

    class Meta:
        model = TaskSubmission
        fields = [
            "id",
            "task",
            "period",
            "state",
            "link",
            "note",
            "content_ids",
            "submitted_at",
            "reviewed_at",
            "reason",
        ]
        read_only_fields = fields

    def get_content_ids(self, submission: TaskSubmission) -> list[str]:
        return list(submission.evidence.get("content_ids", []))


class TaskSerializer(serializers.ModelSerializer[Task]):
    rule_kind = serializers.ChoiceField(choices=TaskRuleKind.choices)
    repeat = serializers.ChoiceField(choices=TaskRepeat.choices)
    rule = serializers.DictField()

    class Meta:
        model = Task
        fields = ["code", "title", "description", "rule_kind", "rule", "points", "repeat", "opens_at", "closes_at"]
        read_only_fields = fields


class OpenTaskSerializer(serializers.Serializer[OpenTask]):
    task = TaskSerializer()
    period = serializers.CharField(help_text="The local day or ISO week of a task that repeats.")
    submission = SubmissionSerializer(allow_null=True)


class OpenTasksSerializer(serializers.Serializer[Any]):
    results = OpenTaskSerializer(many=True)


class NewSubmissionSerializer(serializers.Serializer[Any]):
    creator = TextField(min_length=3, max_length=31, help_text="The creator's handle.")
    link = TextField(max_length=LONGEST_LINK, required=False, allow_blank=True, help_text="For tasks proved by a link.")
    note = TextField(max_length=LONGEST_NOTE, required=False, allow_blank=True)


class TaskListView(APIView):
    permission_classes = [HasScope]
    required_scope = "creators:read"

    @extend_schema(
        operation_id="tasks_list",
        parameters=[OpenApiParameter("creator", str, required=True, description="The creator's handle.")],
        responses=OpenTasksSerializer,
    )
    def get(self, request: Request) -> Response:
        """List the tasks open for your creator, with what was handed in for the present day or week."""
        creator = find_creator(request=request, handle=read_handle_parameter(request.GET))
        found = list_open_tasks(creator=creator, now=timezone.now())
        return Response(OpenTasksSerializer({"results": found}).data)


class TaskSubmissionView(IdempotentViewMixin, APIView):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = "creators:write"

    @extend_schema(
        operation_id="tasks_submit",
        parameters=[OpenApiParameter("code", str, OpenApiParameter.PATH, description="The task's code.")],
        request=NewSubmissionSerializer,
        responses={201: SubmissionSerializer},
    )
    def post(self, request: Request, code: str) -> Response:
        """Hand a task in: 409 when that was done for the period, 422 with what is missing when it is not fulfilled.

        What platforms prove is approved and paid at once; the rest waits for review.
        """
        body = NewSubmissionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        creator = find_creator(request=request, handle=given["creator"])
        if "\0" in code or len(code) > _LONGEST_CODE:
            raise Http404
        try:
            stored = submit_task(
                creator=creator, code=code, link=given.get("link", ""), note=given.get("note", ""), now=timezone.now()
            )
        except Task.DoesNotExist as error:
            raise Http404 from error
        except LinkNotUnderstood as error:
            raise refuse({"link": str(error)}) from error
        except (TaskAlreadySubmitted, TaskNotOpen) as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        except TaskNotFulfilled as error:
            raise ProblemError(kind=UNPROCESSABLE, detail=str(error)) from error
        return Response(SubmissionSerializer(stored).data, status=201)


@extend_schema(parameters=[OpenApiParameter("handle", str, OpenApiParameter.PATH, description="The creator's handle.")])
class SubmissionListView(generics.ListAPIView[TaskSubmission]):
    permission_classes = [HasScope]
    required_scope = "creators:read"
    serializer_class = SubmissionSerializer
    queryset = TaskSubmission.objects.none()

    def get_queryset(self) -> QuerySet[TaskSubmission]:
        return list_submissions(creator=find_creator(request=self.request, handle=self.kwargs["handle"]))

    @extend_schema(operation_id="creators_submissions")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what your creator handed in, the latest first."""
        return super().get(request, *args, **kwargs)
