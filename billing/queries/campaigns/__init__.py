"""Reads of campaigns and collaborations."""
