"""Looking: status, list, show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, NoReturn, get_args

from xuncha.cli import options, screen, typed
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import argument, option
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.model import names
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import STATUSES, TERMS
from xuncha.tally import Grouping, Horizon, groups, measure_json, tally

if TYPE_CHECKING:
    from xuncha.model.register import MeasureRow, Register

_SPAN = re.compile(r"([0-9]{1,5})d?")
_GROUPINGS: tuple[str, ...] = get_args(Grouping)


@command("status")
def status(
    call: Context,
    by: Annotated[
        str, option("--by GROUP", _("Group by problem, category, office or leader"), _GROUPINGS)
    ] = "problem",
    at: options.At = None,
    everything: Annotated[bool, option("--all", _("Every row, however many there are"))] = False,
    as_json: options.Json = False,
) -> None:
    """Show how the ledger stands: how much is complete, what is overdue, what is due soon, and who holds it.

    Examples:
        xuncha status
        xuncha status --by office
        xuncha status --at 2024-04-18
    """
    by = typed.word(by, "--by", names.GROUPINGS)
    call = call.at(at)
    found = call.register()
    counts = tally(found, call.today)
    grouped = groups(found, call.today, by)  # type: ignore[arg-type]
    if as_json:
        screen.data(counts.as_json(grouped))
        return
    from xuncha.cli.tables import status_screen  # noqa: PLC0415

    screen.show(*status_screen(found, counts, grouped, by, at, everything=everything))


@command("todo")
def todo(
    call: Context,
    leader: options.OfLeader = None,
    office: options.OfOffice = None,
    person: options.OfPerson = None,
    as_json: options.Json = False,
) -> None:
    """Show what waits today, for all or for one leader, office or person; each with what to type.

    Examples:
        xuncha todo
        xuncha todo --office 规划科
    """
    from xuncha.todo import tasks  # noqa: PLC0415

    found = call.register()
    office, leader = options.known(found, office=office, leader=leader)
    wanted = {"leader": leader, "office": office, "person": person}
    waiting = [
        task
        for task in tasks(found, call.today, _returned(call))
        if all(name is None or getattr(task.row, key) == name for key, name in wanted.items())
    ]
    if as_json:
        screen.data([task.as_json() for task in waiting])
        return
    from xuncha.cli.tables import beginning, todo_screen  # noqa: PLC0415

    if waiting:
        screen.show(*todo_screen(waiting, found.frame.due_soon_days))
    else:
        screen.line(beginning(found) or _("Nothing is waiting."))


def _returned(call: Context) -> set[str]:
    """Return the numbers of the measures whose last application was returned."""
    last = {
        event.now or event.id: event.action
        for event in reversed(call.history_if_any())
        if event.to != event.from_
    }
    return {str(number) for number, action in last.items() if action == "return"}


@command("list")
def list_(
    call: Context,
    words: Annotated[
        list[str] | None, argument("WORDS", _("Those whose title, goal or progress holds all of these"))
    ] = None,
    status: Annotated[str | None, option("--status STATUS", _("Those in one status"), STATUSES)] = None,
    office: options.OfOffice = None,
    leader: options.OfLeader = None,
    person: options.OfPerson = None,
    problem: options.InProblem = None,
    category: options.OfCategory = None,
    fields: Annotated[
        list[str] | None, option("--field KEY=VALUE", _("Those with this value in a field of one's own"))
    ] = None,
    unassigned: Annotated[
        bool, option("--unassigned", _("Open ones without a leader, an office or a time limit"))
    ] = False,
    overdue: Annotated[bool, option("--overdue", _("Those whose time limit has passed"))] = False,
    due_within: Annotated[
        str | None, option("--due-within DAYS", _("Open ones that are due within so many days, such as 14"))
    ] = None,
    term: Annotated[str | None, option(f"--term {'|'.join(TERMS)}", _("Those of one term"), TERMS)] = None,
    at: options.At = None,
    as_json: options.Json = False,
) -> None:
    """List measures.

    Examples:
        xuncha list --overdue
        xuncha list --office 规划科 --due-within 14
        xuncha list 固定资产 --unassigned
        xuncha list --overdue --at 2024-04-18
    """
    status = status and typed.word(status, "--status", names.STATUSES)
    term = term and typed.word(term, "--term", names.TERMS)
    call = call.at(at)
    found = call.register()
    office, leader = options.known(found, office=office, leader=leader)
    horizon = Horizon.of(found, call.today)
    wanted = {"status": status, "office": office, "leader": leader, "person": person, "term": term}
    if category is not None:
        wanted["category"] = options.known_category(found, category)
    if problem is not None:
        wanted["problem"] = str(options.a_problem(problem))
        if wanted["problem"] not in {row.id for row in found.problems}:
            _refuse(options.a_problem(problem))
    asked = {key: value for key, value in wanted.items() if value is not None}
    rows = [row for row in found.measures if all(getattr(row, key) == asked[key] for key in asked)]
    last = (call.today + _span(due_within)).isoformat() if due_within else None
    rows = [
        row
        for row in rows
        if not (unassigned and (row.status == "closed" or row.assigned))
        and not (overdue and horizon.light(row) != "red")
        and (last is None or (row.status != "closed" and horizon.today <= (row.due or "") <= last))
    ]
    rows = _with_fields(found, rows, options.pairs(fields))
    if words:
        rows = _holding(call, rows, words)
    if as_json:
        screen.data([measure_json(row, horizon) for row in rows])
        return
    from xuncha.cli.tables import beginning, measures_table  # noqa: PLC0415

    if rows:
        screen.show(measures_table(rows, horizon), wide=True, paged=True)
    else:
        screen.line(beginning(found) or _("No measure matches."))


def _with_fields(found: Register, rows: list[MeasureRow], wanted: Mapping[str, str]) -> list[MeasureRow]:
    """Return the rows that have these values in declared fields, their own or their problem's."""
    from xuncha.rules.fields import typed as typed_field  # noqa: PLC0415

    named: dict[str, set[str]] = {"problem": set(), "measure": set()}
    for kind in found.frame.fields:
        named[kind.of] |= {kind.key, kind.label}
    for name, text in wanted.items():
        if name in named["problem"] - named["measure"]:
            pair = typed_field(found.frame, "problem", name, text)
            having = {problem.id for problem in found.problems if pair in problem.fields}
            rows = [row for row in rows if row.problem in having]
        else:
            pair = typed_field(found.frame, "measure", name, text)
            rows = [row for row in rows if pair in row.fields]
    return rows


def _holding(call: Context, rows: Sequence[MeasureRow], words: Sequence[str]) -> list[MeasureRow]:
    """Return the rows whose title, goal or progress holds all the words, however their letters are written."""
    from xuncha.store.loading import records_of  # noqa: PLC0415

    records = records_of(call.source(), [Identity.parse(row.id) for row in rows])
    found = []
    for row in rows:
        record = records.get(Identity.parse(row.id))
        told = [record.goal or "", *(entry.text for entry in record.progress)] if record else []
        text = "\n".join([row.title, *told]).casefold()
        if all(word.casefold() in text for word in words):
            found.append(row)
    return found


@command("show")
def show(call: Context, identity: options.Either, as_json: options.Json = False) -> None:
    """Show a problem or a measure, whole, with its history.

    Examples:
        xuncha show 2.3
        xuncha show 2 --json
    """
    from xuncha.cli.record import measure_screen, problem_screen, record_json  # noqa: PLC0415
    from xuncha.model.records import Problem  # noqa: PLC0415
    from xuncha.store.files import WorkingTree  # noqa: PLC0415
    from xuncha.store.loading import load_settings, record_of  # noqa: PLC0415

    which = Identity.parse(identity)
    found = call.register()
    horizon = Horizon.of(found, call.today)
    rows = next((row.measures for row in found.problems if row.id == str(which.problem)), None)
    if rows is None or which.measure > len(rows):
        _refuse(which)
    source = WorkingTree(call.root)
    record = record_of(source, which)
    events = call.history_if_any(which)
    if as_json:
        screen.data(record_json(which, record, rows, horizon, events))
    elif isinstance(record, Problem):
        screen.show(*problem_screen(which, record, found.frame, rows, horizon, events))
    else:
        settings = load_settings(source).settings if record.outcomes else None
        kinds = settings.outcomes if settings else ()
        screen.show(
            *measure_screen(which, record, kinds, found.frame, rows[which.measure - 1], horizon, events)
        )


def _refuse(identity: Identity) -> NoReturn:
    """Refuse the number of a problem or a measure that is not there."""
    from xuncha.workflow.perform import no_such  # noqa: PLC0415  looking needs nothing of the workflow

    raise no_such(identity)


def _span(text: str) -> timedelta:
    match = _SPAN.fullmatch(text)
    if match is None:
        said = _("--due-within: “{text}” is not a number of days").format(text=text)
        raise UsageError("bad-span", said, _("write it like 14"))
    return timedelta(days=min(int(match[1]), 36500))
