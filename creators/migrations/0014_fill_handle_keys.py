"""Give each creator the key of his handle. Of two handles that look alike the older keeps the key."""

from django.db import migrations, models

# Handles are ASCII: of the skeleton, then, only 0, 1 and m differ from themselves. A test holds this and
# creators.handle_keys together. A marked key (#) belongs to a newer handle that looks like an older one.
FILL = """
WITH keyed AS (
  SELECT id, replace(translate(lower(handle), '01._', 'ol'), 'm', 'rn') AS key,
         row_number() OVER (PARTITION BY replace(translate(lower(handle), '01._', 'ol'), 'm', 'rn') ORDER BY id) AS place
  FROM creators_creator)
UPDATE creators_creator creator
SET handle_key = CASE WHEN keyed.place = 1 AND keyed.key <> '' THEN keyed.key ELSE keyed.key || '#' || keyed.id END
FROM keyed WHERE keyed.id = creator.id"""


class Migration(migrations.Migration):
    dependencies = [("creators", "0013_handles")]

    operations = [
        migrations.RunSQL(sql=FILL, reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="creator",
            constraint=models.UniqueConstraint(fields=("handle_key",), name="creator_handle_key_unique"),
        ),
    ]
