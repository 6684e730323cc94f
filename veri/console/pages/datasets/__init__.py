from veri.console.pages.datasets.overview import list_datasets, show_overview_fragment
from veri.console.pages.datasets.page import show_dataset, show_dataset_fragment
from veri.console.pages.datasets.taking import take_step

__all__ = ["list_datasets", "show_dataset", "show_dataset_fragment", "show_overview_fragment", "take_step"]
