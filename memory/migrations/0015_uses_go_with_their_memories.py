"""Let the database itself delete a memory's uses, so that a plain DELETE works from any shell."""

from django.db import migrations

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

    dependencies = [("memory", "0014_processed_sessions")]

    operations = [
        migrations.RunSQL(sql=CASCADE, reverse_sql=migrations.RunSQL.noop),
    ]
