"""The doctor: runs every check, one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from xuncha import language
from xuncha.catalogue import Rule
from xuncha.doctor import files, git, sharing
from xuncha.doctor.surroundings import CHECKS, Surroundings
from xuncha.errors import Severity, SurroundingsError, XunchaError
from xuncha.language import gettext as _

CHAPTERS = (git, files, sharing)
"""The modules of checks, in the order in which they are reported."""
State = Literal["well", "note", "warning", "error", "unknown"]
_CHECKS_OF_GIT = {"no-git", "not-yours", "git-refuses", "objects-missing"}  # whether git itself works


class Diagnosis(NamedTuple):
    """The result of one check."""

    code: str
    state: State  # `unknown`: the check could not be made
    message: str
    remedy: str = ""  # what to type or to do; empty if nothing is wrong
    is_git_broken: bool = False  # whether git itself does not work

    def as_json(self) -> dict[str, str | None]:
        """Return the form of `doctor --json`."""
        return {"code": self.code, "state": self.state, "message": self.message, "mend": self.remedy or None}


def examine(root: Path, now: float) -> list[Diagnosis]:
    """Run all checks on what is around a ledger, and return their results; `now` is in seconds since 1970."""
    surroundings = Surroundings(root, now)
    return [diagnosis for check in sorted_checks() for diagnosis in _diagnoses(check, surroundings)]


def sorted_checks() -> list[Rule[Severity | None]]:
    """Return every check, chapter by chapter."""
    chapters = [chapter.__name__.rpartition(".")[2] for chapter in CHAPTERS]
    return sorted(CHECKS.values(), key=lambda check: chapters.index(check.chapter))


def _diagnoses(check: Rule[Severity | None], surroundings: Surroundings) -> list[Diagnosis]:
    if check.scope not in surroundings.scopes:
        return [Diagnosis(check.code, "unknown", _("not checked: see what is wrong above"))]
    try:
        findings = check(surroundings)
    except SurroundingsError as error:
        message = _("this could not be checked: {reason}", reason=error)
        return [Diagnosis(check.code, "error", message, "git status", is_git_broken=True)]
    except (XunchaError, OSError) as error:
        return [Diagnosis(check.code, "unknown", _("not checked: {reason}", reason=error))]
    if not findings:
        return [Diagnosis(check.code, "well", language.gettext(check.well))]
    fails, code = check.code in _CHECKS_OF_GIT, check.code
    return [Diagnosis(code, each.place or each.severity, each.message, each.hint, fails) for each in findings]
