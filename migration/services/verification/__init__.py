"""Verification: prove that both stores hold the same, while both are written to.

The deep tier compares content; the fast tier compares stored fingerprints with the ledger and trusts whoever wrote
them. Only keys that differ persistently count. Nothing here writes either store's data: repair is reconcile's.
"""

from migration.services.verification.continuous import continue_fast_pass
from migration.services.verification.keys import VerifiedKeys, verify_keys
from migration.services.verification.passes import check_parity

__all__ = ["VerifiedKeys", "check_parity", "continue_fast_pass", "verify_keys"]
