"""The ledger: every event, in one SQLite file, committed before it is acknowledged."""
