"""Why a file cannot be read as a record, and where in it."""

from __future__ import annotations

from typing import NamedTuple

DEEPEST = 20
"""Levels of nesting; the deepest record has five."""
MOST = 10_000
"""Values in one file; a record of years has some hundreds."""


class Fault(NamedTuple):
    """Why a file cannot be read, and where in it."""

    code: str
    line: int
    column: int
    message: str
    hint: str = ""


class UnreadableError(Exception):
    """A file cannot be read as a record."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault
