"""Segments: kept sets of conditions on persons, and what they have in common."""
