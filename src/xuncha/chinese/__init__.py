"""Chinese text: numbers, days, counts, headings, punctuation and unsafe characters, each found with its place in the line."""
