"""What the checks may ask about the surroundings of a ledger (a failure is an answer, not an error), and the list of checks."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import cached_property
from itertools import takewhile
from pathlib import Path

from xuncha.catalogue import Catalogue, Violations
from xuncha.errors import Severity, SurroundingsError, cause_of
from xuncha.language import gettext as _
from xuncha.trail.git import Git
from xuncha.trail.repository import common_dir, git_dir

CHECKS: Catalogue[Severity | None] = Catalogue()
"""All checks of the doctor. `wrong` is what a check may find, `right` how to repair it, and the scope what the check needs."""
DoctorFindings = Violations[Severity | None]
"""What a check yields: the severity if it is lower than the rule's this time, else None; what is wrong; what to type."""
_VERSION = re.compile(r"git version ([0-9]+)\.([0-9]+)(?:\.([0-9]+))?")


class Surroundings:
    """The surroundings of a ledger in a folder; `now` is in seconds since 1970."""

    def __init__(self, root: Path, now: float) -> None:
        self.root = root
        self.now = now
        self.git = Git(root)

    def git_output(self, *arguments: str) -> str:
        """Return what git prints, stripped; empty if its answer is no (exit code 1). Raises SurroundingsError if it fails."""
        return self.git.run(*arguments, ok_codes=(0, 1)).decode("utf-8", "replace").strip()

    @cached_property
    def scopes(self) -> set[str]:
        """What exists, each after the one before: git runs; there is a `.git`; git trusts it; git opens it; it has a commit."""
        steps: dict[str, Callable[[], object]] = {
            "git": lambda: self.version,
            "folder": lambda: self.git_folder,
            "trust": lambda: not self.is_distrusted,
            "repository": lambda: self.git_error is None,
            "commit": self.git.head,
        }
        return {"", *takewhile(lambda name: steps[name](), steps)}

    @cached_property
    def version_output(self) -> str:
        """What git prints as its version; or why it prints none."""
        try:
            # in the root folder, where no repository's settings interfere
            return Git(Path(self.root.anchor)).text("--version") or _("it gave no answer")
        except SurroundingsError as error:
            return error.message
        except OSError as error:
            return cause_of(error)

    @cached_property
    def version(self) -> tuple[int, ...] | None:
        """The version of git; None if git does not run."""
        match = _VERSION.match(self.version_output)
        return tuple(int(number or 0) for number in match.groups()) if match else None

    @cached_property
    def git_folder(self) -> Path | None:
        """The folder in which git keeps the data of this working tree, found without git; None outside a repository."""
        try:
            return git_dir(self.root)
        except OSError:
            return None

    @cached_property
    def git_folders(self) -> list[Path]:
        """That folder and, for a linked working tree, the one that all share."""
        return list(dict.fromkeys([self.git_folder, common_dir(self.git_folder)])) if self.git_folder else []

    @cached_property
    def git_error(self) -> str | None:
        """What git prints if it does not open the repository; None if it opens it."""
        try:
            self.git.run("rev-parse", "--git-dir")
            self.git.head()
        except SurroundingsError as error:
            return getattr(error, "reason", None) or error.message
        except OSError as error:
            return str(error)
        return None

    @property
    def is_distrusted(self) -> bool:
        """Whether git does not open the repository because it belongs to another account."""
        return "safe.directory" in (self.git_error or "")

    def relative_name(self, path: Path) -> str:
        """Return the path of a file as it is typed in the ledger's folder."""
        try:
            return Path(os.path.relpath(path, self.root)).as_posix()
        except ValueError:  # on another drive
            return str(path)


def duration(seconds: int) -> str:
    """Return a duration in words: hours, or minutes if it is shorter than one."""
    hours, minutes = seconds // 3600, seconds // 60
    return _("{n} h", n=hours) if hours else _("{n} min", n=minutes)
