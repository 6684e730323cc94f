"""Text analysis shared by every store and app, so that both stores index the same terms."""

from veri.platform.text.analysis import ANALYSIS_VERSION, analyse, list_words, normalise
from veri.platform.text.languages import detect_language

__all__ = ["ANALYSIS_VERSION", "analyse", "detect_language", "list_words", "normalise"]
