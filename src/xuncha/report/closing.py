"""The application to close (销号审批表): a page for each measure, with what the ledger knows of whoever applied, returned and closed, and room to sign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import Any, Final, Literal, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure
from xuncha.report import record as told
from xuncha.report.items import Item, items, plain, rows_json
from xuncha.report.record import MeasureRecord, Step, steps
from xuncha.trail.history import Event

Deed = Literal["submit", "return", "close"]
_DEEDS: Final[dict[str, Deed]] = {"closed": "close", "submitted": "submit"}
"""By the status that a step leads to; one that leads from submitted to another status is a return."""


class Fact(NamedTuple):
    """What the ledger knows of an application, a return or a closing."""

    deed: Deed
    by: str | None
    day: Date | None
    said: str | None  # the reason of a return, the note on a closing
    recorded: Date | None  # the day of the commit, where that is another; None also where there is no commit
    in_history: bool  # False: it stands in the file alone


class ApprovalForm(NamedTuple):
    """The form for one measure: what is known of each who has a say stands in their field, as a fact of the ledger."""

    record: MeasureRecord
    office: tuple[Fact, ...]  # who applied
    leader: tuple[Fact, ...]  # what the responsible leader did under the name that the ledger has
    desk: tuple[Fact, ...]  # what anybody else did: the office of the leading group keeps the ledger
    group: tuple[Fact, ...]  # what the head of the leading group did


_WHO: Final = ApprovalForm._fields[1:]
"""Whoever has a say."""


class Closing(NamedTuple):
    """All that the template is given, under the name `report`."""

    organisation: str
    date: Date
    forms: tuple[ApprovalForm, ...]


def closing(ledger: Ledger, today: Date, identities: Sequence[Identity], events: Iterable[Event]) -> Closing:
    """Gather the forms for some measures; with none named, for all whose closing is applied for.

    `events` is the history of the ledger, newest first. Raises RefusedError if there is nothing to apply for; see also `items`.
    """
    found = items(ledger, today)
    chosen = [*dict.fromkeys(identities)] or [
        identity for identity, measure in ledger.measures.items() if measure.status == "submitted"
    ]
    if not chosen:
        said = _("no measure waits for closing, so there is nothing to print")
        raise RefusedError("nothing-submitted", said, _("name measures, such as xuncha report closing 2.3"))
    idle = [str(each) for each in chosen if ledger.measures[each].status == "not_started"]
    if idle:
        said = _("nothing was done yet for {ids}, so there is nothing to apply for")
        hint = _("record what was done: xuncha progress {id} …").format(id=idle[0])
        raise RefusedError("not-started", said.format(ids=_(", ").join(idle)), hint)
    happened: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        happened[event.number or ""].append(event)
    forms = tuple(_form(ledger, each, found, happened[str(each)]) for each in chosen)
    return Closing(ledger.settings.name, today, forms)


def facts(done: Sequence[Step], measure: Measure) -> tuple[Fact, ...]:
    """List who applied for the closing of a measure, who returned it and who closed it, since it was opened last."""
    found: list[Fact] = []
    for step in done:
        if step.undone or step.action == "undo" or not step.moves:
            continue  # what was taken back and what took it back are as if they had not been
        if step.from_ == "closed":
            found.clear()
        elif deed := _DEEDS.get(step.to or "") or ("return" if step.from_ == "submitted" else None):
            found.append(Fact(deed, step.author, step.day, step.reason, None, in_history=True))
    closed = measure.closed
    if closed is None or measure.status != "closed":
        return tuple(found)
    if found and found[-1].deed == "close":
        last = found.pop()
        day = closed.date or last.day
        recorded = None if day == last.day else last.day
        return (*found, last._replace(day=day, said=closed.note or last.said, recorded=recorded))
    return (*found, Fact("close", closed.by, closed.date, closed.note, None, in_history=False))


def _form(
    ledger: Ledger, identity: Identity, found: Mapping[Identity, Item], events: Sequence[Event]
) -> ApprovalForm:
    """Give each fact to whoever it is about; only a name that the ledger itself holds makes it a leader's."""
    measure = ledger.measures[identity]
    group = ledger.settings.leading_group
    leaders = {measure.leader, measure.escalated.to if measure.escalated else None} - {None}
    given: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts(steps(events), measure):
        decides = "leader" if fact.by in leaders else "group" if group and fact.by == group.head else "desk"
        given["office" if fact.deed == "submit" else decides].append(fact)
    return ApprovalForm(told.record(ledger, identity, found), *(tuple(given[who]) for who in _WHO))


def as_json(report: Closing, ledger: Ledger) -> dict[str, Any]:
    """Make the output of `report closing --json`."""
    rows = rows_json(ledger, report.date)
    return {
        "organisation": report.organisation,
        "as_of": report.date.isoformat(),
        "forms": [
            {
                **rows[form.record.item.id],
                **told.as_json(form.record),
                "known": {who: plain(getattr(form, who)) for who in _WHO},
            }
            for form in report.forms
        ],
    }
