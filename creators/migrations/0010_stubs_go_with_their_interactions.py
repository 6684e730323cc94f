"""Let the database itself delete a stub with its interaction, so that a plain DELETE works from any shell."""

from django.db import migrations

CASCADE = """
DO $$
DECLARE
  link text;
BEGIN
  SELECT conname INTO link FROM pg_constraint
  WHERE contype = 'f' AND conrelid = 'creators_interactionstub'::regclass;
  EXECUTE format('ALTER TABLE creators_interactionstub DROP CONSTRAINT %I', link);
  EXECUTE format(
    'ALTER TABLE creators_interactionstub ADD CONSTRAINT %I FOREIGN KEY (interaction_id)
     REFERENCES creators_interaction (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', link);
END $$"""


class Migration(migrations.Migration):

    dependencies = [("creators", "0009_interaction_stubs")]

    operations = [migrations.RunSQL(sql=CASCADE, reverse_sql=migrations.RunSQL.noop)]
