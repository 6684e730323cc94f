"""Handles: held, claimed, changed, given up, reserved."""
