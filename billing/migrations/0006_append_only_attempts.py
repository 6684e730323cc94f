"""Attempts of usage events and uses of grants are append-only: the database refuses changes."""

from django.db import migrations

CREATE = """
CREATE FUNCTION billing_refuse_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER usage_attempt_append_only BEFORE UPDATE OR DELETE ON billing_usageattempt
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_update();
CREATE TRIGGER quota_use_append_only BEFORE UPDATE ON billing_quotause
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_update()"""

DROP = """
DROP TRIGGER quota_use_append_only ON billing_quotause;
DROP TRIGGER usage_attempt_append_only ON billing_usageattempt;
DROP FUNCTION billing_refuse_update()"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_metering_and_budgets")]

    operations = [migrations.RunSQL(sql=CREATE, reverse_sql=DROP)]
