"""What a board is: all that its template is given, as plain values. Who may see what is decided by `xuncha.dashboard.content`."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812  a field is named `date`
from pathlib import Path
from typing import NamedTuple

from xuncha.chinese.punctuation import full_width_page
from xuncha.dashboard.timeline import Point, Span
from xuncha.model.vocabulary import Light, Status, Term
from xuncha.paper.own import Own
from xuncha.paper.templates import render as fill
from xuncha.tally import Tally


class Said(NamedTuple):
    """Something that was said of a measure on a day: its newest progress, or the reason of what was done to it."""

    date: Date | None
    what: str  # the action that the reason is of; empty for progress
    text: str
    publish: bool


class Inside(NamedTuple):
    """What only an internal board shows of a measure."""

    leader: str
    office: str
    co_offices: tuple[str, ...]
    withheld: bool
    goal: str | None
    escalated_to: str | None
    progress: Said | None
    closed: Date | None
    closed_by: str | None
    note: str | None
    reason: Said | None


class Item(NamedTuple):
    """A measure, as a row."""

    number: str
    title: str
    status: Status
    light: Light
    term: Term
    due: Date | None
    days: int | None
    """Days left until the deadline, negative once it has passed; none where it is closed or has no deadline."""
    inside: Inside | None  # None on a public board

    @property
    def long_term(self) -> bool:
        """Tell whether it never ends."""
        return self.term == "long_term"


class Group(NamedTuple):
    """Measures that a figure counts, with the rows behind it."""

    key: str  # names it in links
    title: str
    total: int
    closed: int
    overdue: int
    due_soon: int
    items: tuple[Item, ...]

    @property
    def left(self) -> int:
        """How many are not closed."""
        return self.total - self.closed

    @property
    def unseen(self) -> int:
        """How many are counted and not among the rows."""
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
    due_by_end: int  # how many have become due by its end, from the beginning on
    closed_by_end: int | None  # how many were closed by its end; none while it has not begun


class Timeline(NamedTuple):
    """When deadlines fall, and how closings added up beside them."""

    today: float
    periods: tuple[Period, ...]
    tallest: int  # how many are due in the fullest period
    undated: Group  # long-term ones without a deadline
    closings: tuple[Point, ...]
    deadlines: tuple[Point, ...]  # how many should have been closed by then


class Board(NamedTuple):
    """All that the template is given, under the name `board`."""

    organisation: str  # 待明确 where nobody has said it; so are leaders, offices and categories
    inspector: str | None
    feedback: Date | None
    as_of: Date
    internal: bool
    due_soon_days: int
    counts: Tally  # of everything, withheld items included
    statuses: tuple[Group, ...]  # as a bar is filled: closed, submitted, in progress, not started
    staged: Group  # closed long-term measures: a staged result is reached
    lights: tuple[Group, ...]  # red, yellow, green; rows by deadline
    reviews: Group  # closed long-term measures that are to be looked at again
    categories: tuple[CategoryItem, ...]
    problems: tuple[ProblemItem, ...]  # those of all categories, by their numbers
    offices: tuple[Group, ...]  # empty on a public board
    leaders: tuple[Group, ...]
    timeline: Timeline


def render(board: Board, root: Path | Own) -> str:
    """Render a board as one page that needs no script and no network, by the ledger's own template if it has one."""
    return full_width_page(fill("dashboard.html.j2", root, board=board))
