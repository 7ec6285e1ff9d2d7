"""What `init` puts into a new ledger: files as they are, and a small case to try things on."""
