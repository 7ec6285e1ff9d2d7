"""Reminder and warning letters (督办): a reminder (提醒函), a supervision notice (督办通知), a warning (告诫函), each to one office."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import Final, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger
from xuncha.model.vocabulary import UNKNOWN
from xuncha.report.items import Item, desk, items


class Letter(NamedTuple):
    """All values for the template, under the name `letter`."""

    organisation: str
    desk: str
    date: Date
    office: str
    leaders: tuple[str, ...]  # the leaders who answer for the measures, and get a copy
    items: tuple[Item, ...]
    overdue: int
    due_soon: int
    due_soon_days: int
    number: str  # 文号, the number of the letter; like signer and copies, empty unless given
    signer: str
    copies: tuple[str, ...]


_LEADERS: Final = "责任领导"
"""The word in `copies` that means the leaders who answer for the measures."""


def letter(
    ledger: Ledger,
    today: Date,
    kind: str,
    recipient: str | Sequence[Identity],
    *,
    number: str | None = None,
    signer: str | None = None,
    copies: str | None = None,
) -> Letter:
    """Gather a letter to an office on all its measures that are overdue or, except in a warning, due soon; or on given measures of one office.

    `number`, `signer` and `copies` come from the writer; without the last two, `papers` in the settings applies. Raises RefusedError
    if no measure fits, one is closed or has no office, they belong to several offices, or one is not overdue in a warning.
    """
    by_id, papers = items(ledger, today), ledger.settings.papers
    if isinstance(recipient, str):
        chosen = _letter_items(by_id.values(), kind, recipient)
    else:
        chosen = [by_id[identity] for identity in dict.fromkeys(recipient)]
        _must_be_due(chosen, kind)
    leaders = tuple(dict.fromkeys(item.leader for item in chosen))
    entries = [copies] if copies is not None else papers.copies
    recipients = [name for entry in entries for name in (leaders if entry == _LEADERS else [entry])]
    return Letter(
        organisation=ledger.settings.name,
        desk=desk(ledger.settings),
        date=today,
        office=chosen[0].office,
        leaders=leaders,
        items=tuple(sorted(chosen, key=lambda item: item.due or Date.max)),
        overdue=sum(item.light == "red" for item in chosen),
        due_soon=sum(item.light == "yellow" for item in chosen),
        due_soon_days=ledger.settings.policy.due_soon_days,
        number=number or "",
        signer=(papers.signer if signer is None else signer) or "",
        copies=tuple(name for name in dict.fromkeys(recipients) if name not in {"", UNKNOWN}),
    )


def _letter_items(items: Iterable[Item], kind: str, office: str) -> list[Item]:
    """List the measures of an office that a letter of this kind names. Raises RefusedError if there are none."""
    lights = {"red"} if kind == "warning" else {"red", "yellow"}
    chosen = [item for item in items if item.office == office and item.light in lights]
    if not chosen:
        message = _("no measure of {office} is overdue or due soon, so there is nothing to remind it of")
        if kind == "warning":
            message = _("no measure of {office} is overdue, so there is nothing to warn of")
        raise RefusedError("nothing-to-press", message.format(office=office))
    return chosen


def _must_be_due(chosen: Sequence[Item], kind: str) -> None:
    """Refuse measures that a letter of this kind cannot name (RefusedError)."""
    if closed := next((item.id for item in chosen if item.status == "closed"), None):
        message = _("{id} is closed; no reminder is needed", id=closed)
        raise RefusedError("already-closed", message, _("see `xuncha list --overdue`"))
    if lacking := [item.id for item in chosen if item.office == UNKNOWN]:
        message = _("a letter goes to an office, and none is named for {ids}", ids=_(", ").join(lacking))
        hint = _("type: xuncha set {id} {options}", id=" ".join(lacking), options="--office …")
        raise RefusedError("no-office", message, hint)
    if len(offices := dict.fromkeys(item.office for item in chosen)) > 1:
        message = _("a letter goes to one office, but these measures belong to {names}")
        message = message.format(names=_(", ").join(offices))
        raise RefusedError("several-offices", message, _("write one for each"))
    early = [item.id for item in chosen if item.light != "red"]
    if kind == "warning" and early:
        message = _("a warning is for overdue measures, and {ids} is not overdue", ids=_(", ").join(early))
        hint = _("send a reminder: xuncha report letter reminder {ids}", ids=" ".join(early))
        raise RefusedError("not-overdue", message, hint)
