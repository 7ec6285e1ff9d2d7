"""Tests of the store: files on disk, read, checked, cached and edited."""
