"""The capture's own SQL: one version sequence, a version trigger, statement triggers that write the outbox."""

from django.db.migrations import RunSQL

# CACHE 1: a session that had numbers in store would stamp a later write with an older version.
CREATE_SEQUENCE = RunSQL(
    sql="CREATE SEQUENCE migration_version_seq CACHE 1", reverse_sql="DROP SEQUENCE migration_version_seq"
)

CREATE_VERSION_FUNCTION = RunSQL(
    sql="""
CREATE FUNCTION migration_renew_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := nextval('migration_version_seq');
  RETURN NEW;
END $$""",
    reverse_sql="DROP FUNCTION migration_renew_version()",
)

# Workers and relay delete what they insert: vacuum by count, not by share of the table.
TUNE_OUTBOX = RunSQL(
    sql="""
ALTER TABLE migration_outboxrow
  SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, fillfactor = 90)""",
    reverse_sql=(
        "ALTER TABLE migration_outboxrow"
        " RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, fillfactor)"
    ),
)

_FUNCTION = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM migration_dataset WHERE name = '{dataset}' AND is_capturing) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'TRUNCATE' THEN
    INSERT INTO migration_outboxrow (dataset, key, scope, version, operation)
    VALUES ('{dataset}', 0, 0, nextval('migration_version_seq'), 't');
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO migration_outboxrow (dataset, key, scope, version, operation)
    SELECT '{dataset}', id, {scope}, nextval('migration_version_seq'), 'd' FROM old_rows;
  ELSE
    INSERT INTO migration_outboxrow (dataset, key, scope, version, operation)
    SELECT '{dataset}', id, {scope}, version, 'u' FROM new_rows;
    IF TG_OP = 'UPDATE' THEN
      INSERT INTO migration_outboxrow (dataset, key, scope, version, operation)
      SELECT '{dataset}', id, {scope}, nextval('migration_version_seq'), 'd' FROM old_rows o
      WHERE NOT EXISTS (SELECT 1 FROM new_rows n WHERE n.id = o.id);
      INSERT INTO migration_outboxrow (dataset, key, scope, version, operation)
      SELECT '{dataset}', o.id, o.{scope}, n.version, 'u' FROM old_rows o JOIN new_rows n USING (id)
      WHERE o.{scope} IS DISTINCT FROM n.{scope};
    END IF;
  END IF;
  PERFORM pg_notify('migration_outbox', '{dataset}');
  RETURN NULL;
END $$"""

_TRIGGERS = """
CREATE TRIGGER {dataset}_version BEFORE UPDATE ON {table}
  FOR EACH ROW EXECUTE FUNCTION migration_renew_version();
CREATE TRIGGER {dataset}_capture_insert AFTER INSERT ON {table}
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {dataset}_capture_update AFTER UPDATE ON {table}
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {dataset}_capture_delete AFTER DELETE ON {table}
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {dataset}_capture_truncate AFTER TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION {function}();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {dataset}_version;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {dataset}_capture_insert;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {dataset}_capture_update;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {dataset}_capture_delete;
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {dataset}_capture_truncate"""

_DROP = """
DROP TRIGGER {dataset}_version ON {table};
DROP TRIGGER {dataset}_capture_insert ON {table};
DROP TRIGGER {dataset}_capture_update ON {table};
DROP TRIGGER {dataset}_capture_delete ON {table};
DROP TRIGGER {dataset}_capture_truncate ON {table};
DROP FUNCTION {function}()"""


def capture_operations(*, table: str, dataset: str, scope_column: str) -> list[RunSQL]:
    """Return the operations that put ``table`` under capture as ``dataset``; the table needs ``id`` and ``version``.

    ``scope_column`` holds the creator's id. While the dataset is not capturing the triggers write nothing. ALWAYS
    triggers fire in replica sessions too.
    """
    names = {"table": table, "dataset": dataset, "scope": scope_column, "function": f"migration_capture_{dataset}"}
    return [
        RunSQL(
            sql=_FUNCTION.format(**names) + ";" + _TRIGGERS.format(**names),
            reverse_sql=_DROP.format(**names),
        )
    ]
