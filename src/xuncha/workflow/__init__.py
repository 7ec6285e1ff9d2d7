"""Changes of a ledger: each command makes one edit and one commit."""
