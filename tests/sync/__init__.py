"""How two versions of a record are brought together."""
