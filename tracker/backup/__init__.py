"""Copies of everything that is not derived: making, keeping, checking and restoring them."""
