"""What happened with a creator, in one line each, the latest first: for the console's page of him."""

from dataclasses import dataclass
from datetime import datetime

from veri.platform.connections.reading import fetch_rows

MOST = 100
# Of the scores only those that changed in whole points: a score is stored whenever its cohort moves.
_TIMELINE = """
SELECT at, kind, text FROM (
  (SELECT recorded_at AS at, 'consent' AS kind,
    purpose || CASE WHEN is_granted THEN ' granted by ' ELSE ' withdrawn by ' END || actor_label AS text
  FROM creators_consentrecord WHERE creator_id = %(id)s ORDER BY id DESC LIMIT %(most)s)
  UNION ALL
  (SELECT coalesce(connected_at, created_at), 'connection', platform || ' ' || account_id || ', ' || state
  FROM creators_platformconnection WHERE creator_id = %(id)s ORDER BY id DESC LIMIT %(most)s)
  UNION ALL
  (SELECT computed_at, 'score', value || CASE WHEN is_provisional THEN ', provisional' ELSE '' END
    || CASE WHEN is_capped THEN ', capped' ELSE '' END FROM (
      SELECT id, computed_at, value, is_provisional, is_capped, lag(value) OVER (ORDER BY id) AS former
      FROM creators_creatorscore WHERE creator_id = %(id)s
    ) scores WHERE value IS DISTINCT FROM former ORDER BY id DESC LIMIT %(most)s)
  UNION ALL
  (SELECT submitted_at, 'task', task.title || ', ' || state || CASE WHEN reason <> '' THEN ': ' || reason ELSE '' END
  FROM creators_tasksubmission submission JOIN creators_task task ON task.id = submission.task_id
  WHERE submission.creator_id = %(id)s ORDER BY submission.id DESC LIMIT %(most)s)
  UNION ALL
  (SELECT awarded_at, 'achievement', code || ' ' || tier || CASE WHEN revoked_at IS NULL THEN '' ELSE ', revoked' END
  FROM creators_achievement WHERE creator_id = %(id)s ORDER BY id DESC LIMIT %(most)s)
  UNION ALL
  (SELECT recorded_at, 'freeze', kind || ' for ' || day
  FROM creators_freezeentry WHERE creator_id = %(id)s ORDER BY id DESC LIMIT %(most)s)
  UNION ALL
  (SELECT changed_at, 'zone', zone_from || ' to ' || zone_to
  FROM creators_zonechange WHERE creator_id = %(id)s ORDER BY id DESC LIMIT %(most)s)
  UNION ALL
  (SELECT at, 'audit', action || ' by ' || actor_label || CASE WHEN reason <> '' THEN ': ' || reason ELSE '' END
  FROM ops_auditentry WHERE target_type = 'creators.creator' AND target_id = %(id)s::text
  ORDER BY id DESC LIMIT %(most)s)
) happened ORDER BY at DESC, kind, text LIMIT %(most)s"""


@dataclass(frozen=True, kw_only=True)
class TimelineRow:
    at: datetime
    kind: str
    text: str


def list_timeline(*, creator_id: int) -> list[TimelineRow]:
    """Return the latest hundred things, in one statement."""
    rows = fetch_rows(_TIMELINE, {"id": creator_id, "most": MOST})
    return [TimelineRow(at=at, kind=kind, text=text) for at, kind, text in rows]
