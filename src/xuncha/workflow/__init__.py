"""Changes of a ledger: each verb is a file (docs/adr/0021), and each command makes one edit and one commit (docs/adr/0004)."""
