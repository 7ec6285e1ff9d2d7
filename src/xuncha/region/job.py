"""Define the messages to and from the processes that read ledgers: plain values, so that neither side runs code of the other."""

from __future__ import annotations

import marshal
from datetime import date
from typing import IO, Any, Final, Literal, NamedTuple

Kind = Literal["folder", "bare", "archive"]
YEARS: Final = 10
"""Years of history in a trend; older days are of no use, and may come from a wrong clock."""
Stage = tuple[Any, ...]
"""The state of a ledger at the end of a month: the month (2024-06), problems, complete ones, measures, closed ones, the time
limits of the open ones. Only the month if the ledger was unreadable then."""
_LENGTH = 8  # bytes for the length of a message


class Limits(NamedTuple):
    """Limits for reading one ledger."""

    seconds: int = 120
    memory: int = 2 * 1024**3  # bytes of address space, where the system limits it


LIMITS = Limits()


class Job(NamedTuple):
    """A ledger, or a repository of ledgers, to read."""

    kind: Kind
    path: str
    today: str
    at: str | None
    """The day as of which history is read; None for the present state."""
    audit: bool
    language: str
    trend: bool = False


class Read(NamedTuple):
    """The result of reading one ledger."""

    inside: str
    """The ledger's folder in its repository; empty at the top."""
    rows: list[tuple[Any, ...]]
    """The values of `rows.Row`, followed by the titles; empty if the ledger could not be read."""
    commit: str | None = None
    moment: str = ""
    """The time of the commit in ISO 8601; empty if there is none, or it was not asked for."""
    error: str = ""
    is_missing: bool = False
    """Whether there was no ledger yet on the day asked for."""
    stages: list[Stage] | None = None
    """Its states at the ends of months; None if not asked for, or without history."""


def month_of(day: date) -> str:
    """Return the month of a day: 2024-06."""
    return day.isoformat()[:7]


def send(pipe: IO[bytes], message: tuple[Any, ...] | list[Any]) -> None:
    """Write a message of plain values, preceded by its length."""
    content = marshal.dumps(message)
    pipe.write(len(content).to_bytes(_LENGTH, "big") + content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:  # noqa: ANN401  plain values
    """Read a message. Raises EOFError if the other side has ended."""
    length = pipe.read(_LENGTH)
    content = pipe.read(int.from_bytes(length, "big"))
    if len(length) < _LENGTH or len(content) < int.from_bytes(length, "big"):
        raise EOFError
    return marshal.loads(content)  # noqa: S302  of the program's own process
