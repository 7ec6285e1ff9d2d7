"""Tests of merging and sync."""
