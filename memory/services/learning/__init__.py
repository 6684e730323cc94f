"""Compound learning: judged answers move a few weights of ranking, and only what a held-out check passes is used."""

from memory.services.learning.learn import LearningResult, learn_weights
from memory.services.learning.promotion import retire_weights

__all__ = ["LearningResult", "learn_weights", "retire_weights"]
