"""A contract: its text, who signed it, its chain, and whether all of it is intact."""

from django.http import Http404, HttpRequest, HttpResponse

from billing.models import Contract, ContractSeal
from billing.queries.contracts.verifying import verify_contract
from billing.queries.contracts.versions import get_current_version, list_contract_events, list_signatures
from veri.console.rendering import render_page, require_permission

SEE = "billing.view_contract"


@require_permission(SEE)
def show_contract(request: HttpRequest, contract_id: int) -> HttpResponse:
    contract = _get(contract_id)
    version = get_current_version(contract=contract)
    return render_page(
        request,
        "console/campaigns/contract.html",
        title=f"Contract {contract.pk}, version {version.number}",
        contract=contract,
        version=version,
        seal=ContractSeal.objects.filter(version=version).defer("pdf").first(),
        signatures=list_signatures(version=version),
        events=list_contract_events(contract=contract),
        found=verify_contract(contract=contract),
    )


@require_permission(SEE)
def download_document(request: HttpRequest, contract_id: int, kind: str) -> HttpResponse:
    """Send the document in force, or its sealed copy, byte for byte."""
    version = get_current_version(contract=_get(contract_id))
    seal = ContractSeal.objects.filter(version=version).first()
    found = {"document": version.pdf, "sealed": seal.pdf if seal else None}.get(kind)
    if found is None:
        raise Http404
    name = f"contract-{contract_id}-{kind}.pdf"
    return HttpResponse(
        bytes(found), content_type="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _get(contract_id: int) -> Contract:
    rows = Contract.objects.select_related("collaboration__campaign__brand", "collaboration__creator")
    found = rows.filter(pk=contract_id).first()
    if found is None or not found.versions.exists():
        raise Http404
    return found
