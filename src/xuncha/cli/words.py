"""The words of the field on screen, and how they are coloured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.model.vocabulary import Light, Term

COLOURS: dict[Light, str] = {"done": "green", "green": "", "yellow": "yellow", "red": "bold red"}


def term(word: Term) -> str:
    """A measure's term."""
    return {"once": _("once"), "long_term": _("long-term")}[word]


def light(word: Light) -> str:
    """A light, readable without its colour."""
    return {"done": _("done"), "green": _("on time"), "yellow": _("due soon"), "red": _("overdue")}[word]
