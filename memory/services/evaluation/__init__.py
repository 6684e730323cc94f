"""Measure retrieval: conversations with questions whose evidence is known, asked through the real way."""

from memory.services.evaluation.abandoned import remove_abandoned_runs
from memory.services.evaluation.evaluate import evaluate_retrieval
from memory.services.evaluation.measures import Evaluation
from memory.services.evaluation.reading import EvaluationFile, EvaluationFileInvalid, read_evaluation_file

__all__ = [
    "Evaluation",
    "EvaluationFile",
    "EvaluationFileInvalid",
    "evaluate_retrieval",
    "read_evaluation_file",
    "remove_abandoned_runs",
]
