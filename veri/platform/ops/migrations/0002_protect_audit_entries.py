"""Make the audit trail append-only in the database itself."""

from django.db import migrations

CREATE = """
CREATE FUNCTION ops_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Deleting an account empties the reference to it; the label of who it was stays.
    IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ops_audit_append_only BEFORE UPDATE OR DELETE ON ops_auditentry
    FOR EACH ROW EXECUTE FUNCTION ops_refuse_audit_change();
"""
DROP = """
DROP TRIGGER ops_audit_append_only ON ops_auditentry;
DROP FUNCTION ops_refuse_audit_change();
"""


class Migration(migrations.Migration):
    dependencies = [("ops", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
