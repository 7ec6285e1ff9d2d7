"""The doctor: every check, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from xuncha.doctor import computer, files, gits, remains, repository, sharing
from xuncha.doctor.around import Around
from xuncha.doctor.catalogue import CHECKS
from xuncha.errors import XunchaError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xuncha.doctor.catalogue import Ailment, Check

CHAPTERS = (gits, repository, remains, files, sharing, computer)
"""The rooms of checks, in the order in which they are told."""
State = Literal["well", "note", "warning", "error", "unknown"]


class Diagnosis(NamedTuple):
    """What was found of one thing."""

    code: str
    state: State
    """`unknown`: it could not be looked at."""
    message: str
    mend: str
    """What to type, or to do; empty where nothing is wrong."""

    def as_json(self) -> dict[str, str | None]:
        """The form of `doctor --json`."""
        return {**self._asdict(), "mend": self.mend or None}


def examine(root: Path, now: float) -> list[Diagnosis]:
    """What is well and what is wrong around a ledger.

    Args:
        root: its folder.
        now: seconds since 1970.
    """
    around = Around(root, now)
    return [diagnosis for check in in_order() for diagnosis in _looked_at(check, around)]


def in_order() -> list[Check]:
    """Every check, chapter by chapter."""
    chapters = [chapter.__name__.rpartition(".")[2] for chapter in CHAPTERS]
    return sorted(CHECKS.values(), key=lambda check: chapters.index(check.chapter))


def _looked_at(check: Check, around: Around) -> Iterator[Diagnosis]:
    if not around.has(check.needs):
        yield Diagnosis(check.code, "unknown", _("not looked at: see what is wrong above"), "")
        return
    found: list[Ailment] = []
    try:
        found += check.look(around)
    except (XunchaError, OSError) as error:
        yield Diagnosis(check.code, "unknown", _("not looked at: {reason}").format(reason=error), "")
        return
    for message, mend, milder in found:
        yield Diagnosis(check.code, "note" if milder else check.severity, message, mend)
    if not found:
        yield Diagnosis(check.code, "well", check.well(), "")
