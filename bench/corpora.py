"""Measure the share of a corpus that is read correctly; its files are described with their true content."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.tables.comparison import AIM, Outcome, share_of, tell


class Described(Protocol):
    """A file with its true content."""

    name: str


Kind = TypeVar("Kind", bound=Described)


def show(
    about: str | None,
    things: str,
    described: Iterable[Kind],
    looking: Callable[[Path], Callable[[Kind], Outcome]],
) -> None:
    """Read all files, or the named ones, and print the share; exit with 1 if it is too small, or anything is invented.

    `looking` gets a folder to work in, and returns a function that reads a file and compares it with its true content.
    """
    options = argparse.ArgumentParser(description=about)
    options.add_argument("-v", "--verbose", action="store_true", help="a line for each field that is wrong")
    options.add_argument("names", nargs="*", help=f"of {things}; all where none is named")
    chosen = options.parse_args()
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        look = looking(Path(folder))
        for each in described:
            if not chosen.names or each.name in chosen.names:
                outcomes.append(look(each))
                if chosen.verbose:
                    tell(each.name, outcomes[-1])
    share, inventions = share_of(outcomes, things)
    sys.exit(share < AIM or inventions > 0)
