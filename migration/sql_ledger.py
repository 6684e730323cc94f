"""The ledger's storage: every write updates a row in place, so leave room on each page and vacuum by count."""

from django.db.migrations import RunSQL

TUNE_LEDGER = RunSQL(
    sql="""
ALTER TABLE migration_ledgerentry SET (
  fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
  autovacuum_analyze_scale_factor = 0.02)""",
    reverse_sql=(
        "ALTER TABLE migration_ledgerentry RESET (fillfactor, autovacuum_vacuum_scale_factor,"
        " autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor)"
    ),
)
