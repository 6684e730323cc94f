"""Exports and erasures: asked for, carried out step by step, proven by a sweep, and done again after a restore."""
