"""Merging: what two people have done to one file, brought together field by field."""
