"""Tests of the desk: in the test process, as its user runs it, and in a browser."""
