"""Reads of contracts."""
