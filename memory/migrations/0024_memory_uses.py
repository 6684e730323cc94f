"""When and how often memories are cited: a small table that is not captured, and goes with its memory."""

import django.db.models.deletion
from django.db import migrations, models


CASCADE = """
DO $$
DECLARE
  link record;
BEGIN
  FOR link IN
    SELECT c.conname, a.attname FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid = 'memory_memoryuse'::regclass
  LOOP
    EXECUTE format('ALTER TABLE memory_memoryuse DROP CONSTRAINT %I', link.conname);
    EXECUTE format(
      'ALTER TABLE memory_memoryuse ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES memory_memory (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED',
      link.conname, link.attname);
  END LOOP;
END $$"""


class Migration(migrations.Migration):

    dependencies = [("memory", "0023_signal_details")]

    operations = [
        migrations.CreateModel(
            name='MemoryUse',
            fields=[
                ('memory', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='use', serialize=False, to='memory.memory')),
                ('last_cited_at', models.DateTimeField()),
                ('times_cited', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RunSQL(sql=CASCADE, reverse_sql=migrations.RunSQL.noop),
    ]
