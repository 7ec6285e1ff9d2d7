"""What `git cat-file --batch` prints: objects one after another, each behind a line with its name, kind and size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

_BLOCK = 1024 * 1024
"""Bytes that are read at once of a large object."""


def read_batch(printed: IO[bytes]) -> Iterator[tuple[str, str, int, Iterator[bytes]]]:
    """Read the objects.

    Yields:
        For each: its name, its kind (empty if git has no such object), its size in bytes, and its content block by block.
        What is not read of the content is passed over.
    """
    while header := printed.readline().decode("utf-8", "surrogateescape"):
        name, kind, size = ("", *header.split(" ")[-3:])[-3:]
        if not size.strip().isdigit():  # it is the word `missing`
            yield header.rpartition(" ")[0], "", 0, iter(())
            continue
        blocks = _blocks(printed, int(size))
        yield name, kind, int(size), blocks
        for _rest in blocks:
            pass
        printed.read(1)


def _blocks(printed: IO[bytes], size: int) -> Iterator[bytes]:
    while block := printed.read(min(size, _BLOCK)):
        size -= len(block)
        yield block
