"""Read published notices: the tree of categories, problems and measures, and the counts that a notice states (docs/adr/0014)."""
