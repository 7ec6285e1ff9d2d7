"""Tests of the command line: what people and programs see of it, on a terminal, in a pipe and in a file."""
