"""Where a ledger's files are read from: the working tree, a commit, or a change that is not written yet."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, Protocol

Kind = Literal["file", "folder", "link", "other"]


class Entry(NamedTuple):
    """A name in a folder, and what it is."""

    name: str
    kind: Kind


class Fingerprint(NamedTuple):
    """By what a file is known again."""

    sha256: str  # in hexadecimal
    size: int  # in bytes
    fetched: bool = True
    """False where the pointer of git-lfs stands in the file's place: hash and size are those that it tells."""


LARGEST = 256 * 1024  # bytes in one file that says something; beyond this it is not a record
LARGEST_POINTER = 1024  # bytes in a pointer of git-lfs, by its specification
_POINTER = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n(?:ext-[^\n]+\n)*"
    rb"oid sha256:(?P<sha256>[0-9a-f]{64})\nsize (?P<size>[0-9]{1,18})\n"
)


def pointed_at(content: bytes) -> Fingerprint | None:
    """Read the pointer that git-lfs keeps in place of a file; None where the content is none."""
    match = _POINTER.fullmatch(content) if len(content) <= LARGEST_POINTER else None
    return match and Fingerprint(match["sha256"].decode(), int(match["size"]), fetched=False)


class Source(Protocol):
    """Where a ledger's files are read from: the working tree, or a commit."""

    def entries(self, folder: str) -> list[Entry]:
        """List a folder, without names that begin with a dot; empty where there is no such folder."""

    def read(self, path: str) -> bytes:
        """Give the bytes of a file. Raises OSError if there is none, or it cannot be read."""

    def fingerprint(self, path: str) -> Fingerprint | None:
        """Compute the hash and the size of a file; None where there is none."""
