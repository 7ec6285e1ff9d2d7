"""Tests of `xuncha.report`."""
