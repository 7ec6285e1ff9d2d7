"""Commands that show the ledger: status, todo, list and show."""

from __future__ import annotations

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import optional
from xuncha.language import gettext as _
from xuncha.model import names
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import STATUSES, TERMS
from xuncha.requests import readers
from xuncha.requests.selection import Selection, select, text_reader
from xuncha.tally import Horizon, groups, measure_json, tally


@command("status")
def status(
    call: Context,
    by: str = optional(
        "--by GROUP", _("Group by problem, category, office or leader"), [*names.GROUPINGS], default="problem"
    ),
    at: options.At = None,
    everything: bool = optional("--all", _("Every row, however many there are")),
    as_json: options.Json = False,
) -> None:
    """Show the state of the ledger: how much is complete, what is overdue or due soon, and who is responsible.

    Examples:
        xuncha status
        xuncha status --by office
        xuncha status --at 2024-04-18
    """
    by = readers.read_word(by, "--by", names.GROUPINGS)
    call = call.at(at)
    register = call.register()
    counts = tally(register, call.today)
    grouped = groups(register, call.today, by)  # type: ignore[arg-type]
    if as_json:
        screen.data(counts.as_json(grouped))
        return
    from xuncha.cli.tables import status_screen  # noqa: PLC0415

    screen.show(*status_screen(register, counts, grouped, by, everything=everything))


@command("todo")
def todo(
    call: Context,
    leader: options.OfLeader = None,
    office: options.OfOffice = None,
    person: options.OfPerson = None,
    as_json: options.Json = False,
) -> None:
    """Show what is pending today, for all or for one leader, office or person, and what to type.

    Examples:
        xuncha todo
        xuncha todo --office 规划科
    """
    from xuncha.requests.todo import pending_tasks  # noqa: PLC0415

    register = call.register()
    tasks = pending_tasks(
        register, call.history_if_any(), call.today, office=office, leader=leader, person=person
    )
    if as_json:
        screen.data([task.as_json() for task in tasks])
        return
    from xuncha.cli.tables import first_step, todo_screen  # noqa: PLC0415

    if tasks:
        screen.show(*todo_screen(tasks, register.frame.due_soon_days))
    else:
        screen.line(first_step(register) or _("Nothing is pending."))


@command("list")
def list_(
    call: Context,
    words: list[str] | None = optional(
        "WORDS", _("Those whose title, goal or progress contains all of these")
    ),
    status: str | None = optional("--status STATUS", _("Those in one status"), STATUSES),
    office: options.OfOffice = None,
    leader: options.OfLeader = None,
    person: options.OfPerson = None,
    problem: str | None = optional("--problem NUMBER", _("Those of one problem"), options.problems),
    category: str | None = optional("--category KEY|TITLE", _("Those of one category"), options.categories),
    fields: list[str] | None = optional("--field KEY=VALUE", _("Those with this value in a custom field")),
    unassigned: bool = optional("--unassigned", _("Open ones without a leader, an office or a time limit")),
    overdue: bool = optional("--overdue", _("Those whose time limit has passed")),
    due_within: str | None = optional(
        "--due-within DAYS", _("Open ones that are due within this many days, such as 14")
    ),
    term: str | None = optional(f"--term {'|'.join(TERMS)}", _("Those of one term"), TERMS),
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
    selection = Selection(
        words=words or (),
        status=status and readers.read_word(status, "--status", names.STATUSES),
        office=office,
        leader=leader,
        person=person,
        problem=problem,
        category=category,
        fields=readers.read_pairs(fields),
        unassigned=unassigned,
        overdue=overdue,
        due_within=readers.read_days(due_within) if due_within else None,
        term=term and readers.read_word(term, "--term", names.TERMS),
    )
    call = call.at(at)
    register = call.register()
    horizon = Horizon.of_register(register, call.today)
    rows = select(register, text_reader(call.source()), call.today, selection)
    if as_json:
        screen.data([measure_json(row, horizon) for row in rows])
        return
    from xuncha.cli.tables import first_step, measures_table  # noqa: PLC0415

    if rows:
        screen.show(measures_table(rows, horizon), wide=True, paged=True)
    else:
        screen.line(first_step(register) or _("No measure matches."))


@command("show")
def show(
    call: Context, identity: options.Record, at: options.At = None, as_json: options.Json = False
) -> None:
    """Show a problem or a measure in full, with its history.

    Examples:
        xuncha show 2.3
        xuncha show 2 --json
        xuncha show 2.3 --at 2024-04-18
    """
    from rich.text import Text  # noqa: PLC0415

    from xuncha.cli.tables import measure_screen, problem_screen  # noqa: PLC0415
    from xuncha.model.records import Problem  # noqa: PLC0415
    from xuncha.requests.answers import file_version, measure_rows, record_json  # noqa: PLC0415
    from xuncha.store.loading import load_record, load_settings  # noqa: PLC0415

    parsed, call = Identity.parse(identity), call.at(at)
    register = call.register()
    horizon = Horizon.of_register(register, call.today)
    rows = measure_rows(register, parsed)
    source = call.source()
    record = load_record(source, parsed)
    events = call.history_if_any(parsed)
    if as_json:
        version = file_version(call.root, parsed.path, call.commit)
        screen.data(record_json(parsed, record, rows, horizon, events, version))
        return
    if at:
        screen.show(Text(_("as of {day}", day=call.today), "dim"))
    if isinstance(record, Problem):
        screen.show(*problem_screen(parsed, record, register.frame, rows, horizon, events))
    else:
        settings = load_settings(source).settings if record.outcomes else None
        kinds = settings.outcomes if settings else ()
        screen.show(
            *measure_screen(parsed, record, kinds, register.frame, rows[parsed.measure - 1], horizon, events)
        )
