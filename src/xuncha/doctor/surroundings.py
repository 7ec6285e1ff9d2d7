"""What the checks may ask of a ledger's surroundings; whatever does not work is an answer, never an error. And their list."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from xuncha.catalogue import Broken, Catalogue
from xuncha.errors import Severity, SurroundingsError, cause_of
from xuncha.language import gettext as _
from xuncha.trail.git import Git
from xuncha.trail.repository import common_dir, git_dir

CHECKS: Catalogue[Severity | None] = Catalogue()
"""All that the doctor looks at. `wrong` is what it may see, `right` what mends it, and the scope what a check cannot do without."""
Ailments = Broken[Severity | None]
"""What a check yields: None, or how severe it is this time if that is less than the rule says; what is wrong; what to type."""
_VERSION = re.compile(r"git version ([0-9]+)\.([0-9]+)(?:\.([0-9]+))?")


class Surroundings:
    """The surroundings of a ledger in a folder; `now` is in seconds since 1970."""

    def __init__(self, root: Path, now: float) -> None:
        self.root = root
        self.now = now
        self.git = Git(root)

    def ask(self, *arguments: str) -> str:
        """Return what git prints, stripped; empty where it answers no. Raises SurroundingsError if it fails."""
        return self.git.run(*arguments, answers=(0, 1)).decode("utf-8", "replace").strip()

    @cached_property
    def scopes(self) -> set[str]:
        """Say what is there: a git that runs; a `.git`; which git trusts; and opens; and in which there is a commit."""
        steps: dict[str, Callable[[], object]] = {
            "git": lambda: self.version,
            "folder": lambda: self.folder,
            "trust": lambda: not self.is_distrusted,
            "repository": lambda: self.refusal is None,
            "commit": self.git.head,
        }
        return {"", *takewhile(lambda name: steps[name](), steps)}

    @cached_property
    def version_told(self) -> str:
        """What git says of its version; or why it does not."""
        try:
            # where no repository's settings stand in the way
            return Git(Path(self.root.anchor)).text("--version") or _("it answered nothing")
        except SurroundingsError as error:
            return error.message
        except OSError as error:
            return cause_of(error)

    @cached_property
    def version(self) -> tuple[int, ...] | None:
        """Give the version of git; None where none runs."""
        match = _VERSION.match(self.version_told)
        return tuple(int(number or 0) for number in match.groups()) if match else None

    @cached_property
    def folder(self) -> Path | None:
        """Find where git keeps what belongs to this working tree, without git; None outside a repository."""
        try:
            return git_dir(self.root)
        except OSError:
            return None

    @cached_property
    def folders(self) -> list[Path]:
        """Find that folder; and, of a linked working tree, the one that all share."""
        return list(dict.fromkeys([self.folder, common_dir(self.folder)])) if self.folder else []

    @cached_property
    def refusal(self) -> str | None:
        """Say what git says where it does not open the repository."""
        try:
            self.git.run("rev-parse", "--git-dir")
            self.git.head()
        except SurroundingsError as error:
            return getattr(error, "said", None) or error.message
        except OSError as error:
            return str(error)
        return None

    @property
    def is_distrusted(self) -> bool:
        """Whether git does not open the repository since it is another's."""
        return "safe.directory" in (self.refusal or "")

    def named(self, path: Path) -> str:
        """Name a file as it is typed in the ledger's folder."""
        try:
            return Path(os.path.relpath(path, self.root)).as_posix()
        except ValueError:  # on another drive
            return str(path)


def some(names: Sequence[str], most: int) -> str:
    """Name the first ones of several."""
    return _(", ").join(names[:most]) + (" …" if len(names) > most else "")
