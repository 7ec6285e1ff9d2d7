"""The application to close (销号审批表): a page for each measure, with who applied, returned and closed it according to the ledger, and with space to sign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import Any, Final, Literal, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure
from xuncha.report import record as room
from xuncha.report.items import Item, items, plain, rows_json
from xuncha.report.record import MeasureRecord, Step, steps
from xuncha.trail.history import Event

Deed = Literal["submit", "return", "close"]
_DEED_BY_STATUS: Final[dict[str, Deed]] = {"closed": "close", "submitted": "submit"}
"""The action by the status that a step leads to; a step from submitted to any other status is a return."""


class Fact(NamedTuple):
    """An application, a return or a closing, as the ledger records it."""

    deed: Deed
    by: str | None
    day: Date | None
    said: str | None  # the reason of a return, the note on a closing
    recorded: Date | None  # the day of the commit, if it is another one; None also without a commit
    in_history: bool  # False if only the file says it


class ApprovalForm(NamedTuple):
    """The form for one measure. The field of each person or body that decides shows what the ledger knows of their part, as facts."""

    record: MeasureRecord
    office: tuple[Fact, ...]  # applications
    leader: tuple[Fact, ...]  # actions of the responsible leader, under the name that the ledger has
    desk: tuple[Fact, ...]  # actions of anybody else: the office of the leading group keeps the ledger
    group: tuple[Fact, ...]  # actions of the head of the leading group


_PARTIES: Final = ApprovalForm._fields[1:]
"""The fields of those who apply or decide."""


class Closing(NamedTuple):
    """All values for the template, under the name `report`."""

    organisation: str
    date: Date
    forms: tuple[ApprovalForm, ...]


def closing(ledger: Ledger, today: Date, identities: Sequence[Identity], events: Iterable[Event]) -> Closing:
    """Gather the forms for the given measures or, if none are given, for all measures with the status submitted.

    `events` is the history of the ledger, newest first. Raises RefusedError if there are none, or one is not started yet; see also `items`.
    """
    by_id = items(ledger, today)
    chosen = [*dict.fromkeys(identities)] or [
        identity for identity, measure in ledger.measures.items() if measure.status == "submitted"
    ]
    if not chosen:
        text = _("no application to close is pending, so there is nothing to print")
        raise RefusedError("nothing-submitted", text, _("name measures, such as 2.3"))
    not_started = [str(each) for each in chosen if ledger.measures[each].status == "not_started"]
    if not_started:
        text = _("nothing was done yet for {ids}, so there is nothing to apply for")
        hint = _("record what was done: xuncha progress {id} …", id=not_started[0])
        raise RefusedError("not-started", text.format(ids=_(", ").join(not_started)), hint)
    by_measure: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_measure[event.number or ""].append(event)
    forms = tuple(_form(ledger, each, by_id, by_measure[str(each)]) for each in chosen)
    return Closing(ledger.settings.name, today, forms)


def facts(history: Sequence[Step], measure: Measure) -> tuple[Fact, ...]:
    """List who applied to close a measure, who returned it and who closed it, since it was last reopened."""
    result: list[Fact] = []
    for step in history:
        if step.undone or step.action == "undo" or not step.moves:
            continue  # neither a step that was undone nor the undo itself counts
        if step.from_ == "closed":
            result.clear()
        elif deed := _DEED_BY_STATUS.get(step.to or "") or ("return" if step.from_ == "submitted" else None):
            result.append(Fact(deed, step.author, step.day, step.reason, None, in_history=True))
    closed = measure.closed
    if closed is None or measure.status != "closed":
        return tuple(result)
    if result and result[-1].deed == "close":
        last = result.pop()
        day = closed.date or last.day
        recorded = None if day == last.day else last.day
        return (*result, last._replace(day=day, said=closed.note or last.said, recorded=recorded))
    return (*result, Fact("close", closed.by, closed.date, closed.note, None, in_history=False))


def _form(
    ledger: Ledger, identity: Identity, by_id: Mapping[Identity, Item], events: Sequence[Event]
) -> ApprovalForm:
    """Put each fact into the field of whoever acted; it is a leader's only if the ledger itself names that leader."""
    measure = ledger.measures[identity]
    group = ledger.settings.leading_group
    leaders = {measure.leader, measure.escalated.to if measure.escalated else None} - {None}
    by_field: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts(steps(events), measure):
        decider = "leader" if fact.by in leaders else "group" if group and fact.by == group.head else "desk"
        by_field["office" if fact.deed == "submit" else decider].append(fact)
    return ApprovalForm(room.record(ledger, identity, by_id), *(tuple(by_field[field]) for field in _PARTIES))


def as_json(report: Closing, ledger: Ledger) -> dict[str, Any]:
    """Return the output of `report closing --json`."""
    rows = rows_json(ledger, report.date)
    return {
        "organisation": report.organisation,
        "as_of": report.date.isoformat(),
        "forms": [
            {
                **rows[form.record.item.id],
                **room.as_json(form.record),
                "known": {field: plain(getattr(form, field)) for field in _PARTIES},
            }
            for form in report.forms
        ],
    }
