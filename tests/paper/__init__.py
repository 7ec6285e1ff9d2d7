"""Tests of `xuncha.paper`."""
