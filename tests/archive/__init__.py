"""Tests of the archive: the same bytes from the same commit, and no damage that goes unnoticed."""
