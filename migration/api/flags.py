"""Flags through the staff API."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from migration.api.permissions import IsOperator
from migration.api.refusals import carry_out
from migration.api.serializers import FlagSerializer, ShareSerializer, SwitchSerializer
from migration.queries.flags import get_flag_state, list_flag_states
from migration.services.flags import set_flag, set_flag_share

SEE = "migration.view_featureflag"
CHANGE = "migration.change_featureflag"
_FLAG = OpenApiParameter("flag", str, OpenApiParameter.PATH, description="The flag's name.")


class FlagListView(APIView):
    permission_classes = [IsOperator]
    required_permission = SEE

    @extend_schema(operation_id="migration_flags_list", responses=FlagSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """List the flags as they are stored and as they take effect."""
        return Response(FlagSerializer(list_flag_states(), many=True).data)


@extend_schema(parameters=[_FLAG])
class FlagView(APIView):
    permission_classes = [IsOperator]
    required_permission = {"GET": SEE, "PUT": CHANGE}

    @extend_schema(operation_id="migration_flags_retrieve", responses=FlagSerializer)
    def get(self, _request: Request, flag: str) -> Response:
        """Show one flag."""
        return Response(FlagSerializer(carry_out(lambda: get_flag_state(flag))).data)

    @extend_schema(operation_id="migration_flags_switch", request=SwitchSerializer, responses=FlagSerializer)
    def put(self, request: Request, flag: str) -> Response:
        """Switch a flag; 409 when what it needs is off, or the environment keeps it off."""
        fields = SwitchSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        state = carry_out(set_flag, name=flag, actor=request.user, now=timezone.now(), **fields.validated_data)
        return Response(FlagSerializer(state).data)


@extend_schema(parameters=[_FLAG])
class FlagShareView(APIView):
    permission_classes = [IsOperator]
    required_permission = CHANGE

    @extend_schema(operation_id="migration_flags_share", request=ShareSerializer, responses=FlagSerializer)
    def put(self, request: Request, flag: str) -> Response:
        """Set for which creators a flag holds while it is on."""
        fields = ShareSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        state = carry_out(set_flag_share, name=flag, actor=request.user, now=timezone.now(), **fields.validated_data)
        return Response(FlagSerializer(state).data)
