"""What is done to the program while it writes, and what is found afterwards; see docs/reliability.md."""
