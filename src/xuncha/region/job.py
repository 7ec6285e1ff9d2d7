"""What the processes that read ledgers are sent, and what they answer: plain values, so that neither side runs anything of the other."""

from __future__ import annotations

import marshal
from datetime import date
from typing import IO, Any, Final, Literal, NamedTuple

Kind = Literal["folder", "bare", "archive"]
YEARS: Final = 10
"""Of history that are told; what is older is of no use, and a clock may have gone wrong."""
Stage = tuple[Any, ...]
"""How a ledger stood from the end of a month on: the month (2024-06), problems, complete ones, measures, closed ones, the time
limits of the open ones. The month alone where it could not be read then."""
_LENGTH = 8  # bytes that say how long a message is


class Limits(NamedTuple):
    """What the reading of one ledger may take."""

    seconds: int = 120
    memory: int = 2 * 1024**3  # bytes that a process may address, where the system has such a limit


LIMITS = Limits()


class Job(NamedTuple):
    """A ledger, or a repository of some, to read."""

    kind: Kind
    path: str
    today: str
    at: str | None
    """The day as of which history is read; None: as it stands."""
    audit: bool
    language: str
    trend: bool = False


class Read(NamedTuple):
    """What was read of one ledger."""

    inside: str
    """Where it is in its repository; empty at the top."""
    rows: list[tuple[Any, ...]]
    """Of `rows.Row`, and of the titles behind it; empty where it could not be read."""
    commit: str | None = None
    moment: str = ""
    """When that commit was made, in ISO 8601; empty where there is none, or it was not asked."""
    error: str = ""
    is_missing: bool = False
    """Whether there was no ledger yet on the day that is asked for."""
    stages: list[Stage] | None = None
    """How it stood at the ends of months; None where that was not asked for, or there is no history."""


def month_of(day: date) -> str:
    """Name the month of a day: 2024-06."""
    return day.isoformat()[:7]


def send(pipe: IO[bytes], message: tuple[Any, ...] | list[Any]) -> None:
    """Write a message of plain values, and its length before it."""
    content = marshal.dumps(message)
    pipe.write(len(content).to_bytes(_LENGTH, "big") + content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:  # noqa: ANN401  plain values
    """Read a message. Raises EOFError where the other side has ended."""
    length = pipe.read(_LENGTH)
    content = pipe.read(int.from_bytes(length, "big"))
    if len(length) < _LENGTH or len(content) < int.from_bytes(length, "big"):
        raise EOFError
    return marshal.loads(content)  # noqa: S302  of the program's own process
