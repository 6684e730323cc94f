"""The ledger is append-only and balanced in the database itself.

Nothing of it is changed, deleted or truncated, but that erasing a person unlinks the actor. At each commit every new
transfer has at least two postings that sum to zero per currency. An account keeps what it is.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION billing_refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION billing_keep_ledger_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.actor_id IS NULL THEN
    NEW.actor_id := OLD.actor_id;
    IF NEW IS NOT DISTINCT FROM OLD THEN
      NEW.actor_id := NULL;
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION billing_keep_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.key, NEW.kind, NEW.currency, NEW.campaign_ref) IS DISTINCT FROM
     (OLD.id, OLD.key, OLD.kind, OLD.currency, OLD.campaign_ref)
     OR (NEW.creator_id IS NOT NULL AND NEW.creator_id IS DISTINCT FROM OLD.creator_id)
     OR (NEW.brand_id IS NOT NULL AND NEW.brand_id IS DISTINCT FROM OLD.brand_id) THEN
    RAISE EXCEPTION 'an account stays what it is' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION billing_check_balanced(wanted bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  counted bigint;
  is_unbalanced boolean;
BEGIN
  SELECT coalesce(sum(one.counted), 0), coalesce(bool_or(one.total <> 0), true) INTO counted, is_unbalanced FROM (
    SELECT count(*) AS counted, sum(p.amount_minor) AS total
    FROM billing_posting p JOIN billing_account a ON a.id = p.account_id
    WHERE p.transfer_id = wanted GROUP BY a.currency
  ) one;
  IF counted < 2 OR is_unbalanced THEN
    RAISE EXCEPTION 'transfer % is not balanced', wanted USING ERRCODE = 'check_violation';
  END IF;
END $$;
CREATE FUNCTION billing_check_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM billing_check_balanced(NEW.id);
  RETURN NULL;
END $$;
CREATE FUNCTION billing_check_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM billing_check_balanced(NEW.transfer_id);
  RETURN NULL;
END $$;
CREATE TRIGGER transfer_append_only BEFORE UPDATE ON billing_transfer
  FOR EACH ROW EXECUTE FUNCTION billing_keep_ledger_row();
CREATE TRIGGER transfer_stays BEFORE DELETE ON billing_transfer
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_ledger_change();
CREATE TRIGGER transfer_not_truncated BEFORE TRUNCATE ON billing_transfer
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_ledger_change();
CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE ON billing_posting
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_ledger_change();
CREATE TRIGGER posting_not_truncated BEFORE TRUNCATE ON billing_posting
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_ledger_change();
CREATE TRIGGER resolution_append_only BEFORE UPDATE ON billing_transferresolution
  FOR EACH ROW EXECUTE FUNCTION billing_keep_ledger_row();
CREATE TRIGGER resolution_stays BEFORE DELETE ON billing_transferresolution
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_ledger_change();
CREATE TRIGGER resolution_not_truncated BEFORE TRUNCATE ON billing_transferresolution
  FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse_ledger_change();
CREATE TRIGGER account_stays BEFORE UPDATE ON billing_account
  FOR EACH ROW EXECUTE FUNCTION billing_keep_account();
CREATE TRIGGER account_not_deleted BEFORE DELETE ON billing_account
  FOR EACH ROW EXECUTE FUNCTION billing_refuse_ledger_change();
CREATE CONSTRAINT TRIGGER transfer_balanced AFTER INSERT ON billing_transfer
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_transfer();
CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT ON billing_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_check_posting()"""

DROP = """
DROP TRIGGER posting_balanced ON billing_posting;
DROP TRIGGER transfer_balanced ON billing_transfer;
DROP TRIGGER account_not_deleted ON billing_account;
DROP TRIGGER account_stays ON billing_account;
DROP TRIGGER resolution_not_truncated ON billing_transferresolution;
DROP TRIGGER resolution_stays ON billing_transferresolution;
DROP TRIGGER resolution_append_only ON billing_transferresolution;
DROP TRIGGER posting_not_truncated ON billing_posting;
DROP TRIGGER posting_append_only ON billing_posting;
DROP TRIGGER transfer_not_truncated ON billing_transfer;
DROP TRIGGER transfer_stays ON billing_transfer;
DROP TRIGGER transfer_append_only ON billing_transfer;
DROP FUNCTION billing_check_posting();
DROP FUNCTION billing_check_transfer();
DROP FUNCTION billing_check_balanced(bigint);
DROP FUNCTION billing_keep_account();
DROP FUNCTION billing_keep_ledger_row();
DROP FUNCTION billing_refuse_ledger_change()"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0020_ledger")]

    operations = [
        migrations.RunSQL(sql="SET LOCAL lock_timeout = '5s'", reverse_sql=migrations.RunSQL.noop),
        migrations.RunSQL(sql=CREATE, reverse_sql=DROP),
    ]
