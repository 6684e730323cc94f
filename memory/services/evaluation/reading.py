"""Read an evaluation file: lines of interactions, as ingest takes them, and lines of questions with their evidence."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from veri.platform.http.json_input import JsonRejected, parse_strict_json

BAIT = "bait"  # a question that nothing of its creator answers: it needs no evidence
_BETWEEN = re.compile(r"[;,\s]+")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


class EvaluationFileInvalid(Exception):
    """Raised when a file cannot be evaluated; the text says which line and why."""


@dataclass(frozen=True, kw_only=True)
class EvaluationQuestion:
    """A question and the external ids of the interactions that answer it; ``answer`` is what a right answer says."""

    text: str
    category: str
    evidence: frozenset[str]
    answer: str = ""

    @property
    def is_bait(self) -> bool:
        return self.category == BAIT


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """What one creator of the file has: items for ingest, and questions. ``dropped`` had no evidence that exists."""

    items: list[dict[str, Any]] = field(default_factory=list)
    questions: list[EvaluationQuestion] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class EvaluationFile:
    """Conversations by the handle the file gives their creator; questions left without evidence are counted only."""

    conversations: dict[str, Conversation]
    dropped: int


def read_evaluation_file(*, lines: Iterable[bytes]) -> EvaluationFile:
    """Return the conversations of a file.

    Raises:
        EvaluationFileInvalid: a line is no JSON object of either kind, or no question is left.
    """
    rows = [_parse(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    conversations: dict[str, Conversation] = {}
    for row in rows:
        if row["kind"] == "interaction":
            item = {name: value for name, value in row.items() if name != "kind"}
            conversations.setdefault(row["creator"], Conversation()).items.append(item)
    dropped = sum(not _take_question(row, conversations) for row in rows if row["kind"] == "question")
    if not any(asked.evidence for one in conversations.values() for asked in one.questions):
        raise EvaluationFileInvalid("The file has no question whose evidence is among its interactions.")
    return EvaluationFile(conversations=conversations, dropped=dropped)


def resolve_evidence(*, given: Iterable[str], known: Collection[str]) -> frozenset[str]:
    """Return the ids that exist; several in one string are split, leading zeros dropped, what is left over ignored."""
    found: set[str] = set()
    for one in given:
        parts = [one] if one in known else _BETWEEN.split(one)
        found.update(name for part in parts for name in (part, _ZEROS.sub("", part)) if name in known)
    return frozenset(found)


def _parse(number: int, line: bytes) -> dict[str, Any]:
    try:
        row = parse_strict_json(line.removeprefix(b"\xef\xbb\xbf"))
    except JsonRejected as rejected:
        raise EvaluationFileInvalid(f"Line {number} {rejected.reason}.") from rejected
    if not isinstance(row, dict) or row.get("kind") not in {"interaction", "question"}:
        raise EvaluationFileInvalid(f'Line {number} must be an object whose "kind" is interaction or question.')
    texts = ("creator", "external_id") if row["kind"] == "interaction" else ("creator", "text")
    if missing := [name for name in texts if not isinstance(row.get(name), str)]:
        raise EvaluationFileInvalid(f"Line {number} lacks {' and '.join(missing)}.")
    return row


def _take_question(row: dict[str, Any], conversations: dict[str, Conversation]) -> bool:
    """Add a question to its creator's; return False when no evidence of it exists, bait aside."""
    conversation = conversations.get(row["creator"], Conversation())
    given = row.get("evidence")
    given = [str(one) for one in given] if isinstance(given, list) else []
    evidence = resolve_evidence(given=given, known={one["external_id"] for one in conversation.items})
    question = EvaluationQuestion(
        text=row["text"],
        category=str(row.get("category") or "all"),
        evidence=evidence,
        answer=str(row.get("answer") or ""),
    )
    is_kept = bool(evidence) or (question.is_bait and bool(conversation.items))
    if is_kept:
        conversation.questions.append(question)
    return is_kept
