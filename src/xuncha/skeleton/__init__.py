"""The files that `init` puts into a new ledger, and a small example case."""
