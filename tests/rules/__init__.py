"""Tests of the rules: each one's own examples, and that nothing is said under a code that no rule has."""
