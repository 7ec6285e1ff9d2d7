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

CHAPTERS = (git, files, sharing)
"""The rooms of checks, in the order in which they are told."""
State = Literal["well", "note", "warning", "error", "unknown"]
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
        return [Diagnosis(check.code, "well", language.gettext(check.well))]
    fails, code = check.code in _GIT_FAILS, check.code
    return [Diagnosis(code, each.place or each.severity, each.message, each.hint, fails) for each in found]
