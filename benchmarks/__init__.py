"""Measurements of every figure we promise, each beside a physical yardstick taken in the same run."""
