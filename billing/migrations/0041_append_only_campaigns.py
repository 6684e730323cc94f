"""Campaign events and workflow versions never change; erasing a person empties who acted and his words."""

from django.db import migrations

CREATE = """
CREATE FUNCTION billing_refuse_campaign_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    -- Deleting an account empties the reference to it.
    IF to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] AND to_jsonb(NEW) ->> TG_ARGV[0] IS NULL THEN
      RETURN NEW;
    END IF;
    IF current_setting('veri.erasing', true) = 'on'
       AND to_jsonb(NEW) - TG_ARGV[0] - 'reason' = to_jsonb(OLD) - TG_ARGV[0] - 'reason' AND NEW.reason = '' THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER campaign_event_append_only BEFORE UPDATE OR DELETE ON billing_campaignevent
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_campaign_change('actor_id');
CREATE TRIGGER workflow_version_append_only BEFORE UPDATE OR DELETE ON billing_workflowversion
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_campaign_change('made_by_id')"""

DROP = """
DROP TRIGGER workflow_version_append_only ON billing_workflowversion;
DROP TRIGGER campaign_event_append_only ON billing_campaignevent;
DROP FUNCTION billing_refuse_campaign_change()"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0040_campaigns")]

    operations = [migrations.RunSQL(sql=CREATE, reverse_sql=DROP)]
