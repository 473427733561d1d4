"""One person's rights."""
