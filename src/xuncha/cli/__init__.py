"""The command line. One file for each family of verbs: it reads options, calls one function, and prints."""

from __future__ import annotations

from xuncha.cli.app import run

__all__ = ["run"]
