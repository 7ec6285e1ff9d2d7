"""The notice (通报): what of a ledger may be published, and the forms of the notice."""
