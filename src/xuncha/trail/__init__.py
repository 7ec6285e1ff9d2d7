"""Git: reading and writing the history of a ledger. The only room that runs git."""
