from veri.console.pages.campaigns.board import show_board
from veri.console.pages.campaigns.collaboration import force_verification, show_collaboration, take_step
from veri.console.pages.campaigns.composer import compose_workflow
from veri.console.pages.campaigns.contract import download_document, show_contract
from veri.console.pages.campaigns.contract_text import write_contract_text
from veri.console.pages.campaigns.dispute import resolve

__all__ = [
    "compose_workflow",
    "download_document",
    "force_verification",
    "resolve",
    "show_board",
    "show_collaboration",
    "show_contract",
    "take_step",
    "write_contract_text",
]
