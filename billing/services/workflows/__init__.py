"""Workflow templates, tasks and reminders."""
