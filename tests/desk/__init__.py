"""Tests of the desk: in this process where that tells as much, else as its user runs it, and in a browser."""
