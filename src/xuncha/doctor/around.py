"""What the checks may ask of a ledger's surroundings; whatever does not work is an answer, never an error."""

from __future__ import annotations

import os
import re
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from xuncha.errors import SurroundingsError
from xuncha.model.identity import LEDGER_FILE, PROBLEMS
from xuncha.trail.git import Git, common_dir, git_dir

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


Need = Literal["nothing", "git", "folder", "trust", "repository", "commit"]
"""What a check cannot do without: a git that runs; and a `.git`; which git trusts; and opens; and in which there is a commit."""
_VERSION = re.compile(r"git version ([0-9]+)\.([0-9]+)(?:\.([0-9]+))?")


class Around:
    """The surroundings of one ledger.

    Args:
        root: the ledger's folder.
        now: seconds since 1970.
    """

    def __init__(self, root: Path, now: float) -> None:
        self.root = root
        self.now = now
        self.git = Git(root)

    def ask(self, *arguments: str) -> str | None:
        """What git prints, stripped; None where it refuses, or does not run."""
        try:
            return self.git.text(*arguments)
        except (SurroundingsError, OSError):
            return None

    def paths(self, *arguments: str) -> list[str]:
        """What git lists with `-z`, as texts; nothing where it refuses."""
        try:
            return self.git.run(*arguments).decode("utf-8", "surrogateescape").split("\0")[:-1]
        except (SurroundingsError, OSError):
            return []

    def has(self, need: Need) -> bool:
        """Whether there is what a check cannot do without."""
        met: dict[Need, Callable[[], bool]] = {
            "nothing": lambda: True,
            "git": lambda: self.version is not None,
            "folder": lambda: self.has("git") and self.folder is not None,
            "trust": lambda: self.has("folder") and not self.distrusted,
            "repository": lambda: self.has("folder") and self.refusal is None,
            "commit": lambda: self.head is not None,
        }
        return met[need]()

    @property
    def distrusted(self) -> bool:
        """Whether git does not open the repository since it is another's."""
        return "safe.directory" in (self.refusal or "")

    @cached_property
    def version(self) -> tuple[int, ...] | None:
        """Of git; None where none runs."""
        match = _VERSION.match(self.ask("--version") or "")
        return tuple(int(number or 0) for number in match.groups()) if match else None

    @cached_property
    def folder(self) -> Path | None:
        """Where git keeps what belongs to this working tree, found without git; None outside a repository."""
        try:
            return git_dir(self.root)
        except OSError:
            return None

    @cached_property
    def folders(self) -> list[Path]:
        """That folder; and, of a linked working tree, the one that all share."""
        if self.folder is None:
            return []
        return list(dict.fromkeys([self.folder, common_dir(self.folder)]))

    @cached_property
    def refusal(self) -> str | None:
        """What git says where it does not open the repository."""
        try:
            self.git.run("rev-parse", "--git-dir")
        except SurroundingsError as error:
            return getattr(error, "said", None) or error.message
        except OSError as error:
            return str(error)
        return None

    @cached_property
    def head(self) -> str | None:
        """The commit that is checked out; None where there is none yet."""
        return self.ask("rev-parse", "--verify", "--quiet", "HEAD") if self.has("repository") else None

    def records(self) -> Iterator[Path]:
        """The ledger's own files, whatever is in them."""
        for pattern in (LEDGER_FILE, f"{PROBLEMS}/*/*.yaml"):
            yield from sorted(self.root.glob(pattern))

    def named(self, path: Path) -> str:
        """A file as it is typed in the ledger's folder."""
        try:
            return os.path.relpath(path, self.root)
        except ValueError:  # on another drive
            return str(path)
