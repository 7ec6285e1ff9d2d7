"""Reminder and warning letters (督办): a reminder (提醒函), a supervision notice (督办通知), a warning (告诫函), each to one office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger
from xuncha.report.items import Item, desk, items


class Letter(NamedTuple):
    """All that the template is given, under the name `letter`."""

    organisation: str
    desk: str
    date: Date
    office: str
    leaders: tuple[str, ...]  # who answers for the measures, and is given a copy
    items: tuple[Item, ...]
    overdue: int
    due_soon: int
    due_soon_days: int


def letter_on(ledger: Ledger, today: Date, kind: str, identities: Sequence[Identity]) -> Letter:
    """Write a letter on some measures of one office. Raises RefusedError if one is closed, they are several offices', or a warning is not due yet."""
    found = items(ledger, today)
    chosen = [found[identity] for identity in dict.fromkeys(identities)]
    for item in chosen:
        if item.status == "closed":
            said = _("{id} is closed; there is nothing to remind of").format(id=item.id)
            raise RefusedError("already-closed", said, _("see `xuncha list --overdue`"))
    if len(offices := dict.fromkeys(item.office for item in chosen)) > 1:
        said = _("a letter goes to one office, and these measures are of {names}")
        said = said.format(names=_(", ").join(offices))
        raise RefusedError("several-offices", said, _("write one for each"))
    early = [item.id for item in chosen if item.light != "red"]
    if kind == "warning" and early:
        said = _("a warning is for what is overdue, and {ids} is not").format(ids=_(", ").join(early))
        hint = _("send a reminder: xuncha report letter reminder {ids}").format(ids=" ".join(early))
        raise RefusedError("not-overdue", said, hint)
    return _letter(ledger, today, chosen)


def letter_to(ledger: Ledger, today: Date, kind: str, office: str) -> Letter:
    """Write a letter on all measures of an office that are overdue or, except in a warning, due soon. Raises RefusedError if there is no such measure."""
    lights = {"red"} if kind == "warning" else {"red", "yellow"}
    every = items(ledger, today).values()
    chosen = [item for item in every if item.office == office and item.light in lights]
    if not chosen:
        said = _("no measure of {office} is overdue or due soon, so there is nothing to remind it of")
        if kind == "warning":
            said = _("no measure of {office} is overdue, so there is nothing to warn of")
        raise RefusedError("nothing-to-press", said.format(office=office))
    return _letter(ledger, today, chosen)


def _letter(ledger: Ledger, today: Date, chosen: Sequence[Item]) -> Letter:
    return Letter(
        organisation=ledger.settings.name,
        desk=desk(ledger.settings),
        date=today,
        office=chosen[0].office,
        leaders=tuple(dict.fromkeys(item.leader for item in chosen)),
        items=tuple(sorted(chosen, key=lambda item: item.due or Date.max)),
        overdue=sum(item.light == "red" for item in chosen),
        due_soon=sum(item.light == "yellow" for item in chosen),
        due_soon_days=ledger.settings.policy.due_soon_days,
    )
