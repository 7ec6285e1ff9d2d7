"""Reminder and warning letters (督办): a reminder (提醒函), a supervision notice (督办通知), a warning (告诫函), each to one office."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import TYPE_CHECKING, Final, Literal, get_args

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.report.items import Item, desk, items

if TYPE_CHECKING:
    from xuncha.model.identity import Identity
    from xuncha.model.records import Ledger
    from xuncha.model.vocabulary import Light

Kind = Literal["reminder", "supervision", "warning"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""From the mildest to the strongest."""
_OF_AN_OFFICE: Final[dict[Kind, tuple[Light, ...]]] = {
    "reminder": ("red", "yellow"),
    "supervision": ("red", "yellow"),
    "warning": ("red",),
}
"""The lights of the measures in a letter to an office as a whole."""


@dataclass(frozen=True)
class Letter:
    """All that the template is given, under the name `letter`."""

    organisation: str
    desk: str
    date: Date
    office: str
    """To whom it goes."""
    leaders: tuple[str, ...]
    """Who answers for the measures, and is given a copy."""
    items: tuple[Item, ...]
    """The earliest time limit first."""
    overdue: int
    due_soon: int
    due_soon_days: int


def letter_on(ledger: Ledger, today: Date, kind: Kind, identities: Sequence[Identity]) -> Letter:
    """Write a letter on some measures of one office.

    Raises:
        RefusedError: one of them is closed or not there, they are several offices', or a warning is not due yet.
    """
    found = items(ledger, today)
    chosen = [found[identity] for identity in dict.fromkeys(identities)]
    for item in chosen:
        if item.status == "closed":
            raise RefusedError(
                "already-closed",
                _("{id} is closed; there is nothing to press for").format(id=item.id),
                _("see `xuncha list --overdue`"),
            )
    offices = dict.fromkeys(item.office for item in chosen)
    if len(offices) > 1:
        raise RefusedError(
            "several-offices",
            _("a letter goes to one office, and these measures are of {names}").format(
                names=_(", ").join(offices)
            ),
            _("write one for each"),
        )
    early = [item.id for item in chosen if item.light != "red"]
    if kind == "warning" and early:
        raise RefusedError(
            "not-overdue",
            _("a warning is for what is overdue, and {ids} is not").format(ids=_(", ").join(early)),
            _("send a reminder: xuncha report letter reminder {ids}").format(ids=" ".join(early)),
        )
    return _letter(ledger, today, chosen)


def letter_to(ledger: Ledger, today: Date, kind: Kind, office: str) -> Letter:
    """Write a letter on all measures of an office that are overdue or, except in a warning, due soon.

    Raises:
        RefusedError: there is no such measure.
    """
    lights = _OF_AN_OFFICE[kind]
    chosen = [
        item for item in items(ledger, today).values() if item.office == office and item.light in lights
    ]
    if not chosen:
        said = (
            _("no measure of {office} is overdue, so there is nothing to warn of")
            if kind == "warning"
            else _("no measure of {office} is overdue or due soon, so there is nothing to press for")
        )
        raise RefusedError("nothing-to-press", said.format(office=office))
    return _letter(ledger, today, chosen)


def _letter(ledger: Ledger, today: Date, chosen: Sequence[Item]) -> Letter:
    far = ledger.settings.inspection.feedback.max
    by_due: Callable[[Item], Date] = lambda item: item.due or far  # noqa: E731
    return Letter(
        organisation=ledger.settings.organisation,
        desk=desk(ledger.settings),
        date=today,
        office=chosen[0].office,
        leaders=tuple(dict.fromkeys(item.leader for item in chosen)),
        items=tuple(sorted(chosen, key=by_due)),
        overdue=sum(item.light == "red" for item in chosen),
        due_soon=sum(item.light == "yellow" for item in chosen),
        due_soon_days=ledger.settings.policy.due_soon_days,
    )
