"""Looking: status, list, show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, NoReturn, get_args

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import option
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import STATUSES, TERMS
from xuncha.rules.names import suggestion
from xuncha.tally import Grouping, Horizon, groups, measure_json, tally

_SPAN = re.compile(r"([0-9]{1,5})d")
_GROUPINGS: tuple[str, ...] = get_args(Grouping)


@command("status")
def status(
    call: Context,
    by: Annotated[
        str, option("--by GROUP", _("What the bars are of: problem, category, office or leader"), _GROUPINGS)
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
    _among(by, _GROUPINGS, "--by")
    call = call.at(at)
    found = call.register()
    counts = tally(found, call.today)
    grouped = groups(found, call.today, by)  # type: ignore[arg-type]
    if as_json:
        screen.data(counts.as_json(grouped))
        return
    from xuncha.cli.tables import status_screen  # noqa: PLC0415

    screen.show(*status_screen(found, counts, grouped, by, at, everything=everything))


@command("list")
def list_(
    call: Context,
    status: Annotated[str | None, option("--status STATUS", _("Those in one status"), STATUSES)] = None,
    office: options.OfOffice = None,
    leader: options.OfLeader = None,
    problem: options.InProblem = None,
    overdue: Annotated[bool, option("--overdue", _("Those whose time limit has passed"))] = False,
    due_within: Annotated[
        str | None, option("--due-within DAYS", _("Open ones that are due within so many days, such as 14d"))
    ] = None,
    term: Annotated[str | None, option("--term once|long_term", _("Those of one term"), TERMS)] = None,
    at: options.At = None,
    as_json: options.Json = False,
) -> None:
    """List measures.

    Examples:
        xuncha list --overdue
        xuncha list --office 能源科 --due-within 14d
        xuncha list --overdue --at 2024-04-18
    """
    _among(status, STATUSES, "--status")
    _among(term, TERMS, "--term")
    call = call.at(at)
    found = call.register()
    options.must_be_known(found, office=office, leader=leader)
    horizon = Horizon.of(found, call.today)
    wanted = {"status": status, "office": office, "leader": leader, "term": term}
    if problem is not None:
        wanted["problem"] = str(options.a_problem(problem))
        if wanted["problem"] not in {row.id for row in found.problems}:
            _refuse(options.a_problem(problem))
    asked = {key: value for key, value in wanted.items() if value is not None}
    rows = [row for row in found.measures if all(getattr(row, key) == asked[key] for key in asked)]
    if overdue:
        rows = [row for row in rows if horizon.light(row) == "red"]
    if due_within is not None:
        last = (call.today + _span(due_within)).isoformat()
        rows = [row for row in rows if row.status != "closed" and horizon.today <= (row.due or "") <= last]
    if as_json:
        screen.data([measure_json(row, horizon) for row in rows])
        return
    from xuncha.cli.tables import measures_table  # noqa: PLC0415

    if rows:
        screen.show(measures_table(rows, horizon), wide=True)
    else:
        screen.line(_("No measure matches."))


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
        raise UsageError("bad-span", said, _("write it like 14d"))
    return timedelta(days=min(int(match[1]), 36500))


def _among(word: str | None, known: Sequence[str], option: str) -> None:
    if word is not None and word not in known:
        said = _("{option} cannot be “{word}”").format(option=option, word=word)
        raise UsageError("unknown-word", said, suggestion(word, known))
