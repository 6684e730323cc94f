"""Campaigns in the console."""
