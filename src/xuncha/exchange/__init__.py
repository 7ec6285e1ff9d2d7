"""Import tables, by a form (docs/adr/0029), and notices of offices into a ledger, by way of a draft; export a ledger as the files that offices use (docs/adr/0013)."""
