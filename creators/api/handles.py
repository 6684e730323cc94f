"""Handles: ask, hold, claim."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.creator_serializers import CreatorSerializer, TextField
from creators.api.creators import find_creator
from creators.api.parameters import get_user
from creators.enums import HandleState
from creators.errors import ClaimNotProven, HandleChangedLately, HandleRefused
from creators.models import Creator, HandleHold
from creators.queries.handles import get_handle_state, is_known_by
from creators.services.handles.claims import change_handle, claim_handle
from creators.services.handles.holds import hold_handle
from veri.platform.http.permissions import HasScope, IsPerson
from veri.platform.http.problems import CONFLICT, PERMISSION_DENIED, ProblemError

LONGEST = 60  # so that what is too long is answered, not refused


class AvailabilitySerializer(serializers.Serializer[Any]):
    handle = serializers.CharField()
    state = serializers.ChoiceField(choices=HandleState.choices)
    detail = serializers.CharField()


class HandleWishSerializer(serializers.Serializer[Any]):
    handle = TextField(max_length=LONGEST, help_text="3 to 30 of a-z, 0-9, underscore and dot.")


class ClaimSerializer(HandleWishSerializer):
    creator = TextField(
        max_length=31, required=False, default="", help_text="A creator of yours who changes to it; else a new one."
    )


class HoldSerializer(serializers.ModelSerializer[HandleHold]):
    class Meta:
        model = HandleHold
        fields = ["handle", "expires_at"]
        read_only_fields = fields


def normalise_wish(raw: str) -> str:
    return raw.removeprefix("@").lower()


def refuse_handle(refusal: HandleRefused) -> ProblemError:
    return ProblemError(kind=CONFLICT, detail=str(refusal), extensions={"state": refusal.state.value})


class AvailabilityView(APIView):
    permission_classes = [HasScope]
    required_scope = "creators:read"
    throttle_scope = "handles"

    @extend_schema(
        operation_id="handles_availability",
        parameters=[OpenApiParameter("handle", str, OpenApiParameter.PATH)],
        responses=AvailabilitySerializer,
    )
    def get(self, request: Request, handle: str) -> Response:
        """Tell whether you could have a handle, and why not; never who has it."""
        user, wish = get_user(request), normalise_wish(handle)[:LONGEST]
        state = get_handle_state(
            handle=wish, user=user, now=timezone.now(), is_proven=is_known_by(user=user, handle=wish)
        )
        return Response({"handle": wish, "state": state.value, "detail": state.label})


class HoldView(APIView):
    permission_classes = [IsPerson]
    throttle_scope = "handles"

    @extend_schema(
        operation_id="handles_hold",
        request=HandleWishSerializer,
        responses={201: HoldSerializer},
        examples=[OpenApiExample("A wish", request_only=True, value={"handle": "lumenkitchen"})],
    )
    def post(self, request: Request) -> Response:
        """Keep a handle for 15 minutes; it replaces the one you held before. 409 says why it cannot be had."""
        body = HandleWishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wish = normalise_wish(body.validated_data["handle"])
        try:
            hold = hold_handle(user=get_user(request), handle=wish, now=timezone.now())
        except HandleRefused as refusal:
            raise refuse_handle(refusal) from refusal
        return Response(HoldSerializer(hold).data, status=201)


class ClaimView(APIView):
    permission_classes = [IsPerson]
    throttle_scope = "handles"

    @extend_schema(
        operation_id="handles_claim",
        request=ClaimSerializer,
        responses={201: CreatorSerializer},
        examples=[
            OpenApiExample("For a new creator", request_only=True, value={"handle": "lumenkitchen"}),
            OpenApiExample(
                "Instead of another", request_only=True, value={"handle": "lumen.cooks", "creator": "lumenkitchen"}
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Make a creator with a handle, or give it to one of yours in the place of his present one.

        Needs a proven e-mail address, or a connected platform that knows you by the handle; the latter also opens
        names reserved as known ones. The former handle leads to the creator and stays blocked for 90 days. 409 says
        why a handle cannot be had; one can be changed every 30 days.
        """
        body = ClaimSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        renamed = find_creator(request=request, handle=given["creator"]) if given["creator"] else None
        return Response(CreatorSerializer(_claim(request, normalise_wish(given["handle"]), renamed)).data, status=201)


def _claim(request: Request, handle: str, renamed: Creator | None) -> Creator:
    user, now = get_user(request), timezone.now()
    try:
        if renamed is None:
            return claim_handle(user=user, handle=handle, now=now)
        return change_handle(creator=renamed, handle=handle, acting_user=user, now=now)
    except ClaimNotProven as error:
        raise ProblemError(kind=PERMISSION_DENIED, detail=str(error)) from error
    except HandleRefused as refusal:
        raise refuse_handle(refusal) from refusal
    except HandleChangedLately as error:
        raise ProblemError(kind=CONFLICT, detail=str(error)) from error
