"""Whether answers get better: by week, from turns, judgements and the nights of learning."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from django.db import connection

FEW = 20  # judgements, below which a share says little
WEEK = timedelta(days=7)
_BY_WEEK = """
WITH turns AS (
  SELECT date_trunc('week', turn.asked_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week, count(*) AS questions,
         count(*) FILTER (WHERE is_degraded) AS degraded, sum(jsonb_array_length(citations)) AS citations,
         count(judged.is_useful) AS judged, count(*) FILTER (WHERE judged.is_useful) AS useful
  FROM memory_conversationturn turn LEFT JOIN LATERAL (
    SELECT is_useful FROM memory_answerfeedback WHERE turn_id = turn.id ORDER BY id DESC LIMIT 1
  ) judged ON true
  WHERE turn.asked_at >= %(since)s AND (%(creator)s::bigint IS NULL OR turn.creator_id = %(creator)s)
  GROUP BY 1
), nights AS (
  SELECT date_trunc('week', started_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS week, sum(promoted) AS promoted,
         sum(refused) AS refused,
         (array_agg(recall_after ORDER BY id DESC) FILTER (WHERE recall_after IS NOT NULL))[1] AS recall,
         (array_agg(questions ORDER BY id DESC) FILTER (WHERE recall_after IS NOT NULL))[1] AS stored
  FROM memory_learningrun WHERE started_at >= %(since)s AND %(creator)s::bigint IS NULL GROUP BY 1
)
SELECT week, coalesce(questions, 0), coalesce(degraded, 0), coalesce(citations, 0), coalesce(judged, 0),
       coalesce(useful, 0), coalesce(promoted, 0), coalesce(refused, 0), recall, coalesce(stored, 0)
FROM turns FULL JOIN nights USING (week) ORDER BY week"""


@dataclass(frozen=True, kw_only=True)
class LearningWeek:
    """One week, from Monday, UTC. Shares are 0 to 1, and None where nothing was counted.

    ``recall`` is of the stored questions (``stored`` of them) at the end of the week's last night, in the first ten.
    """

    week: datetime
    questions: int
    degraded: int
    citations: int
    judged: int
    useful: int
    promoted: int
    refused: int
    recall: float | None
    stored: int

    @property
    def useful_share(self) -> float | None:
        return self.useful / self.judged if self.judged else None

    @property
    def useful_interval(self) -> tuple[float, float] | None:
        """Return Wilson's 95 % interval (1927), which holds for small numbers too."""
        return find_wilson_interval(count=self.useful, total=self.judged) if self.judged else None

    @property
    def degraded_share(self) -> float | None:
        return self.degraded / self.questions if self.questions else None

    @property
    def citations_per_answer(self) -> float | None:
        return self.citations / self.questions if self.questions else None

    @property
    def is_few(self) -> bool:
        return self.judged < FEW


def list_learning_weeks(*, now: datetime, weeks: int, creator_id: int | None = None) -> list[LearningWeek]:
    """Return the weeks anything happened in, oldest first; promotions and recall are told of everybody only."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_BY_WEEK, {"since": monday - (weeks - 1) * WEEK, "creator": creator_id})
        rows = cursor.fetchall()
    names = (
        *("week", "questions", "degraded", "citations", "judged", "useful", "promoted", "refused", "recall", "stored"),
    )
    return [LearningWeek(**dict(zip(names, row, strict=True))) for row in rows]


def find_wilson_interval(*, count: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of at least one."""
    z = 1.96
    share = count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return max(0.0, middle - half), min(1.0, middle + half)
