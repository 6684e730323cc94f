"""Keep where messages stand in their conversations, in the transaction that forms memories from them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection

from creators.captions import build_search_text
from creators.models import Interaction
from memory.extraction.times import count_times
from memory.models import Utterance
from veri.platform.connections.copying import copy_rows
from veri.platform.text import analyse, list_words

MESSAGE = "message"
LONGEST_NAME = 40
PAUSE = timedelta(hours=6)  # after which people speak of something else
PAUSE_STEP = 100

# The last message before the first new one keeps its place; what follows is counted from there.
_NUMBER = """
WITH mine AS (
  SELECT id, occurred_at, interaction_id, position FROM memory_utterance
  WHERE creator_id = %(creator)s AND conversation = %(conversation)s
), anchor AS (
  SELECT * FROM mine WHERE occurred_at < %(since)s::timestamptz ORDER BY occurred_at DESC, interaction_id DESC LIMIT 1
), line AS (
  SELECT *, row_number() OVER told AS number,
         occurred_at - lag(occurred_at) OVER told > make_interval(secs => %(pause)s) AS is_late
  FROM (SELECT * FROM anchor UNION ALL SELECT * FROM mine WHERE occurred_at >= %(since)s::timestamptz) tail
  WINDOW told AS (ORDER BY occurred_at, interaction_id)
), numbered AS (
  SELECT id, coalesce((SELECT position FROM anchor), 1) + sum(
    CASE WHEN number = 1 THEN 0 WHEN is_late THEN %(step)s ELSE 1 END) OVER (ORDER BY number) AS place
  FROM line
)
UPDATE memory_utterance SET position = place FROM numbered
WHERE memory_utterance.id = numbered.id AND position <> place"""


def record_utterances(*, creator_id: int, interactions: Iterable[Interaction]) -> int:
    """Keep the messages among interactions that are not kept yet; return how many. Needs the formation lock.

    A message is one of a channel, with an author and a text. Messages may come in any order: what follows an earlier
    one is counted anew.
    """
    spoken = [one for one in interactions if is_utterance(one)]
    known = set(
        Utterance.objects.filter(interaction_id__in=[one.pk for one in spoken]).values_list("interaction_id", flat=True)
    )
    fresh = [one for one in spoken if one.pk not in known]
    copied = copy_rows(
        model=Utterance,
        columns=(
            *("creator_id", "interaction_id", "conversation", "position", "speaker", "occurred_at"),
            *("length", "is_question", "times"),
        ),
        rows=map(_build_row, fresh),
    )
    for conversation, since in _list_starts(fresh).items():
        _number(creator_id, conversation, since)
    return copied


def is_utterance(interaction: Interaction) -> bool:
    """Return whether an interaction is somebody's message in a channel."""
    return bool(
        interaction.type == MESSAGE
        and interaction.channel.strip()
        and interaction.text.strip()
        and read_speaker(interaction.author)
    )


def read_speaker(author: str) -> str:
    """Return the word a question names an author by."""
    return next(iter(list_words(author)), "")[:LONGEST_NAME]


def _build_row(one: Interaction) -> Sequence[object]:
    text = build_search_text(text=one.text, attachments=one.attachments)
    return (
        *(one.creator_id, one.pk, _name_conversation(one), 0, read_speaker(one.author), one.occurred_at),
        *(len(analyse(text)), one.text.rstrip().endswith("?"), count_times(one.text)),
    )


def _name_conversation(one: Interaction) -> str:
    return f"{one.platform}:{one.channel}"


def _list_starts(fresh: Iterable[Interaction]) -> dict[str, datetime]:
    starts: dict[str, datetime] = {}
    for one in fresh:
        name = _name_conversation(one)
        starts[name] = min(starts.get(name, one.occurred_at), one.occurred_at)
    return starts


def _number(creator_id: int, conversation: str, since: datetime) -> None:
    parameters: dict[str, int | float | str] = {
        "creator": creator_id,
        "conversation": conversation,
        "since": since.isoformat(),
        "pause": PAUSE.total_seconds(),
        "step": PAUSE_STEP,
    }
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, parameters)
