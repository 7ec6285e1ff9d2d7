"""The region: many ledgers side by side."""
