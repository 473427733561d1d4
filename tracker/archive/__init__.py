"""Events kept outside the ledger: one Parquet file for each site and month, with a manifest."""
