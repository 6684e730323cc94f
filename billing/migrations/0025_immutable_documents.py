"""Documents and versions of plans stay as they were issued, but that erasing a person unlinks them."""

from django.db import migrations

CREATE = """
CREATE FUNCTION billing_refuse_document_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was issued is not changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION billing_keep_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  creator bigint := NEW.creator_id;
  brand bigint := NEW.brand_id;
BEGIN
  IF (creator IS NULL OR creator = OLD.creator_id) AND (brand IS NULL OR brand = OLD.brand_id) THEN
    NEW.creator_id := OLD.creator_id;
    NEW.brand_id := OLD.brand_id;
    IF NEW IS NOT DISTINCT FROM OLD THEN
      NEW.creator_id := creator;
      NEW.brand_id := brand;
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'what was issued is not changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER invoice_unchanged BEFORE UPDATE ON billing_invoice
  FOR EACH ROW EXECUTE FUNCTION billing_keep_invoice();
CREATE TRIGGER invoice_stays BEFORE DELETE ON billing_invoice
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_document_change();
CREATE TRIGGER invoice_line_unchanged BEFORE UPDATE OR DELETE ON billing_invoiceline
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_document_change();
CREATE TRIGGER plan_version_unchanged BEFORE UPDATE OR DELETE ON billing_planversion
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_document_change()"""

DROP = """
DROP TRIGGER plan_version_unchanged ON billing_planversion;
DROP TRIGGER invoice_line_unchanged ON billing_invoiceline;
DROP TRIGGER invoice_stays ON billing_invoice;
DROP TRIGGER invoice_unchanged ON billing_invoice;
DROP FUNCTION billing_keep_invoice();
DROP FUNCTION billing_refuse_document_change()"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0024_plans_and_invoices")]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql=CREATE, reverse_sql=DROP),
    ]
