"""What can go wrong, said for people and for programs: the one error class, and the findings it may carry.

Nothing here prints. `xuncha.cli.screen` is the only place that shows an error and chooses the exit code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Finding(NamedTuple):
    """One broken rule at one place of one file."""

    path: str
    """Relative to the ledger's folder, with forward slashes."""
    line: int
    """From 1."""
    column: int
    """From 1, in characters."""
    code: str
    """The rule's code, as docs/rules.md lists it."""
    message: str
    hint: str = ""
    """What to write instead; empty where the message says it."""
    excerpt: str = ""
    """The offending line as it stands in the file."""
    severity: str = "error"


class XunchaError(Exception):
    """What a person is told when a request cannot be carried out; a program gets the code and the exit code.

    Args:
        code: short and stable, lower case with dashes, such as `already-closed`.
        message: one sentence.
        hint: what to type or write instead.
        path: the file it is about, relative to the ledger's folder; empty where there is none.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, message: str, hint: str = "", path: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.path = path


class RefusedError(XunchaError):
    """The ledger or the request is at fault; nothing was written. Exit code 1."""


class UsageError(XunchaError):
    """The command line is wrong. Exit code 2."""

    exit_code = 2


class SurroundingsError(XunchaError):
    """Something around the ledger is missing: no ledger here, no git, locked by another command. Exit code 3."""

    exit_code = 3


class InvalidLedgerError(XunchaError):
    """The ledger breaks rules; carries every finding. Exit code 1."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("invalid-ledger", f"{len(findings)} errors")
        self.findings = tuple(findings)
