"""Achievements: versioned rules, each a statement over the tables that finds every creator who reached a tier.

A changed rule gets a new version; what was awarded stays and tells by which version. Nothing is taken back but fraud.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AchievementRule:
    """A rule: ``sql`` returns (creator_id, figure) of those with any; each tier up to the figure is reached.

    ``points`` are given for each tier. ``%(ids)s`` is a list of creators, or NULL for all.
    """

    code: str
    title: str
    version: int
    tiers: tuple[int, ...]
    points: tuple[int, ...]
    sql: str


RULES = (
    AchievementRule(
        code="first_connection",
        title="First platform connected",
        version=1,
        tiers=(1,),
        points=(50,),
        sql="""SELECT creator_id, 1 FROM creators_platformconnection
            WHERE state = 'active' AND (%(ids)s::bigint[] IS NULL OR creator_id = ANY(%(ids)s)) GROUP BY creator_id""",
    ),
    AchievementRule(
        code="streak",
        title="Days in a row",
        version=1,
        tiers=(7, 30, 100),
        points=(50, 250, 1_000),
        sql="""SELECT creator_id, longest FROM creators_streak
            WHERE longest >= 7 AND (%(ids)s::bigint[] IS NULL OR creator_id = ANY(%(ids)s))""",
    ),
    AchievementRule(
        code="tasks",
        title="Tasks fulfilled",
        version=1,
        tiers=(1, 10, 50),
        points=(20, 200, 1_000),
        sql="""SELECT creator_id, count(*) FROM creators_tasksubmission
            WHERE state = 'approved' AND (%(ids)s::bigint[] IS NULL OR creator_id = ANY(%(ids)s))
            GROUP BY creator_id""",
    ),
    AchievementRule(
        code="score",
        title="VeriScore reached",
        version=1,
        tiers=(70, 80, 90),
        points=(100, 300, 1_000),
        sql="""SELECT creator_id, value FROM creators_latestscore
            WHERE value >= 70 AND NOT is_provisional
              AND (%(ids)s::bigint[] IS NULL OR creator_id = ANY(%(ids)s))""",
    ),
)
