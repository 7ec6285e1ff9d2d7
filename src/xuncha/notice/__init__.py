"""The notice (通报): `content` decides what of a ledger may be published, and `render` gives that to the templates (docs/adr/0006)."""
