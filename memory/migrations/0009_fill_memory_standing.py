"""Give the memories that are stored what their type says, as formation does for new ones."""

from django.db import migrations


FILL = """
UPDATE memory_memory SET
  importance = CASE type
    WHEN 'creator_entity' THEN 0.7 WHEN 'campaign_episodic' THEN 0.6 WHEN 'brand_interaction' THEN 0.45
    WHEN 'content_knowledge' THEN 0.4 WHEN 'workflow' THEN 0.3 ELSE 0.5 END,
  stability_days = CASE type
    WHEN 'creator_entity' THEN 365 WHEN 'campaign_episodic' THEN 180 WHEN 'content_knowledge' THEN 120
    WHEN 'brand_interaction' THEN 90 WHEN 'workflow' THEN 30 ELSE 90 END * CASE WHEN is_slot THEN 2 ELSE 1 END"""


class Migration(migrations.Migration):

    dependencies = [("memory", "0008_memory_standing")]

    operations = [
        migrations.RunSQL(sql=FILL, reverse_sql=migrations.RunSQL.noop),
    ]
