"""Move the vectors Voyage made into their own table; where there are any, Voyage is what was searched."""

from django.db import migrations

# One statement of bounded size at a time would leave searches without the rest: they are few beside the words, and
# nobody writes them while the lock waits at most five seconds.
MOVE = r"""
SET LOCAL lock_timeout = '5s';
WITH moved AS (
  DELETE FROM memory_memoryvector WHERE model LIKE 'voyage%' 
  RETURNING creator_id, kind, target_id, model, model_version, embedding
)
INSERT INTO memory_voyagevector (creator_id, kind, target_id, model, model_version, embedding)
SELECT creator_id, kind, target_id, model, model_version, embedding FROM moved ORDER BY creator_id, target_id"""
MOVE_BACK = r"""
SET LOCAL lock_timeout = '5s';
WITH moved AS (
  DELETE FROM memory_voyagevector RETURNING creator_id, kind, target_id, model, model_version, embedding
)
INSERT INTO memory_memoryvector (creator_id, kind, target_id, model, model_version, embedding)
SELECT creator_id, kind, target_id, model, model_version, embedding FROM moved ORDER BY creator_id, target_id"""


class Migration(migrations.Migration):
    dependencies = [("memory", "0017_capture_vectors")]

    operations = [migrations.RunSQL(sql=MOVE, reverse_sql=MOVE_BACK)]
