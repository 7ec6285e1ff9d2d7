"""The doctor: every check, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from xuncha.doctor import computer, files, git_itself, remains, repository, sharing
from xuncha.doctor.surroundings import CHECKS, Surroundings
from xuncha.errors import XunchaError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.catalogue import Rule
    from xuncha.errors import Severity

CHAPTERS = (git_itself, repository, remains, files, sharing, computer)
"""The rooms of checks, in the order in which they are told."""
State = Literal["well", "note", "warning", "error", "unknown"]


class Diagnosis(NamedTuple):
    """What was found of one thing."""

    code: str
    state: State
    """`unknown`: it could not be looked at."""
    message: str
    mend: str = ""
    """What to type, or to do; empty where nothing is wrong."""

    def as_json(self) -> dict[str, str | None]:
        """Give the form of `doctor --json`."""
        return {**self._asdict(), "mend": self.mend or None}


def examine(root: Path, now: float) -> list[Diagnosis]:
    """Find what is well and what is wrong around a ledger.

    Args:
        root: its folder.
        now: seconds since 1970.
    """
    around, well = Surroundings(root, now), _well()
    return [each for check in in_order() for each in _diagnoses(check, around, well[check.code])]


def in_order() -> list[Rule[Severity | None]]:
    """List every check, chapter by chapter."""
    chapters = [chapter.__name__.rpartition(".")[2] for chapter in CHAPTERS]
    return sorted(CHECKS.values(), key=lambda check: chapters.index(check.chapter))


def _diagnoses(check: Rule[Severity | None], around: Surroundings, well: str) -> Iterator[Diagnosis]:
    if check.scope not in around.scopes:
        yield Diagnosis(check.code, "unknown", _("not looked at: see what is wrong above"))
        return
    try:
        found = list(check(around))
    except (XunchaError, OSError) as error:
        yield Diagnosis(check.code, "unknown", _("not looked at: {reason}").format(reason=error))
        return
    for finding in found:
        yield Diagnosis(check.code, finding.place or finding.severity, finding.message, finding.hint)
    if not found:
        yield Diagnosis(check.code, "well", well)


def _well() -> dict[str, str]:
    """Give the sentences for what is well, by the codes of the checks."""
    return {
        "no-git": _("git runs"),
        "old-git": _("git is new enough"),
        "no-repository": _("the ledger is in a git repository"),
        "not-yours": _("git trusts this folder"),
        "git-refuses": _("git opens the repository"),
        "no-user": _("git knows who you are"),
        "no-commit": _("there is a commit to go back to"),
        "unfinished": _("no merge or rebase is half done"),
        "detached": _("a branch is checked out"),
        "replaced": _("git shows the history that it holds"),
        "uncommitted": _("every change of the ledger is committed"),
        "interrupted": _("no command was interrupted"),
        "git-lock": _("git has left no lock behind"),
        "half-written": _("no file was left half written"),
        "read-only": _("the folders can be written"),
        "not-utf8": _("every file is UTF-8"),
        "line-ends": _("git changes no line ends of the ledger"),
        "mixed-line-ends": _("no file mixes line ends"),
        "no-driver": _("the merge driver is registered, and its program is there"),
        "no-driver-line": _("the ledger's files are for the merge driver"),
        "not-shared": _("every commit is where others see it"),
        "clock-behind": _("the clock is not behind the last commit"),
        "missing-parts": _("all parts are installed"),
    }
