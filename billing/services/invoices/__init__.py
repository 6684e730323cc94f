"""Invoices and credit notes: issued once, numbered without gaps, kept as they are."""

from billing.services.invoices.issuing import issue_credit_note, issue_for_charge, issue_invoice
from billing.services.invoices.profiles import set_profile

__all__ = ["issue_credit_note", "issue_for_charge", "issue_invoice", "set_profile"]
