"""Tests of the store: reading, checking, caching and editing files."""
