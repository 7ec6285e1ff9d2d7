"""Faults while the program writes, and the state afterwards; see docs/reliability.md."""
