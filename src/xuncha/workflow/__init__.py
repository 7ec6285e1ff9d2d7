"""What may happen to a ledger: one command, one edit, one commit."""
