"""Reads of workflow templates and tasks."""
