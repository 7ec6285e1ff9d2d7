"""Git: reading and writing the history of a ledger. The only room that runs git; reading runs no program that a repository names (docs/adr/0024)."""
