"""The list of all that the doctor looks at. docs/doctor.md is made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from xuncha.doctor.around import Around, Need

Severity = Literal["error", "warning", "note"]
"""`error`: commands fail, or work can be lost; `warning`: it will bring trouble; `note`: good to know."""


class Ailment(NamedTuple):
    """What is wrong."""

    message: str
    """One sentence."""
    mend: str
    """What to type, or to do."""
    milder: bool = False
    """Whether it is this time less than its severity says: it is told as a note."""


Look = Callable[[Around], Iterator[Ailment]]


@dataclass(frozen=True)
class Check:
    """One thing that is looked at."""

    code: str
    severity: Severity
    needs: Need
    well: Callable[[], str]
    """The sentence where nothing is wrong."""
    why: str
    """For the documentation, as is `mend`."""
    mend: str
    look: Look
    chapter: str
    """The name of the module that holds it."""


CHECKS: dict[str, Check] = {}


def check(
    code: str, severity: Severity, *, needs: Need, well: Callable[[], str], why: str, mend: str
) -> Callable[[Look], Look]:
    """Enter a check; the function yields what is wrong."""

    def enter(look: Look) -> Look:
        chapter = look.__module__.rpartition(".")[2]
        CHECKS[code] = Check(code, severity, needs, well, why, mend, look, chapter)
        return look

    return enter
