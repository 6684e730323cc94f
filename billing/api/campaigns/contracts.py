"""Contracts: shown, signed, downloaded and verified."""

import re
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.api.campaigns.fields import ID, CampaignActionView, find_collaboration, find_contract
from billing.api.campaigns.refusals import translate_refusals
from billing.campaign_enums import ContractEventKind, Side, SignatureMethod
from billing.models import Contract, ContractEvent, ContractSeal, ContractVersion, Signature
from billing.queries.contracts.verifying import is_known_document, verify_contract
from billing.queries.contracts.versions import get_current_version, list_contract_events, list_signatures
from billing.services.contracts.signing import (
    CONSENT,
    CONSENT_VERSION,
    Circumstances,
    prove_signer,
    sign_contract,
    view_contract,
)
from creators.api.creator_serializers import TextField
from creators.api.parameters import get_user, refuse
from veri.platform.http.clients import get_client_ip
from veri.platform.http.permissions import IsPerson
from veri.platform.http.requests import unwrap_request

_DIGEST = re.compile(r"[0-9a-fA-F]{64}\Z")


class SignatureSerializer(serializers.ModelSerializer[Signature]):
    side = serializers.ChoiceField(choices=Side.choices)
    method = serializers.ChoiceField(choices=SignatureMethod.choices)

    class Meta:
        model = Signature
        fields = ["side", "signer_name", "sha256", "consent", "consent_version", "method", "signed_at"]
        read_only_fields = fields


class ContractSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    collaboration = serializers.CharField()
    version = serializers.IntegerField(help_text="The version in force.")
    sha256 = serializers.CharField(help_text="Of the document; a signature names it.")
    text_sha256 = serializers.CharField()
    made_at = serializers.DateTimeField()
    signatures = SignatureSerializer(many=True)
    sealed_sha256 = serializers.CharField(allow_null=True, help_text="Of the copy with its certificate.")


class ShownContractSerializer(ContractSerializer):
    text = serializers.CharField()
    consent = serializers.CharField(help_text="What a signature consents to.")
    consent_version = serializers.CharField()


class NewSignatureSerializer(serializers.Serializer[Any]):
    sha256 = TextField(max_length=64, help_text="The digest that was shown.")
    consent_version = TextField(max_length=20, help_text="Which words of consent were shown.")
    password = TextField(max_length=1024, required=False, default="", allow_blank=True, trim_whitespace=False)
    code = TextField(
        max_length=64, required=False, default="", allow_blank=True, help_text="Of the second factor, if there is one."
    )


class ContractEventSerializer(serializers.ModelSerializer[ContractEvent]):
    kind = serializers.ChoiceField(choices=ContractEventKind.choices)
    side = serializers.ChoiceField(choices=Side.choices)
    version = serializers.IntegerField(source="version_number")

    class Meta:
        model = ContractEvent
        fields = ["number", "kind", "version", "sha256", "side", "at", "previous_hash", "hash"]
        read_only_fields = fields


class ContractEventsSerializer(serializers.Serializer[Any]):
    results = ContractEventSerializer(many=True)


class VerificationSerializer(serializers.Serializer[Any]):
    is_intact = serializers.BooleanField()
    versions = serializers.IntegerField()
    events = serializers.IntegerField()
    signatures = serializers.IntegerField()
    chain_hash = serializers.CharField()
    problems = serializers.ListField(child=serializers.CharField())


class DigestSerializer(serializers.Serializer[Any]):
    sha256 = TextField(max_length=64, help_text="SHA-256 of a file, 64 hexadecimal digits.")


class KnownSerializer(serializers.Serializer[Any]):
    sha256 = serializers.CharField()
    is_known = serializers.BooleanField()


@extend_schema(parameters=[ID])
class CollaborationContractView(CampaignActionView):
    @extend_schema(operation_id="collaborations_contract", responses=ContractSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Show the contract of a collaboration; 404 before it is sent."""
        collaboration, _actor = find_collaboration(request=request, raw=id)
        contract = Contract.objects.filter(collaboration=collaboration).first()
        if contract is None:
            raise Http404
        return Response(ContractSerializer(_describe(contract)).data)


@extend_schema(parameters=[ID])
class ContractView(CampaignActionView):
    @extend_schema(operation_id="contracts_retrieve", responses=ContractSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Show a contract's version in force and who signed it."""
        contract, _actor = find_contract(request=request, raw=id)
        return Response(ContractSerializer(_describe(contract)).data)


@extend_schema(parameters=[ID])
class ContractShowingView(CampaignActionView):
    @extend_schema(operation_id="contracts_view", request=None, responses=ShownContractSerializer)
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Be shown the version in force, with its digest and the words of consent; that is noted in the chain."""
        contract, actor = find_contract(request=request, raw=id)
        with translate_refusals():
            version = view_contract(
                contract=contract, actor=actor, circumstances=_read_circumstances(request), now=timezone.now()
            )
        told = {**_describe(contract), "text": version.text, "consent": CONSENT, "consent_version": CONSENT_VERSION}
        return Response(ShownContractSerializer(told).data)


@extend_schema(parameters=[ID])
class SignatureView(CampaignActionView):
    permission_classes = [IsPerson]

    @extend_schema(operation_id="contracts_sign", request=NewSignatureSerializer, responses={201: ContractSerializer})
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Sign the document whose digest was shown, with the password once more, or the second factor's code.

        409 when another version is in force; API keys sign nothing.
        """
        contract, actor = find_contract(request=request, raw=id)
        body = NewSignatureSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, now = body.validated_data, timezone.now()
        if given["consent_version"] != CONSENT_VERSION:
            raise refuse({"consent_version": f"The words of consent are version {CONSENT_VERSION}."})
        with translate_refusals():
            method = prove_signer(user=get_user(request), password=given["password"], code=given["code"], now=now)
            sign_contract(
                contract=contract, actor=actor, sha256=given["sha256"], method=method,
                circumstances=_read_circumstances(request), now=now,
            )  # fmt: skip
        return Response(ContractSerializer(_describe(contract)).data, status=201)


@extend_schema(parameters=[ID])
class ContractDocumentView(CampaignActionView):
    @extend_schema(operation_id="contracts_document", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, id: str) -> HttpResponse:  # noqa: A002  same
        """Download the document in force, byte for byte what was signed."""
        contract, _actor = find_contract(request=request, raw=id)
        version = get_current_version(contract=contract)
        return _send_pdf(bytes(version.pdf), f"contract-{contract.pk}-{version.number}.pdf")


@extend_schema(parameters=[ID])
class ContractCertificateView(CampaignActionView):
    @extend_schema(operation_id="contracts_certificate", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, id: str) -> HttpResponse:  # noqa: A002  same
        """Download the sealed copy: the document and its certificate page; 404 before both signed."""
        contract, _actor = find_contract(request=request, raw=id)
        seal = ContractSeal.objects.filter(version__contract=contract).order_by("-version__number").first()
        if seal is None:
            raise Http404
        return _send_pdf(bytes(seal.pdf), f"contract-{contract.pk}-sealed.pdf")


@extend_schema(parameters=[ID])
class ContractEventListView(CampaignActionView):
    @extend_schema(operation_id="contracts_events", responses=ContractEventsSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """List the chain of a contract, the first link first."""
        contract, _actor = find_contract(request=request, raw=id)
        return Response(ContractEventsSerializer({"results": list_contract_events(contract=contract)}).data)


@extend_schema(parameters=[ID])
class ContractVerificationView(CampaignActionView):
    @extend_schema(operation_id="contracts_verify", responses=VerificationSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Compute every digest and link again, and say what does not fit."""
        contract, _actor = find_contract(request=request, raw=id)
        return Response(VerificationSerializer(verify_contract(contract=contract)).data)


class DocumentVerificationView(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="contract_verifications_create", request=DigestSerializer, responses=KnownSerializer, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Tell whether a file is a contract made or sealed here, by its SHA-256; nothing about whom it binds."""
        body = DigestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        digest = body.validated_data["sha256"]
        if not _DIGEST.match(digest):
            raise refuse({"sha256": "Must be 64 hexadecimal digits."})
        return Response({"sha256": digest.lower(), "is_known": is_known_document(sha256=digest)})


def _describe(contract: Contract) -> dict[str, Any]:
    version: ContractVersion = get_current_version(contract=contract)
    seal = ContractSeal.objects.filter(version=version).first()
    return {
        "id": contract.pk,
        "collaboration": contract.collaboration_id,
        "version": version.number,
        "sha256": version.sha256,
        "text_sha256": version.text_sha256,
        "made_at": version.made_at,
        "signatures": list_signatures(version=version),
        "sealed_sha256": seal.sha256 if seal else None,
    }


def _read_circumstances(request: Request) -> Circumstances:
    plain = unwrap_request(request)
    return Circumstances(ip=get_client_ip(plain), user_agent=plain.headers.get("User-Agent", ""))


def _send_pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
