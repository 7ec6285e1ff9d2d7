"""The notice (通报): what may be published of a ledger, and its forms."""
