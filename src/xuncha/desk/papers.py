"""List the documents that the desk can make: their commands, forms and titles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from xuncha.language import gettext as _
from xuncha.paper.forms import FORMS, TABLES

FRESH: Final = 60.0
"""Seconds for which a document is reused if nothing was committed, since an editor may have changed a file."""


class Paper(NamedTuple):
    """A document: the words of its command, and its forms."""

    words: tuple[str, ...]
    forms: Sequence[str] = FORMS
    options: tuple[str, ...] = ()
    """Options of the command that a form may set, besides the `kind` of letters and `ids`."""


PAPERS: Final[Mapping[str, Paper]] = {
    "plan": Paper(("report", "plan"), (*FORMS, TABLES), ("date",)),
    "progress": Paper(("report", "progress"), options=("number", "signer")),
    "weekly": Paper(("report", "weekly"), options=("since",)),
    "dispatch": Paper(("report", "dispatch")),
    "letter": Paper(("report", "letter"), options=("office", "number", "signer", "copies")),
    "closing": Paper(("report", "closing")),
    "dossier": Paper(("report", "dossier"), (*FORMS, "zip")),
    "workbook": Paper(("export", "xlsx"), ("xlsx",)),
    "blank": Paper(("export", "table"), ("xlsx",), ("office",)),
    "calendar": Paper(("calendar",), ("ics",), ("office", "leader")),
    "notice": Paper(("notice",), options=("at",)),
    "dashboard": Paper(("dashboard",), ("html",)),
    "internal": Paper(("dashboard", "--internal"), ("html",)),
    "archive": Paper(("archive",), ("zip",)),
}
"""The documents by the names used in forms."""


def title_of(paper: str) -> str:
    """Return the title of a document."""
    return {
        "plan": _("Rectification plan"),
        "progress": _("Report on progress"),
        "weekly": _("Weekly report"),
        "dispatch": _("Dispatch"),
        "letter": _("Letter"),
        "closing": _("Application to close"),
        "dossier": _("Dossier of a measure"),
        "workbook": _("The ledger as a workbook"),
        "blank": _("A table to fill in"),
        "calendar": _("Calendar of time limits"),
        "notice": _("Notice"),
        "dashboard": _("Dashboard, public"),
        "internal": _("Dashboard, internal"),
        "archive": _("Archive of the case"),
    }[paper]
