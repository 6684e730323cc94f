"""Forgetting at request: derived things first, sources last, then a sweep that looks for what is left."""
