"""Deliverables: handed in, reviewed, published, verified and released."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.campaigns.fields import (
    ID,
    LONGEST_REASON,
    CampaignActionView,
    find_collaboration,
    find_deliverable,
)
from billing.api.campaigns.refusals import translate_refusals
from billing.campaign_enums import DeliverableFormat, DeliverableState, SubmissionDecision
from billing.models import Deliverable, PublicationProof, Submission, UsageRight
from billing.services.campaigns.production import approve_deliverable, request_changes, submit_deliverable
from billing.services.campaigns.publishing import publish_deliverable, verify_publication
from billing.services.campaigns.releasing import release_milestone
from creators.api.creator_serializers import TextField
from creators.enums import Platform
from creators.task_rules import LONGEST_LINK

LONGEST_TEXT, LONGEST_NOTES = 20_000, 10_000


class DeliverableSubmissionSerializer(serializers.ModelSerializer[Submission]):
    decision = serializers.ChoiceField(choices=SubmissionDecision.choices)

    class Meta:
        model = Submission
        fields = [
            *("version", "url", "text", "sha256", "submitted_at", "decision", "decided_at", "is_automatic", "notes"),
        ]
        read_only_fields = fields


class ProofSerializer(serializers.ModelSerializer[PublicationProof]):
    figures = serializers.DictField(child=serializers.IntegerField())
    disclosures = serializers.ListField(child=serializers.CharField(), help_text="Words of disclosure found.")
    failures = serializers.ListField(child=serializers.CharField(), help_text="Why it is not verified.")

    class Meta:
        model = PublicationProof
        fields = ["url", "figures", "figures_at", "disclosures", "failures", "is_verified", "checked_at"]
        read_only_fields = fields


class UsageRightSerializer(serializers.ModelSerializer[UsageRight]):
    brand = serializers.CharField(source="brand.slug")
    channels = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = UsageRight
        fields = ["brand", "channels", "territory", "starts_on", "ends_on"]
        read_only_fields = fields


class DeliverableSerializer(serializers.ModelSerializer[Deliverable]):
    id = serializers.CharField()
    platform = serializers.ChoiceField(choices=Platform.choices)
    format = serializers.ChoiceField(choices=DeliverableFormat.choices)
    state = serializers.ChoiceField(choices=DeliverableState.choices)
    submissions = DeliverableSubmissionSerializer(many=True)
    proofs = ProofSerializer(many=True)
    usage_right = UsageRightSerializer(allow_null=True, default=None)

    class Meta:
        model = Deliverable
        fields = [
            *("id", "position", "title", "platform", "format", "due_on", "due_at", "share_minor", "state"),
            *("rounds_used", "review_due_at", "release_due_at", "published_url", "published_at", "released_at"),
            *("submissions", "proofs", "usage_right"),
        ]
        read_only_fields = fields


class DeliverablesSerializer(serializers.Serializer[Any]):
    results = DeliverableSerializer(many=True)


class NewDeliverableSubmissionSerializer(serializers.Serializer[Any]):
    url = TextField(max_length=LONGEST_LINK, required=False, allow_blank=True, default="")
    text = TextField(max_length=LONGEST_TEXT, required=False, allow_blank=True, default="")
    sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}$", required=False, default="", allow_blank=True, help_text="Of a file kept elsewhere."
    )


class NotesSerializer(serializers.Serializer[Any]):
    notes = TextField(max_length=LONGEST_NOTES)


class PublicationSerializer(serializers.Serializer[Any]):
    url = TextField(max_length=LONGEST_LINK, help_text="The link to the publication.")


class VerifyingSerializer(serializers.Serializer[Any]):
    is_forced = serializers.BooleanField(required=False, default=False, help_text="Staff alone, with a reason.")
    reason = TextField(max_length=LONGEST_REASON, required=False, allow_blank=True, default="")


def _show(deliverable: Deliverable) -> dict[str, Any]:
    rows = Deliverable.objects.select_related("usage_right__brand").prefetch_related("submissions", "proofs")
    return dict(DeliverableSerializer(rows.get(pk=deliverable.pk)).data)


@extend_schema(parameters=[ID])
class DeliverableListView(CampaignActionView):
    @extend_schema(operation_id="collaborations_deliverables", responses=DeliverablesSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """List what is to be delivered, with what was handed in, found and granted."""
        collaboration, _actor = find_collaboration(request=request, raw=id)
        rows = Deliverable.objects.filter(collaboration=collaboration).order_by("position")
        found = rows.select_related("usage_right__brand").prefetch_related("submissions", "proofs")
        return Response(DeliverablesSerializer({"results": found}).data)


@extend_schema(parameters=[ID])
class DeliverableSubmissionView(CampaignActionView):
    @extend_schema(
        operation_id="deliverables_submit",
        request=NewDeliverableSubmissionSerializer,
        responses={201: DeliverableSerializer},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Hand in a version for review."""
        deliverable, actor = find_deliverable(request=request, raw=id)
        body = NewDeliverableSubmissionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            submit_deliverable(deliverable=deliverable, actor=actor, now=timezone.now(), **body.validated_data)
        return Response(_show(deliverable), status=201)


@extend_schema(parameters=[ID])
class ChangeRequestView(CampaignActionView):
    @extend_schema(
        operation_id="deliverables_request_changes", request=NotesSerializer, responses=DeliverableSerializer
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Ask for changes: 409 when the agreed rounds are used up."""
        deliverable, actor = find_deliverable(request=request, raw=id)
        body = NotesSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            request_changes(
                deliverable=deliverable, actor=actor, notes=body.validated_data["notes"], now=timezone.now()
            )
        return Response(_show(deliverable))


@extend_schema(parameters=[ID])
class ApprovalView(CampaignActionView):
    @extend_schema(operation_id="deliverables_approve", request=None, responses=DeliverableSerializer)
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Approve what was handed in; approved again it stays so."""
        deliverable, actor = find_deliverable(request=request, raw=id)
        with translate_refusals():
            approve_deliverable(deliverable=deliverable, actor=actor, now=timezone.now())
        return Response(_show(deliverable))


@extend_schema(parameters=[ID])
class PublicationView(CampaignActionView):
    @extend_schema(operation_id="deliverables_publish", request=PublicationSerializer, responses=DeliverableSerializer)
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Say where it was published; the link is read, never fetched."""
        deliverable, actor = find_deliverable(request=request, raw=id)
        body = PublicationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            publish_deliverable(
                deliverable=deliverable, actor=actor, url=body.validated_data["url"], now=timezone.now()
            )
        return Response(_show(deliverable))


@extend_schema(parameters=[ID])
class VerifyingView(CampaignActionView):
    @extend_schema(operation_id="deliverables_verify", request=VerifyingSerializer, responses=DeliverableSerializer)
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Look at the publication: the platform's data and the words of disclosure. What failed is in `proofs`."""
        deliverable, actor = find_deliverable(request=request, raw=id)
        body = VerifyingSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        with translate_refusals():
            verify_publication(deliverable=deliverable, actor=actor, now=timezone.now(), **body.validated_data)
        return Response(_show(deliverable))


@extend_schema(parameters=[ID])
class ReleaseView(CampaignActionView):
    @extend_schema(operation_id="deliverables_release", request=None, responses=DeliverableSerializer)
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Release a verified milestone before its day; released again it stays so."""
        deliverable, actor = find_deliverable(request=request, raw=id)
        with translate_refusals():
            release_milestone(deliverable=deliverable, actor=actor, now=timezone.now())
        return Response(_show(deliverable))
