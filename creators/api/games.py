"""Streak calendar, points and achievements of one's own creators, and the boards."""

import re
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.achievement_rules import RULES
from creators.api.creators import find_creator
from creators.api.parameters import read_handle_parameter, refuse
from creators.enums import SeasonState, StreakDayState
from creators.models import Achievement, PointEntry, Season
from creators.queries.games.boards import find_board, find_season, find_standing
from creators.queries.games.streaks import find_calendar
from creators.services.games.boards import SCOPES
from veri.platform.http.permissions import HasScope

_HANDLE = OpenApiParameter("handle", str, OpenApiParameter.PATH, description="The creator's handle.")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])\Z", re.ASCII)
_YEARS = range(2000, 2200)
_SEASON_DIGITS = 15
_TITLES = {rule.code: rule.title for rule in RULES}


class CalendarDaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    state = serializers.ChoiceField(choices=StreakDayState.choices)


class StreakSerializer(serializers.Serializer[Any]):
    today = serializers.DateField()
    zone = serializers.CharField()
    length = serializers.IntegerField(help_text="0 when it broke.")
    longest = serializers.IntegerField()
    last_day = serializers.DateField(allow_null=True)
    freezes = serializers.IntegerField(help_text="Held, at most two; one is earned with every seventh day.")
    is_alive = serializers.BooleanField()
    is_done_today = serializers.BooleanField()


class CalendarSerializer(serializers.Serializer[Any]):
    month = serializers.CharField()
    days = CalendarDaySerializer(many=True)
    streak = StreakSerializer()


class CalendarView(APIView):
    permission_classes = [HasScope]
    required_scope = "creators:read"

    @extend_schema(
        operation_id="creators_calendar",
        parameters=[
            _HANDLE,
            OpenApiParameter("month", str, description="Like 2026-11; by default the present month in the zone."),
        ],
        responses=CalendarSerializer,
    )
    def get(self, request: Request, handle: str) -> Response:
        """Show the days of a month on which your creator published, and the streak they make.

        A day is a local date in the creator's zone. What becomes known within 48 hours repairs a streak.
        """
        now = timezone.now()
        first = _read_month(request.GET.get("month", f"{now:%Y-%m}"))
        end = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        creator = find_creator(request=request, handle=handle)
        found = find_calendar(creator=creator, first=first, end=end, now=now)
        shown = {"month": f"{first:%Y-%m}", "days": found.days, "streak": found.streak}
        return Response(CalendarSerializer(shown).data)


class PointEntrySerializer(serializers.ModelSerializer[PointEntry]):
    id = serializers.CharField()
    season = serializers.CharField(source="season.name")

    class Meta:
        model = PointEntry
        fields = ["id", "season", "cause_kind", "cause_id", "points", "occurred_at", "recorded_at"]
        read_only_fields = fields


@extend_schema(parameters=[_HANDLE])
class PointListView(generics.ListAPIView[PointEntry]):
    permission_classes = [HasScope]
    required_scope = "creators:read"
    serializer_class = PointEntrySerializer
    queryset = PointEntry.objects.none()

    def get_queryset(self) -> QuerySet[PointEntry]:
        creator = find_creator(request=self.request, handle=self.kwargs["handle"])
        return PointEntry.objects.filter(creator=creator).select_related("season").order_by("-id")

    @extend_schema(operation_id="creators_points")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what your creator got points for, the latest first."""
        return super().get(request, *args, **kwargs)


class AchievementSerializer(serializers.ModelSerializer[Achievement]):
    title = serializers.SerializerMethodField()

    class Meta:
        model = Achievement
        fields = ["code", "title", "tier", "rule_version", "awarded_at"]
        read_only_fields = fields

    def get_title(self, achievement: Achievement) -> str:
        return _TITLES.get(achievement.code, achievement.code)


@extend_schema(parameters=[_HANDLE])
class AchievementListView(generics.ListAPIView[Achievement]):
    permission_classes = [HasScope]
    required_scope = "creators:read"
    serializer_class = AchievementSerializer
    queryset = Achievement.objects.none()

    def get_queryset(self) -> QuerySet[Achievement]:
        creator = find_creator(request=self.request, handle=self.kwargs["handle"])
        return Achievement.objects.filter(creator=creator, revoked_at__isnull=True)

    @extend_schema(operation_id="creators_achievements")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your creator's achievements, the latest first."""
        return super().get(request, *args, **kwargs)


class SeasonSerializer(serializers.ModelSerializer[Season]):
    id = serializers.CharField()
    state = serializers.ChoiceField(choices=SeasonState.choices)

    class Meta:
        model = Season
        fields = ["id", "name", "starts_at", "ends_at", "state"]
        read_only_fields = fields


class SeasonListView(generics.ListAPIView[Season]):
    permission_classes = [HasScope]
    required_scope = "creators:read"
    serializer_class = SeasonSerializer
    queryset = Season.objects.all()

    @extend_schema(operation_id="seasons_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the seasons, the latest first."""
        return super().get(request, *args, **kwargs)


class BoardRowSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField(help_text="1 plus how many have more points: equal points share a rank.")
    points = serializers.IntegerField()
    handle = serializers.CharField()
    display_name = serializers.CharField()


class OwnStandingSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField(allow_null=True, help_text="Null without points on this board.")
    points = serializers.IntegerField()
    is_shown = serializers.BooleanField(help_text="Whether others see it: with the consent `public_profile`.")
    neighbours = BoardRowSerializer(many=True)


class BoardSerializer(serializers.Serializer[Any]):
    season = SeasonSerializer(allow_null=True)
    scope = serializers.CharField()
    size = serializers.IntegerField()
    origin = serializers.CharField(help_text="redis, postgres, or the snapshot of a closed season.")
    results = BoardRowSerializer(many=True)
    own = OwnStandingSerializer(allow_null=True)


class BoardView(APIView):
    permission_classes = [HasScope]
    required_scope = "creators:read"

    @extend_schema(
        operation_id="boards_retrieve",
        parameters=[
            OpenApiParameter("scope", str, OpenApiParameter.PATH, description="`all` or a category like `food`."),
            OpenApiParameter("season", str, description="A season's id; by default the present one."),
            OpenApiParameter("creator", str, description="Your creator, to see where he stands."),
        ],
        responses=BoardSerializer,
    )
    def get(self, request: Request, scope: str) -> Response:
        """Show the best hundred of a season, and where one of your creators stands.

        Only creators with a public profile are shown to others. Of equal points, who reached them first stands first.
        """
        if scope not in SCOPES:
            raise Http404
        creator = None
        if "creator" in request.GET:
            creator = find_creator(request=request, handle=read_handle_parameter(request.GET))
        season = find_season(now=timezone.now(), season_id=_read_season(request.GET.get("season")))
        if season is None:
            if "season" in request.GET:
                raise Http404
            empty: dict[str, Any] = {
                "season": None,
                "scope": scope,
                "size": 0,
                "origin": "postgres",
                "results": [],
                "own": None,
            }
            return Response(BoardSerializer(empty).data)
        board = find_board(season=season, scope=scope)
        own = find_standing(season=season, scope=scope, creator=creator) if creator else None
        shown = {
            "season": season,
            "scope": scope,
            "size": board.size,
            "origin": board.source,
            "results": board.rows,
            "own": own,
        }
        return Response(BoardSerializer(shown).data)


def _read_month(raw: str) -> date:
    match = _MONTH.match(raw)
    if match is None or int(match[1]) not in _YEARS:
        raise refuse({"month": "Must be a month like 2026-11."})
    return date(int(match[1]), int(match[2]), 1)


def _read_season(raw: str | None) -> int | None:
    if raw is None:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= _SEASON_DIGITS):
        raise refuse({"season": "Must be a season's id."})
    return int(raw)
