"""Reminder and warning letters (督办): a reminder (提醒函), a supervision notice (督办通知), a warning (告诫函), each to one office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import Final, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger
from xuncha.model.vocabulary import UNSAID
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
    number: str  # of the letter (文号), who has signed it off, and who is given copies: as somebody has said it, else empty
    signer: str
    copies: tuple[str, ...]


class Said(NamedTuple):
    """What whoever writes a letter says of it; None is what `papers` in the settings says."""

    number: str | None = None
    signer: str | None = None
    copies: str | None = None


NOTHING_SAID: Final = Said()
_LEADERS: Final = "责任领导"
"""Stands among the copies for the leaders who answer for the measures."""


def letter_on(
    ledger: Ledger, today: Date, kind: str, identities: Sequence[Identity], said: Said = NOTHING_SAID
) -> Letter:
    """Write a letter on some measures of one office. Raises RefusedError if one is closed, they are several offices', or a warning is not due yet."""
    found = items(ledger, today)
    chosen = [found[identity] for identity in dict.fromkeys(identities)]
    for item in chosen:
        if item.status == "closed":
            told = _("{id} is closed; there is nothing to remind of").format(id=item.id)
            raise RefusedError("already-closed", told, _("see `xuncha list --overdue`"))
    if len(offices := dict.fromkeys(item.office for item in chosen)) > 1:
        told = _("a letter goes to one office, and these measures are of {names}")
        told = told.format(names=_(", ").join(offices))
        raise RefusedError("several-offices", told, _("write one for each"))
    early = [item.id for item in chosen if item.light != "red"]
    if kind == "warning" and early:
        told = _("a warning is for what is overdue, and {ids} is not").format(ids=_(", ").join(early))
        hint = _("send a reminder: xuncha report letter reminder {ids}").format(ids=" ".join(early))
        raise RefusedError("not-overdue", told, hint)
    return _letter(ledger, today, chosen, said)


def letter_to(ledger: Ledger, today: Date, kind: str, office: str, said: Said = NOTHING_SAID) -> Letter:
    """Write a letter on all measures of an office that are overdue or, except in a warning, due soon. Raises RefusedError if there is no such measure."""
    lights = {"red"} if kind == "warning" else {"red", "yellow"}
    every = items(ledger, today).values()
    chosen = [item for item in every if item.office == office and item.light in lights]
    if not chosen:
        told = _("no measure of {office} is overdue or due soon, so there is nothing to remind it of")
        if kind == "warning":
            told = _("no measure of {office} is overdue, so there is nothing to warn of")
        raise RefusedError("nothing-to-press", told.format(office=office))
    return _letter(ledger, today, chosen, said)


def _letter(ledger: Ledger, today: Date, chosen: Sequence[Item], said: Said) -> Letter:
    papers, leaders = (
        ledger.settings.papers,
        dict.fromkeys(item.leader for item in chosen if item.leader != UNSAID),
    )
    named = [said.copies] if said.copies is not None else papers.copies
    copies = dict.fromkeys(
        name for each in named for name in (leaders if each == _LEADERS else [each]) if name
    )
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
        number=said.number or "",
        signer=(papers.signer if said.signer is None else said.signer) or "",
        copies=tuple(copies),
    )
