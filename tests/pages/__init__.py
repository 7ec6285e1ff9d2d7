"""Tests of reading documents as lines."""
