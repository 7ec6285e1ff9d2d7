"""The audit: replays the history in git and reports every broken rule (docs/adr/0016)."""
