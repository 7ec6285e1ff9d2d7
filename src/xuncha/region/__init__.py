"""Many ledgers side by side: rows of measures, counted by an engine."""
