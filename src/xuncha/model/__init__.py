"""The model of a ledger: pure values, without input, output or clock."""
