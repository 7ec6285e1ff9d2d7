"""Import the tables and notices of offices into a ledger, and export a ledger as the files that offices use."""
