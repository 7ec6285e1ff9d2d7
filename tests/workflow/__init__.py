"""Tests of what may happen to a ledger: every action, its commit, its undoing, and every way in which it can be cut short."""
