"""From what was sent to what is kept: the named steps every event takes before the ledger."""
