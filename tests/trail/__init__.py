"""Tests of the trail: what git is asked, and how its answers are read."""
