"""In whose name changes are made: git's user, or on the office desk whoever has signed in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple

ACCOUNT: Final = "XUNCHA_ACCOUNT"
"""The variable by which a command learns the account in whose name the desk runs it."""


class Author(NamedTuple):
    """Whoever has signed in: author and committer of what they do; the machine that makes the commits for them vouches for nothing."""

    name: str
    email: str

    def variables(self) -> Mapping[str, str]:
        """Return the variables of a command that is run in this name."""
        parts = {"NAME": self.name, "EMAIL": self.email}
        told = {f"GIT_{who}_{part}": said for who in ("AUTHOR", "COMMITTER") for part, said in parts.items()}
        return {**told, ACCOUNT: self.name}


_author: ContextVar[Author | None] = ContextVar("author", default=None)


@contextmanager
def acting_as(author: Author | None) -> Iterator[None]:
    """Make every change of this thread or task in a name; None: in that of git's user."""
    token = _author.set(author)
    try:
        yield
    finally:
        _author.reset(token)


def account() -> str:
    """Return the account in whose name changes are made; empty where that is git's user."""
    author = _author.get()
    return author.name if author else os.environ.get(ACCOUNT, "")


def variables() -> Mapping[str, str]:
    """Return the variables by which git, and what we run, learns the author; none where that is git's user."""
    author = _author.get()
    return author.variables() if author else {}
