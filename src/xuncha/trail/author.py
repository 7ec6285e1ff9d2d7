"""The author of changes: git's user, or the account that has signed in on the office desk."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple

ACCOUNT: Final = "XUNCHA_ACCOUNT"
"""The environment variable that tells a command for which account the desk runs it."""


class Author(NamedTuple):
    """A signed-in person, author and committer of their changes; the machine that commits for them does not vouch for them."""

    name: str
    email: str

    def variables(self) -> Mapping[str, str]:
        """Return the variables for a command that runs in this name."""
        parts = {"NAME": self.name, "EMAIL": self.email}
        names = {f"GIT_{who}_{part}": text for who in ("AUTHOR", "COMMITTER") for part, text in parts.items()}
        return {**names, ACCOUNT: self.name}


_author: ContextVar[Author | None] = ContextVar("author", default=None)


@contextmanager
def acting_as(author: Author | None) -> Iterator[None]:
    """Make every change of this thread or task in the name of an author; None means git's user."""
    token = _author.set(author)
    try:
        yield
    finally:
        _author.reset(token)


def account() -> str:
    """Return the account in whose name changes are made; empty for git's user."""
    author = _author.get()
    return author.name if author else os.environ.get(ACCOUNT, "")


def variables() -> Mapping[str, str]:
    """Return the variables that tell git, and commands that we run, the author; none for git's user."""
    author = _author.get()
    return author.variables() if author else {}
