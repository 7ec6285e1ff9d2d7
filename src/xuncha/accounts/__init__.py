"""Accounts of the office desk: who may sign in, and what each role may do (docs/adr/0032)."""
