"""List the documents that the desk can make: their commands, forms and titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from xuncha import language
from xuncha.language import mark
from xuncha.paper.forms import FORMS, TABLES

FRESH: Final = 60.0
"""Seconds for which a document is reused if nothing was committed, since an editor may have changed a file."""


class Paper(NamedTuple):
    """A document: its title, the words of its command, and its forms."""

    title: str
    words: tuple[str, ...]
    forms: Sequence[str] = FORMS
    options: tuple[str, ...] = ()
    """Options of the command that a form may set, besides the `kind` of letters and `ids`."""


PAPERS: Final[Mapping[str, Paper]] = {
    "plan": Paper(mark("Rectification plan"), ("report", "plan"), (*FORMS, TABLES), ("date",)),
    "progress": Paper(mark("Report on progress"), ("report", "progress"), options=("number", "signer")),
    "weekly": Paper(mark("Weekly report"), ("report", "weekly"), options=("since",)),
    "dispatch": Paper(mark("Dispatch"), ("report", "dispatch")),
    "letter": Paper(mark("Letter"), ("report", "letter"), options=("office", "number", "signer", "copies")),
    "closing": Paper(mark("Application to close"), ("report", "closing")),
    "dossier": Paper(mark("Dossier of a measure"), ("report", "dossier"), (*FORMS, "zip")),
    "workbook": Paper(mark("The ledger as a workbook"), ("export", "xlsx"), ("xlsx",)),
    "blank": Paper(mark("A table to fill in"), ("export", "table"), ("xlsx",), ("office",)),
    "calendar": Paper(mark("Calendar of time limits"), ("calendar",), ("ics",), ("office", "leader")),
    "notice": Paper(mark("Notice"), ("notice",), options=("at",)),
    "dashboard": Paper(mark("Dashboard, public"), ("dashboard",), ("html",)),
    "internal": Paper(mark("Dashboard, internal"), ("dashboard", "--internal"), ("html",)),
    "archive": Paper(mark("Archive of the case"), ("archive",), ("zip",)),
}
"""The documents by the names used in forms."""


def title_of(paper: str) -> str:
    """Return the title of a document."""
    return language.gettext(PAPERS[paper].title)
