"""Internal reports (内部材料), marked 内部资料: they include leaders and withheld items, but not the notes and reasons that were given to commands."""
