"""Where a ledger's files are read from: the working tree, a commit, or a change that is not written yet."""

from __future__ import annotations

from typing import Literal, NamedTuple, Protocol

Kind = Literal["file", "folder", "link", "other"]


class Entry(NamedTuple):
    """A name in a folder, and what it is."""

    name: str
    kind: Kind


class Source(Protocol):
    """Where a ledger's files are read from: the working tree, or a commit."""

    def entries(self, folder: str) -> list[Entry]:
        """What a folder holds, without names that begin with a dot; empty where there is no such folder."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            OSError: there is none, or it cannot be read.
        """
        ...

    def digest(self, path: str) -> str | None:
        """The SHA-256 of a file in hexadecimal; None where there is none."""
        ...
