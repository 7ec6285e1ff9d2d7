"""Tests of the command line: its output on a terminal, in a pipe and in a file."""
