"""Tests of the dashboard: what it counts, what it withholds, and that a browser shows it to everyone."""
