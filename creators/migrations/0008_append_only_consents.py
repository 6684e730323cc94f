"""Make the log of consents append-only in the database itself; only erasing the creator removes it, by a cascade."""

from django.db import migrations

PROTECT = """
DO $$
DECLARE
  link text;
BEGIN
  SELECT conname INTO link FROM pg_constraint
  WHERE contype = 'f' AND conrelid = 'creators_consentrecord'::regclass AND confrelid = 'creators_creator'::regclass;
  EXECUTE format('ALTER TABLE creators_consentrecord DROP CONSTRAINT %I', link);
  EXECUTE format(
    'ALTER TABLE creators_consentrecord ADD CONSTRAINT %I FOREIGN KEY (creator_id) REFERENCES creators_creator (id)
     ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', link);
END $$;
CREATE FUNCTION creators_refuse_consent_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Deleting an account empties the reference to it; the label of who it was stays.
    IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id' THEN
        RETURN NEW;
    END IF;
    -- A cascade runs inside another trigger: the creator himself is being erased.
    IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'consent records are append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER creators_consent_append_only BEFORE UPDATE OR DELETE ON creators_consentrecord
    FOR EACH ROW EXECUTE FUNCTION creators_refuse_consent_change();"""
RELEASE = """
DROP TRIGGER creators_consent_append_only ON creators_consentrecord;
DROP FUNCTION creators_refuse_consent_change();"""


class Migration(migrations.Migration):
    dependencies = [("creators", "0007_creator_summaries")]

    operations = [migrations.RunSQL(sql=PROTECT, reverse_sql=RELEASE)]
