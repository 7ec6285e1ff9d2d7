"""Find numbers, days, counts, headings, punctuation and unsafe characters in Chinese text, each with its place in the line (docs/adr/0022)."""
