"""Saved lists of brands and creators."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.brands import find_acting_brand
from creators.api.creator_serializers import TextField
from creators.api.creators import find_creator
from creators.api.parameters import get_user, read_id, refuse
from creators.errors import ListFull, ListNameTaken
from creators.models import Creator, SavedList, SavedListEntry
from creators.queries.exploring.saved_lists import (
    export_entries,
    get_findable_creator,
    get_saved_list,
    list_entries,
    list_saved_lists,
)
from creators.services.exploring.saved_lists import create_list, delete_list, remove_from_list, save_to_list
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, ProblemError

_ID = OpenApiParameter("id", str, OpenApiParameter.PATH)
_HANDLE = OpenApiParameter("handle", str, OpenApiParameter.PATH, description="The creator's handle.")
_MAX_HANDLE = 31


class SavedListSerializer(serializers.ModelSerializer[SavedList]):
    id = serializers.CharField()
    brand = serializers.CharField(source="brand.slug", allow_null=True, default=None)
    creator = serializers.CharField(source="creator.handle", allow_null=True, default=None)

    class Meta:
        model = SavedList
        fields = ["id", "name", "brand", "creator", "created_at", "updated_at"]
        read_only_fields = fields


class NewListSerializer(serializers.Serializer[Any]):
    name = TextField(max_length=80)
    brand = TextField(max_length=50, required=False, help_text="The slug of the brand it is for, if several.")
    creator = TextField(max_length=31, required=False, help_text="Your creator, for a list of his own.")


class EntrySerializer(serializers.ModelSerializer[SavedListEntry]):
    handle = serializers.CharField(source="creator.handle")
    display_name = serializers.CharField(source="creator.display_name")
    country = serializers.CharField(source="creator.country")
    platforms = serializers.ListField(child=serializers.CharField(), source="creator.summary.platforms")
    tags = serializers.ListField(child=serializers.CharField(), source="creator.summary.tags")

    class Meta:
        model = SavedListEntry
        fields = ["handle", "display_name", "country", "platforms", "tags", "note", "added_at"]
        read_only_fields = fields


class NoteSerializer(serializers.Serializer[Any]):
    note = TextField(max_length=1_000, allow_blank=True, required=False)


def find_list(request: Request, raw: str) -> SavedList:
    try:
        return get_saved_list(list_id=read_id(raw), acting_user=get_user(request))
    except SavedList.DoesNotExist as error:
        raise Http404 from error


class SavedListsView(IdempotentViewMixin, generics.ListAPIView[SavedList]):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = "search"
    serializer_class = SavedListSerializer
    queryset = SavedList.objects.none()

    def get_queryset(self) -> QuerySet[SavedList]:
        return list_saved_lists(acting_user=get_user(self.request))

    @extend_schema(operation_id="lists_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the saved lists of your brands and creators."""
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="lists_create", request=NewListSerializer, responses={201: SavedListSerializer})
    def post(self, request: Request) -> Response:
        """Make a list for a brand you act for, or for a creator of yours; 409 when there is one of this name."""
        body = NewListSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        if "creator" in given and "brand" in given:
            raise refuse({"brand": "A list is a brand's or a creator's."})
        owner: dict[str, Any]
        if "creator" in given:
            owner = {"creator": find_creator(request=request, handle=given["creator"])}
        else:
            owner = {"brand": find_acting_brand(request=request, slug=given.get("brand", ""))}
        try:
            made = create_list(owner=owner, name=given["name"], acting_user=get_user(request), now=timezone.now())
        except (ListNameTaken, ListFull) as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        return Response(SavedListSerializer(made).data, status=201)


@extend_schema(parameters=[_ID])
class SavedListView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(operation_id="lists_delete", request=None, responses={204: None})
    def delete(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Delete a list with its entries."""
        delete_list(saved_list=find_list(request, id))
        return Response(status=204)


@extend_schema(parameters=[_ID])
class EntryListView(generics.ListAPIView[SavedListEntry]):
    permission_classes = [HasScope]
    required_scope = "search"
    serializer_class = EntrySerializer
    queryset = SavedListEntry.objects.none()

    def get_queryset(self) -> QuerySet[SavedListEntry]:
        return list_entries(saved_list=find_list(self.request, self.kwargs["id"]))

    @extend_schema(operation_id="lists_entries_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the creators on a list who may be found now, the latest first."""
        return super().get(request, *args, **kwargs)


@extend_schema(parameters=[_ID, _HANDLE])
class EntryView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(operation_id="lists_entries_set", request=NoteSerializer, responses={200: EntrySerializer})
    def put(self, request: Request, id: str, handle: str) -> Response:  # noqa: A002  same
        """Put a creator who may be found on a list, or change the note on him."""
        body = NoteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        saved_list, creator = find_list(request, id), _find_findable(handle)
        try:
            entry, _ = save_to_list(
                saved_list=saved_list,
                creator=creator,
                note=body.validated_data.get("note", ""),
                acting_user=get_user(request),
                now=timezone.now(),
            )
        except ListFull as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        except SavedList.DoesNotExist as error:
            raise Http404 from error
        return Response(EntrySerializer(entry).data)

    @extend_schema(operation_id="lists_entries_delete", request=None, responses={204: None})
    def delete(self, request: Request, id: str, handle: str) -> Response:  # noqa: A002  same
        """Take a creator off a list."""
        saved_list = find_list(request, id)
        known = "\0" not in handle and len(handle) <= _MAX_HANDLE
        name = handle.removeprefix("@").lower()
        if not known or not remove_from_list(saved_list=saved_list, handle=name, now=timezone.now()):
            raise Http404
        return Response(status=204)


@extend_schema(parameters=[_ID])
class ExportView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(operation_id="lists_export", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, id: str) -> HttpResponse:  # noqa: A002  same
        """Export a list as CSV: the creators who may be found now."""
        saved_list = find_list(request, id)
        response = HttpResponse("".join(export_entries(saved_list=saved_list)), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="list-{saved_list.pk}.csv"'
        return response


def _find_findable(handle: str) -> Creator:
    if "\0" in handle or len(handle) > _MAX_HANDLE:
        raise Http404
    try:
        return get_findable_creator(handle=handle.removeprefix("@").lower())
    except Creator.DoesNotExist as error:
        raise Http404 from error
