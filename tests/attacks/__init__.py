"""Attacks, and careless use with the same effect."""
