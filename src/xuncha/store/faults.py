"""Why a file cannot be read as a record, and where in it."""

from __future__ import annotations

import re
from typing import NamedTuple

from xuncha.language import gettext as _

DEEPEST = 20
"""Levels of nesting; the deepest record has five."""
MOST = 10_000
"""Values in one file; a record of years has some hundreds."""


_LINE_END = re.compile(r"\r\n|\n|\r")


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


def invisible(text: str, index: int) -> UnreadableError:
    """Refuse a character that cannot be seen, at its place."""
    before = _LINE_END.split(text[:index])
    return UnreadableError(
        Fault(
            "control-character", len(before), len(before[-1]) + 1,
            _("an invisible character (U+{code:04X}) stands here").format(code=ord(text[index])),
            _("take it out"),
        )
    )  # fmt: skip
