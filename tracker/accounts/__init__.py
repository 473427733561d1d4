"""People, sites and keys: plain functions that take what they need, the time included."""
