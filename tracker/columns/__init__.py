"""The column store: derived from the ledger, disposable, and what every question reads."""
