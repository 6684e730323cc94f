from veri.console.pages.reconciliation.cards import list_datasets, show_fragment
from veri.console.pages.reconciliation.steps import take_step

__all__ = ["list_datasets", "show_fragment", "take_step"]
