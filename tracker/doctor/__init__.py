"""What may be wrong with a machine or its settings, and what to do about it."""
