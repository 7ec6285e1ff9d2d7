"""Tests of the reader of published notices."""
