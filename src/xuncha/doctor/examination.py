"""The doctor: every check, one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from xuncha import language
from xuncha.catalogue import Rule
from xuncha.doctor import files, git, sharing
from xuncha.doctor.surroundings import CHECKS, Surroundings
from xuncha.errors import Severity, SurroundingsError, XunchaError
from xuncha.language import gettext as _
from xuncha.language import mark

CHAPTERS = (git, files, sharing)
"""The rooms of checks, in the order in which they are told."""
State = Literal["well", "note", "warning", "error", "unknown"]
_WELL = {
    "no-git": mark("git runs"),
    "old-git": mark("git is new enough"),
    "no-repository": mark("the ledger is in a git repository"),
    "not-yours": mark("git trusts this folder"),
    "git-refuses": mark("git opens the repository"),
    "no-user": mark("git knows who you are"),
    "no-commit": mark("there is a commit to go back to"),
    "unfinished": mark("no merge or rebase is half done"),
    "detached": mark("a branch is checked out"),
    "works-elsewhere": mark("git works in the ledger's own folder"),
    "replaced": mark("git shows the history that it holds"),
    "objects-missing": mark("git holds all of the history"),
    "hidden": mark("git leaves no file of the ledger out of the folder"),
    "repository-programs": mark("the repository names no programs of its own"),
    "uncommitted": mark("every change of the ledger is committed"),
    "interrupted": mark("no command was interrupted"),
    "git-lock": mark("git has left no lock behind"),
    "half-written": mark("no file was left half written"),
    "read-only": mark("the folders can be written"),
    "not-utf8": mark("every file is UTF-8"),
    "line-ends": mark("git changes no line ends of the ledger"),
    "mixed-line-ends": mark("no file mixes line ends"),
    "no-driver": mark("the merge driver is registered, and its program is there"),
    "no-driver-line": mark("the ledger's files are for the merge driver"),
    "not-shared": mark("every commit is where others see it"),
    "public-remote": mark("no remote is at a public service or in the internet"),
    "clock-behind": mark("the clock is not behind the last commit"),
    "missing-parts": mark("all parts are installed"),
}
"""The sentences for what is well, by the codes of the checks."""


_GIT_FAILS = {"no-git", "not-yours", "git-refuses", "objects-missing"}
"""The checks of whether git itself does what it is asked for."""


class Diagnosis(NamedTuple):
    """What was found of one thing."""

    code: str
    state: State  # `unknown`: it could not be looked at
    message: str
    mend: str = ""  # what to type, or to do; empty where nothing is wrong
    git_fails: bool = False  # whether it is that git itself does not do what it is asked for

    def as_json(self) -> dict[str, str | None]:
        """Give the form of `doctor --json`."""
        return {"code": self.code, "state": self.state, "message": self.message, "mend": self.mend or None}


def examine(root: Path, now: float) -> list[Diagnosis]:
    """Find what is well and what is wrong around a ledger; `now` is in seconds since 1970."""
    around = Surroundings(root, now)
    return [each for check in in_order() for each in _diagnoses(check, around)]


def in_order() -> list[Rule[Severity | None]]:
    """List every check, chapter by chapter."""
    chapters = [chapter.__name__.rpartition(".")[2] for chapter in CHAPTERS]
    return sorted(CHECKS.values(), key=lambda check: chapters.index(check.chapter))


def _diagnoses(check: Rule[Severity | None], around: Surroundings) -> list[Diagnosis]:
    if check.scope not in around.scopes:
        return [Diagnosis(check.code, "unknown", _("not looked at: see what is wrong above"))]
    try:
        found = check(around)
    except SurroundingsError as error:
        said = _("this could not be looked at: {reason}").format(reason=error)
        return [Diagnosis(check.code, "error", said, "git status", git_fails=True)]
    except (XunchaError, OSError) as error:
        return [Diagnosis(check.code, "unknown", _("not looked at: {reason}").format(reason=error))]
    if not found:
        return [Diagnosis(check.code, "well", language.gettext(_WELL[check.code]))]
    git_fails = check.code in _GIT_FAILS
    return [
        Diagnosis(check.code, each.place or each.severity, each.message, each.hint, git_fails)
        for each in found
    ]
