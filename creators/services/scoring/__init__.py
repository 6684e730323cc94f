"""VeriScore: measure, compare, compute and keep."""
