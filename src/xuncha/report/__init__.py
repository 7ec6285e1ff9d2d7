"""Internal reports (内部材料), marked 内部资料: each collects the values for its template from records, counts and history (docs/adr/0009)."""
