"""Tests of the model: numbers, records and their flat rows."""
