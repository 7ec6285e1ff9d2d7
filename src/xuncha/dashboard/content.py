"""The content of a dashboard as plain values: the wall between ledger and reader, since the template gets nothing else (docs/adr/0012)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from operator import attrgetter
from typing import Final, Literal, NamedTuple

from xuncha.chinese.punctuation import full_width_page
from xuncha.dashboard.timeline import Axis, Point, Span, changes, cumulative, curve, day_of
from xuncha.model.records import Ledger, Measure
from xuncha.model.register import MeasureRow, Register
from xuncha.model.vocabulary import UNKNOWN, Light, Status, Term
from xuncha.paper.own import OwnFiles
from xuncha.paper.templates import render as render_template
from xuncha.tally import Horizon, Tally, tally
from xuncha.trail.history import Event


class DatedText(NamedTuple):
    """A dated text about a measure: its newest progress, or the reason for an action."""

    date: Date | None
    what: str  # the action to which the reason belongs; empty for progress
    text: str
    publish: bool


class Details(NamedTuple):
    """The details of a measure that only an internal board shows."""

    leader: str
    office: str
    co_offices: tuple[str, ...]
    withheld: bool
    goal: str | None
    escalated_to: str | None
    progress: DatedText | None
    closed: Date | None
    closed_by: str | None
    note: str | None
    reason: DatedText | None


class Item(NamedTuple):
    """A measure as a row."""

    number: str
    title: str
    status: Status
    light: Light
    term: Term
    due: Date | None
    days: int | None  # until the deadline, negative after it; None if it is closed, or has no deadline
    inside: Details | None  # None on a public board

    @property
    def long_term(self) -> bool:
        """Whether it never ends."""
        return self.term == "long_term"


class Group(NamedTuple):
    """The measures that a figure counts: the counts, and the rows that may be shown."""

    key: str  # its name in links
    title: str
    total: int
    closed: int
    overdue: int
    due_soon: int
    items: tuple[Item, ...]

    @property
    def left(self) -> int:
        """The number of measures that are not closed."""
        return self.total - self.closed

    @property
    def unseen(self) -> int:
        """The number of measures that are counted but not among the rows."""
        return self.total - len(self.items)


class ProblemItem(NamedTuple):
    """A problem, with its measures."""

    number: str
    title: str
    complete: bool
    finding: str | None
    withheld: bool
    measures: Group


class CategoryItem(NamedTuple):
    """A category with at least one problem to show."""

    title: str
    measures: Group
    problems: tuple[ProblemItem, ...]


class Period(NamedTuple):
    """A period on the axis of time, with the measures that are due in it."""

    span: Span
    due: Group
    due_by_end: int  # measures with a deadline not after its end
    closed_by_end: int | None  # measures closed by its end; None if it has not begun


class Timeline(NamedTuple):
    """The deadlines over time, and the number of closed measures beside them."""

    today: float
    periods: tuple[Period, ...]
    tallest: int  # the number of measures due in the fullest period
    undated: Group  # measures without a deadline
    closings: tuple[Point, ...]
    deadlines: tuple[Point, ...]  # the number that should be closed by then


class Board(NamedTuple):
    """Everything that the template gets, under the name `board`."""

    organisation: str  # 待明确 if it is missing; leaders, offices and categories likewise
    inspector: str | None
    feedback: Date | None
    as_of: Date
    internal: bool
    due_soon_days: int
    at_once: int  # open measures to be done at once without a deadline; they count as due soon
    counts: Tally  # of everything, withheld items included
    statuses: tuple[Group, ...]  # in the order of a bar: closed, submitted, in progress, not started
    staged: Group  # closed long-term measures: a staged result is reached
    lights: tuple[Group, ...]  # red, yellow, green; rows by deadline
    reviews: Group  # closed long-term measures that are due for a review
    categories: tuple[CategoryItem, ...]
    problems: tuple[ProblemItem, ...]  # those of all categories, by their numbers
    offices: tuple[Group, ...]  # empty on a public board
    leaders: tuple[Group, ...]
    timeline: Timeline
    without_measures: int  # problems to publish without measures; a public board cannot list them


def render(board: Board, files: OwnFiles) -> str:
    """Render a board as one page that needs no script and no network, by the ledger's own template if it has one."""
    return full_width_page(render_template("dashboard.html.j2", files, board=board))


STATUSES: Final[tuple[Status, ...]] = ("closed", "submitted", "in_progress", "not_started")
"""The statuses in the order in which a bar is filled."""
LIGHTS: Final[tuple[Light, ...]] = ("red", "yellow", "green", "none")
_WITH_REASON = frozenset({"return", "reopen", "extend"})


def content(ledger: Ledger, events: Sequence[Event], today: Date, *, internal: bool = False) -> Board:
    """Gather the content of the dashboard from a ledger and its history (newest first), counted for a day; names only if it is internal."""
    register = ledger.register()
    horizon = Horizon.of_register(register, today)
    rows = _Rows(register.measures, horizon, _items(ledger, register, horizon, events, internal=internal))
    categories = tuple(_categories(ledger, register, rows, internal=internal))
    problems = [problem for category in categories for problem in category.problems]
    closed = [row for row in rows.all if row.status == "closed"]
    return Board(
        organisation=ledger.settings.name,
        inspector=register.frame.inspector,
        feedback=ledger.settings.inspection.feedback,
        as_of=today,
        internal=internal,
        due_soon_days=register.frame.due_soon_days,
        at_once=sum(row.due is None and horizon.light(row) == "yellow" for row in rows.all),
        counts=tally(register, today),
        statuses=tuple(
            rows.group(each, (row for row in rows.all if row.status == each)) for each in STATUSES
        ),
        staged=rows.group("staged", (row for row in closed if row.term == "long_term")),
        lights=tuple(
            rows.group(each, (row for row in rows.all if horizon.light(row) == each), by_deadline=True)
            for each in LIGHTS
        ),
        reviews=rows.group("review", filter(horizon.is_review_due, rows.all)),
        categories=categories,
        problems=tuple(sorted(problems, key=lambda problem: int(problem.number))),
        offices=_workload(rows, register.frame.offices, "office") if internal else (),
        leaders=_workload(rows, register.frame.leaders, "leader") if internal else (),
        timeline=_timeline(ledger, rows, events, today),
        without_measures=sum(each.publish and not each.measures for each in register.problems),
    )


class _Rows(NamedTuple):
    all: list[MeasureRow]
    horizon: Horizon
    items: dict[str, Item]

    def group(
        self, key: str, rows: Iterable[MeasureRow], title: str = "", *, by_deadline: bool = False
    ) -> Group:
        """Count some rows, and list those that may be shown."""
        counted = list(rows)
        lights = Counter(map(self.horizon.light, counted))
        items = [self.items[row.id] for row in counted if row.id in self.items]
        if by_deadline:
            items.sort(key=lambda item: item.due or Date.max)
        return Group(key, title, len(counted), lights["done"], lights["red"], lights["yellow"], tuple(items))


def _items(
    ledger: Ledger, register: Register, horizon: Horizon, events: Sequence[Event], *, internal: bool
) -> dict[str, Item]:
    today = Date.fromisoformat(horizon.today)
    numbers = {row.id: row.id for row in register.measures} if internal else _new_numbers(register)
    reasons = _reasons(events) if internal else {}
    found = {}
    for row, measure in zip(register.measures, ledger.measures.values(), strict=True):
        if number := numbers.get(row.id):
            found[row.id] = Item(
                number=number,
                title=row.title,
                status=row.status,
                light=horizon.light(row),
                term=row.term,
                due=measure.due,
                days=(measure.due - today).days if measure.due and row.status != "closed" else None,
                inside=_details(row, measure, reasons.get(row.id)) if internal else None,
            )
    return found


def _headings(register: Register) -> list[tuple[str | None, str]]:
    """List the categories by key and title, and at the end a heading for problems without a category."""
    return [*register.frame.categories, (None, UNKNOWN)]


def _new_numbers(register: Register) -> dict[str, str]:
    """Return new numbers for published measures, since a gap would reveal that some are withheld."""
    numbers: dict[str, str] = {}
    problem = 0
    for key, _title in _headings(register):
        for each in register.problems:
            shown = [row for row in each.measures if row.publish]
            if each.category == key and shown:
                problem += 1
                numbers |= {row.id: f"{problem}.{place}" for place, row in enumerate(shown, 1)}
    return numbers


def _details(row: MeasureRow, measure: Measure, reason: DatedText | None) -> Details:
    newest = max(reversed(measure.progress), key=lambda entry: entry.date or Date.min, default=None)
    closed = measure.closed
    return Details(
        leader=row.leader or UNKNOWN,
        office=row.office or UNKNOWN,
        co_offices=row.co_offices,
        withheld=not row.publish,
        goal=measure.goal,
        escalated_to=measure.escalated.to if measure.escalated else None,
        progress=DatedText(newest.date, "", newest.text, newest.publish) if newest else None,
        closed=closed.date if closed else None,
        closed_by=closed.by if closed else None,
        note=closed.note if closed else None,
        reason=reason,
    )


def _reasons(events: Sequence[Event]) -> dict[str, DatedText]:
    """Find the newest reason given for a return, reopening or extension of each measure."""
    return {
        event.number: DatedText(day_of(event), event.action, event.reason, publish=False)
        for event in reversed(events)
        if event.number and event.reason and event.action in _WITH_REASON
    }


def _categories(ledger: Ledger, register: Register, rows: _Rows, *, internal: bool) -> Iterator[CategoryItem]:
    """Yield the categories and problems with measures that may be shown; on an internal board, all categories with a problem."""
    for key, title in _headings(register):
        problems = []
        for row in (each for each in register.problems if each.category == key):
            measures = rows.group("", row.measures)
            if internal or measures.items:
                number = row.id if internal else measures.items[0].number.partition(".")[0]
                finding = ledger.problems[int(row.id)].finding if internal else None
                group = measures._replace(key=f"problem-{number}")
                problem = ProblemItem(number, row.title, row.is_complete, finding, not row.publish, group)
                problems.append(problem)
        if problems:
            inside = [row for row in rows.all if row.category == key]
            yield CategoryItem(title, rows.group(f"category-{problems[0].number}", inside), tuple(problems))


def _workload(rows: _Rows, names: Iterable[str], by: Literal["office", "leader"]) -> tuple[Group, ...]:
    """Group the measures by office or leader: those with most overdue measures first, then those with most open ones."""
    found = [
        rows.group(f"{by}-{place}", (row for row in rows.all if getattr(row, by) == name), name or UNKNOWN)
        for place, name in enumerate((*names, None), 1)
    ]
    non_empty = filter(attrgetter("total"), found)
    return tuple(sorted(non_empty, key=attrgetter("overdue", "left", "total"), reverse=True))


def _timeline(ledger: Ledger, rows: _Rows, events: Sequence[Event], today: Date) -> Timeline:
    due = {row.id: Date.fromisoformat(row.due) for row in rows.all if row.due}
    start = min(ledger.settings.inspection.feedback or today, today)
    axis = Axis(min([start, *due.values()]), max([today, *due.values()]))
    measures = ledger.measures.items()
    closed = {
        str(identity): (each.closed.date or Date.min) if each.closed else None for identity, each in measures
    }
    closed_by = cumulative(changes(closed, events, start, today))
    due_by = cumulative(Counter(due.values()))
    periods = []
    for place, span in enumerate(axis.spans, 1):
        due_rows = (row for row in rows.all if row.id in due and span.first <= due[row.id] <= span.last)
        group = rows.group(f"due-{place}", due_rows, span.title, by_deadline=True)
        closed_by_end = closed_by(span.last) if span.first <= today else None
        periods.append(Period(span, group, due_by(span.last), closed_by_end))
    return Timeline(
        today=axis.place(today, whole=True),
        periods=tuple(periods),
        tallest=max(period.due.total for period in periods),
        undated=rows.group("undated", (row for row in rows.all if row.id not in due)),
        closings=curve(closed_by, axis, today, len(rows.all)),
        deadlines=curve(due_by, axis, axis.last, len(rows.all)),
    )
