"""The reports (内部材料), marked 内部资料: they tell who leads and what is withheld, but not the notes and reasons that were given to commands."""
