"""Tests of the accounts of the office desk."""
