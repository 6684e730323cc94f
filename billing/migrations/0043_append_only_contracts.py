"""Documents, signatures, seals and events of contracts never change.

Deleting an account empties the references to it; erasing a person removes contracts nobody signed, and nothing else.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION billing_refuse_contract_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_ARGV[0] <> ''
     AND to_jsonb(NEW) - TG_ARGV[0] = to_jsonb(OLD) - TG_ARGV[0] AND to_jsonb(NEW) ->> TG_ARGV[0] IS NULL THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' AND TG_ARGV[1] = 'removable' AND current_setting('veri.erasing', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER contract_version_append_only BEFORE UPDATE OR DELETE ON billing_contractversion
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_contract_change('', 'removable');
CREATE TRIGGER contract_event_append_only BEFORE UPDATE OR DELETE ON billing_contractevent
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_contract_change('actor_id', 'removable');
CREATE TRIGGER signature_append_only BEFORE UPDATE OR DELETE ON billing_signature
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_contract_change('signer_id', '');
CREATE TRIGGER contract_seal_append_only BEFORE UPDATE OR DELETE ON billing_contractseal
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_contract_change('', '');
CREATE TRIGGER contract_template_append_only BEFORE UPDATE OR DELETE ON billing_contracttemplateversion
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_campaign_change('made_by_id')"""

DROP = """
DROP TRIGGER contract_template_append_only ON billing_contracttemplateversion;
DROP TRIGGER contract_seal_append_only ON billing_contractseal;
DROP TRIGGER signature_append_only ON billing_signature;
DROP TRIGGER contract_event_append_only ON billing_contractevent;
DROP TRIGGER contract_version_append_only ON billing_contractversion;
DROP FUNCTION billing_refuse_contract_change()"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0042_contracts")]

    operations = [migrations.RunSQL(sql=CREATE, reverse_sql=DROP)]
