"""A new ledger: the files that `init` or an import puts into its folder, and a small example case."""
