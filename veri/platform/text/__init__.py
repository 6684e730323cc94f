"""Text analysis shared by every store and app, so that both stores index the same terms."""

from veri.platform.text.analysis import ANALYSIS_VERSION, analyse, list_words, normalise

__all__ = ["ANALYSIS_VERSION", "analyse", "list_words", "normalise"]
