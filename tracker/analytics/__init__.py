"""Questions: one file each, one definition each, over the column store."""
