"""Contracts and their evidence."""
