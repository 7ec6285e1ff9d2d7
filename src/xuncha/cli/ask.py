"""What `init --ask` asks: the organisation, the inspection, leaders, offices and categories, each by a question of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import typer

from xuncha.cli import screen
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.requests import typed
from xuncha.workflow.settings import INSPECTION

_BETWEEN = re.compile(r"[、，,；;\s]+")


def asked(data: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Ask for what a ledger does not say yet; return what was answered, as far as the user went.

    An empty answer leaves a question for another time; so does the end of the input.
    """
    inspection = data.get("inspection") or {}
    questions = {
        "organisation": (_("The inspected organisation"), data.get("organisation")),
        **{key: (text, inspection.get(key)) for key, text in _of_inspection().items()},
        "categories": (
            _("The categories of the feedback, separated by commas"),
            data["categories"],
        ),
        "leaders": (_("The leaders who may answer for measures, separated by commas"), data["leaders"]),
        "offices": (_("The offices that do the work, separated by commas"), data["offices"]),
    }
    found: dict[str, Any] = {}
    screen.line(_("An empty answer leaves a question for another time: xuncha init --ask"))
    for key, (question, known) in questions.items():
        if known:
            continue
        try:
            if answer := _answer(key, question, today):
                found[key] = answer
        except typer.Abort:
            screen.line()
            break
    return found


def _of_inspection() -> dict[str, str]:
    texts = (
        _("The inspectors"),
        _("The round of the inspection"),
        _("The day on which the inspection began"),
        _("The day on which it ended"),
        _("The day of the feedback"),
    )
    return dict(zip(INSPECTION, texts, strict=True))


def _answer(key: str, question: str, today: date) -> str | date | list[str] | None:
    """Ask one question, again while the answer is no day where a day is asked."""
    while True:
        text = typer.prompt(question, default="", show_default=False, prompt_suffix=_(": ")).strip()
        if not text:
            return None
        if key in {"categories", "leaders", "offices"}:
            return list(dict.fromkeys(filter(None, _BETWEEN.split(text))))
        if key not in {"started", "ended", "feedback"}:
            return str(text)
        try:
            return typed.day(text, question, today, past=True)
        except UsageError as error:
            screen.error(error)
