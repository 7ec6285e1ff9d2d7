"""Tests of the notice: what it says, what it withholds, and that all of its forms say the same."""
