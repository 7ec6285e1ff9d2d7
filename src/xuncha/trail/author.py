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
    """Whoever has signed in: the author of the commits made meanwhile; the committer stays git's user of the machine."""

    name: str
    email: str

    def variables(self) -> Mapping[str, str]:
        """Return the variables of a command that is run in this name."""
        return {"GIT_AUTHOR_NAME": self.name, "GIT_AUTHOR_EMAIL": self.email, ACCOUNT: self.name}


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
