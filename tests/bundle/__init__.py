"""Tests of the offline bundles and their installers."""
