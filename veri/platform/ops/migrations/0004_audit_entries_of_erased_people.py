"""Let an erasure, and nothing else, empty names and values in audit entries; that something was done stays known."""

from django.db import migrations

ALLOW = """
CREATE OR REPLACE FUNCTION ops_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named text[] := ARRAY['actor_id'];
BEGIN
    -- Said for one transaction by the step that erases a person.
    IF current_setting('veri.erasing', true) = 'on' THEN
        named := named || ARRAY['actor_label', 'reason', 'before', 'after'];
    END IF;
    -- Deleting an account empties the reference to it; the label of who it was stays.
    IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL AND to_jsonb(NEW) - named = to_jsonb(OLD) - named THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'restrict_violation';
END
$$;"""
FORBID = """
CREATE OR REPLACE FUNCTION ops_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Deleting an account empties the reference to it; the label of who it was stays.
    IF TG_OP = 'UPDATE' AND NEW.actor_id IS NULL AND to_jsonb(NEW) - 'actor_id' = to_jsonb(OLD) - 'actor_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'audit entries are append-only' USING ERRCODE = 'restrict_violation';
END
$$;"""


class Migration(migrations.Migration):
    dependencies = [("ops", "0003_sealed_mails")]
    operations = [migrations.RunSQL(ALLOW, FORBID)]
