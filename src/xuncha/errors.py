"""The one error class of the program, and the findings that it may carry; both have texts for people and codes for programs.

Nothing here prints: `xuncha.cli.screen` shows errors, and `xuncha.cli.app` ends the program with their exit code.
"""

from __future__ import annotations

import errno
import signal
from collections.abc import Sequence
from typing import ClassVar, Final, Generic, Literal, NamedTuple, TypeVar

from xuncha import language, system
from xuncha.language import gettext as _
from xuncha.language import mark

Severity = Literal["error", "warning", "note"]
P = TypeVar("P")
E = TypeVar("E", bound="XunchaError")


class Place(NamedTuple):
    """A place in a file."""

    path: str  # relative to the ledger's folder, with forward slashes
    line: int = 1
    column: int = 1  # from 1, in characters
    excerpt: str = ""  # the line with the error as it is in the file; only a part of a long line
    caret: int | None = None
    """The index in the excerpt that the caret marks; None: `column` gives it, if the excerpt is the whole line."""


class Finding(NamedTuple, Generic[P]):
    """Something that is wrong at one place: in a file (`Place`), a record, a text or the history."""

    code: str
    message: str
    place: P
    hint: str = ""  # what to write or to do instead; empty if the message says it
    severity: Severity = "error"


Findings = list[Finding[Place]]
"""What is wrong in files."""


class XunchaError(Exception):
    """An error that tells a person why a request cannot be carried out; a program gets the code and the exit code.

    Args:
        code: short and stable, lower case with dashes, such as `already-closed`.
        message: one sentence.
        hint: what to type or write instead.
        path: the file, if the error is about a whole file, relative to the ledger's folder; else empty.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, message: str, hint: str = "", path: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.path = path
        self.others: tuple[XunchaError, ...] = ()
        """Other errors of the same request; shown after this one, one by one."""


def combined(errors: Sequence[E]) -> E:
    """Return the first error, with all others added to its `others`."""
    all_errors: list[XunchaError] = []
    for error in errors:
        all_errors += [error, *error.others]
    errors[0].others = tuple(all_errors[1:])
    return errors[0]


class RefusedError(XunchaError):
    """The ledger or the request is at fault; nothing was written. Exit code 1."""


class UsageError(XunchaError):
    """The command line is wrong. Exit code 2."""

    exit_code = 2


class SurroundingsError(XunchaError):
    """Something around the ledger is missing or in the way: no ledger here, no git, locked by another command. Exit code 3."""

    exit_code = 3


class InvalidLedgerError(XunchaError):
    """The ledger breaks rules; the error carries every finding. Exit code 1."""

    def __init__(self, findings: Sequence[Finding[Place]]) -> None:
        super().__init__("invalid-ledger", f"{len(findings)} errors")
        self.findings = tuple(findings)


_CAUSES: Final = {
    "ENOENT": mark("No such file or directory"), "EACCES": mark("Permission denied"),
    "EPERM": mark("Operation not permitted"), "EEXIST": mark("File exists"), "ENOTDIR": mark("Not a directory"),
    "EISDIR": mark("Is a directory"), "ENOSPC": mark("No space left on device"),
    "EDQUOT": mark("Disk quota exceeded"), "EROFS": mark("Read-only file system"),
    "ENAMETOOLONG": mark("File name too long"), "ELOOP": mark("Too many levels of symbolic links"),
    "EIO": mark("Input/output error"), "EBUSY": mark("Device or resource busy"),
    "EMFILE": mark("Too many open files"), "EPIPE": mark("Broken pipe"),
    "ENXIO": mark("No such device or address"),
}  # fmt: skip


def cause_of(error: OSError) -> str:
    """Return why the system refused something: in the chosen language, or for an unusual reason in the system's own words."""
    path = error.filename2 or error.filename
    if system.WINDOWS and path and not isinstance(path, int):
        if len(str(path)) > system.MAX_PATH_LENGTH:
            return language.gettext(_CAUSES["ENAMETOOLONG"])
        if isinstance(error, PermissionError):
            return _(
                "another program such as Word or Excel has it open, or it is read-only; close it there, and try again"
            )
    message = _CAUSES.get(errno.errorcode.get(error.errno or 0, ""))
    return language.gettext(message) if message else error.strerror or str(error)


def bug_message(error: BaseException) -> str:
    """Return the message about an error that no code expects."""
    return _("this should not happen: {kind}: {error}", kind=type(error).__name__, error=error)


def crash_of(code: int) -> str:
    """Return what ended a program, from its exit code; empty if it ended by itself."""
    if not system.has_crashed(code):
        return ""
    name = signal.strsignal(-code) if code < 0 else f"{code:#x}"
    return _("it was killed: {signal}", signal=name or -code)
