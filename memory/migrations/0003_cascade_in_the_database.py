"""Let the database itself delete what hangs on an interaction, so that a plain DELETE works from any shell."""

from django.db import migrations

ALTER = """
DO $$
DECLARE
  link record;
BEGIN
  FOR link IN
    SELECT c.conname, c.conrelid::regclass AS source, c.confrelid::regclass AS target, a.attname
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.confrelid IN ('creators_interaction'::regclass, 'memory_memory'::regclass)
      AND c.conrelid IN ('memory_signal'::regclass, 'memory_memoryevidence'::regclass)
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', link.source, link.conname);
    EXECUTE format(
      'ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s (id) ON DELETE {action} DEFERRABLE INITIALLY DEFERRED',
      link.source, link.conname, link.attname, link.target);
  END LOOP;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("memory", "0002_capture"), ("creators", "0002_capture")]

    operations = [
        migrations.RunSQL(
            sql=ALTER.replace("{action}", "CASCADE"), reverse_sql=ALTER.replace("{action}", "NO ACTION")
        )
    ]
