"""A published notice, read back into what it says."""
