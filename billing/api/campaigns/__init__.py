"""Campaigns over HTTP, for brands and creators."""
