"""Make the ledger of points append-only in the database itself; only erasing the creator removes it, by a cascade."""

from django.db import migrations

PROTECT = """
DO $$
DECLARE
  link text;
BEGIN
  SELECT conname INTO link FROM pg_constraint
  WHERE contype = 'f' AND conrelid = 'creators_pointentry'::regclass AND confrelid = 'creators_creator'::regclass;
  EXECUTE format('ALTER TABLE creators_pointentry DROP CONSTRAINT %I', link);
  EXECUTE format(
    'ALTER TABLE creators_pointentry ADD CONSTRAINT %I FOREIGN KEY (creator_id) REFERENCES creators_creator (id)
     ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', link);
END $$;
CREATE FUNCTION creators_refuse_points_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A cascade runs inside another trigger: the creator himself is being erased.
    IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'point entries are append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER creators_points_append_only BEFORE UPDATE OR DELETE ON creators_pointentry
    FOR EACH ROW EXECUTE FUNCTION creators_refuse_points_change();"""
RELEASE = """
DROP TRIGGER creators_points_append_only ON creators_pointentry;
DROP FUNCTION creators_refuse_points_change();"""


class Migration(migrations.Migration):
    dependencies = [("creators", "0022_games")]

    operations = [migrations.RunSQL(sql=PROTECT, reverse_sql=RELEASE)]
