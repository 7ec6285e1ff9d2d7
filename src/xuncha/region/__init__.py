"""The region: many ledgers side by side, as rows of measures that an engine counts."""
