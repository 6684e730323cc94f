"""Usage events are append-only: the database refuses changes, except that erasing a creator unlinks them."""

from django.db import migrations

CREATE = """
CREATE FUNCTION billing_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.creator_id IS NULL THEN
    NEW.creator_id := OLD.creator_id;
    IF NEW IS NOT DISTINCT FROM OLD THEN
      NEW.creator_id := NULL;
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'usage events are append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER usage_event_append_only BEFORE UPDATE OR DELETE ON billing_usageevent
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_change()"""

DROP = """
DROP TRIGGER usage_event_append_only ON billing_usageevent;
DROP FUNCTION billing_refuse_change()"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_initial")]

    operations = [migrations.RunSQL(sql=CREATE, reverse_sql=DROP)]
