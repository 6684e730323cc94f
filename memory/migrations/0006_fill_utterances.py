"""Keep where the messages that are already stored stand in their conversations."""

from django.db import migrations

FILL = r"""
INSERT INTO memory_utterance
  (creator_id, interaction_id, conversation, position, speaker, occurred_at, length, is_question, times)
SELECT creator_id, id, platform || ':' || channel,
  sum(CASE WHEN number = 1 THEN 1 WHEN is_late THEN 100 ELSE 1 END)
    OVER (PARTITION BY creator_id, platform, channel ORDER BY number),
  left(lower(substring(author from '[[:alnum:]]+')), 40), occurred_at, length, right(rtrim(text), 1) = '?',
  least(2, regexp_count(text, '\m(yesterday|today|tonight|tomorrow|last|next|ago|recently|just|since|months?|years?|week(end)?s?|this (week|month|year|morning|weekend)|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|[0-9]{1,2}(st|nd|rd|th))\M', 1, 'i'))
FROM (
  SELECT said.*, row_number() OVER told AS number, indexed.length,
    occurred_at - lag(occurred_at) OVER told > interval '6 hours' AS is_late
  FROM creators_interaction said
  JOIN memory_indexeddocument indexed ON indexed.kind = 'interaction' AND indexed.target_id = said.id
  WHERE said.type = 'message' AND btrim(said.channel) <> '' AND said.author ~ '[[:alnum:]]'
  WINDOW told AS (PARTITION BY said.creator_id, said.platform, said.channel ORDER BY said.occurred_at, said.id)
) line
ON CONFLICT DO NOTHING"""


class Migration(migrations.Migration):
    dependencies = [("memory", "0005_utterances"), ("creators", "0001_initial")]

    operations = [migrations.RunSQL(sql=FILL, reverse_sql=migrations.RunSQL.noop)]
