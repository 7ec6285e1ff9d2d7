"""Tests of the workflow: every action, its commit, its undo, and its interruption."""
