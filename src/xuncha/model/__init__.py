"""What a ledger is: pure values, no input or output, no clock. Why there are two views of it: docs/architecture.md."""
