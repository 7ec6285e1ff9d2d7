"""The sources of a ledger's files: the working tree, a commit, or a change that is not written yet."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, Protocol

Kind = Literal["file", "folder", "link", "other"]


class Entry(NamedTuple):
    """An entry of a folder: its name and its kind."""

    name: str
    kind: Kind


class Fingerprint(NamedTuple):
    """The hash and the size that identify a file."""

    sha256: str  # in hexadecimal
    size: int  # in bytes
    fetched: bool = True
    """False if a pointer of git-lfs is in the place of the file: hash and size are then from the pointer."""


MAX_SIZE = 256 * 1024  # bytes of a record; a larger file is not a record
MAX_POINTER = 1024  # bytes in a pointer of git-lfs, by its specification
_POINTER = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n(?:ext-[^\n]+\n)*"
    rb"oid sha256:(?P<sha256>[0-9a-f]{64})\nsize (?P<size>[0-9]{1,18})\n"
)


def parse_pointer(content: bytes) -> Fingerprint | None:
    """Parse the pointer that git-lfs puts in place of a file; None if the content is no pointer."""
    match = _POINTER.fullmatch(content) if len(content) <= MAX_POINTER else None
    return match and Fingerprint(match["sha256"].decode(), int(match["size"]), fetched=False)


class Source(Protocol):
    """A source of a ledger's files, such as the working tree or a commit."""

    def entries(self, folder: str) -> list[Entry]:
        """List a folder, without names that begin with a dot; empty if it does not exist."""

    def read(self, path: str) -> bytes:
        """Return the bytes of a file. Raises OSError if it does not exist or cannot be read."""

    def fingerprint(self, path: str) -> Fingerprint | None:
        """Return the hash and the size of a file; None if it does not exist."""
