"""Tests of the region."""
