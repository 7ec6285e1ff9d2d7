"""Prepare the values for a region's templates: plain data, so that a template can reach nothing else.

This is the wall between a roll-up and the public: supervisors, places of ledgers, reasons for failures and titles that may
not be published are included only in internal output. Names come from strangers: they become short lines without control characters.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from xuncha.chinese.characters import without_unsafe
from xuncha.model.vocabulary import UNKNOWN
from xuncha.region.changes import Move
from xuncha.region.counts import Counts, Lateness
from xuncha.region.rollup import Rollup
from xuncha.region.selection import UnitRow, in_several_rounds, places
from xuncha.region.trend import Point
from xuncha.tally import percent

_MAX_LENGTH: Final = 120  # characters of a name
LIGHTS: Final = ("red", "yellow", "green", "done", "none")
STATES: Final = {
    "ok": "已计入",
    "late": "逾期报送",
    "repeated": "重复报送",
    "older": "旧版本",
    "missing": "未报送",
    "broken": "不能读取",
}


class Figures(NamedTuple):
    """Counts in the form that documents show."""

    units: int
    counts: Counts
    late: Lateness

    @property
    def problem_rate(self) -> str:
        """The rate of complete problems (整改完成率), in percent."""
        return percent(self.counts.problems_closed, self.counts.problems)

    @property
    def measure_rate(self) -> str:
        """The rate of closed measures (销号率), in percent."""
        return percent(self.counts.closed, self.counts.total)

    @property
    def problems_open(self) -> int:
        """The number of problems that are not complete."""
        return self.counts.problems - self.counts.problems_closed

    @property
    def in_progress(self) -> int:
        """The number of measures in progress or submitted, as a notice counts them."""
        return self.counts.in_progress + self.counts.submitted

    @property
    def longest(self) -> str:
        """The greatest number of days late: 34天; a dash if nothing is overdue."""
        return "—" if self.late.maximum is None else f"{self.late.maximum}天"

    @property
    def cells(self) -> list[str]:
        """The cells of a table on paper: 完成问题，完成率，销号措施，销号率，逾期，最长."""
        count = self.counts
        problems = f"{count.problems_closed}/{count.problems}"
        measures = f"{count.closed}/{count.total}"
        return [problems, self.problem_rate, measures, self.measure_rate, str(count.overdue), self.longest]

    @property
    def median(self) -> str:
        """The median of days late: 12, 12.5; empty if nothing is overdue."""
        return "" if self.late.median is None else f"{self.late.median:g}"


class Line(NamedTuple):
    """A unit."""

    place: int | None  # the rank by the rate of complete problems, as in `selection.places`
    name: str
    group: str
    light: str
    state: str
    state_word: str
    figures: Figures | None
    audit: tuple[int, int] | None
    round: str
    number: int  # the number among the units, for links
    source: str = ""
    message: str = ""
    supervisor: str = ""


class GroupLine(NamedTuple):
    """A group of units."""

    name: str
    depth: int  # 0 for the widest
    figures: Figures


class MoveLine(NamedTuple):
    """A unit whose counts have changed, as `changes.Move`."""

    name: str
    problems_closed: int
    closed: int
    overdue: int
    now_closed: int
    now_total: int


class SharedProblem(NamedTuple):
    """A problem that many units have."""

    title: str
    units: int
    others: tuple[str, ...]  # some of its other wordings


class Month(NamedTuple):
    """A point of the trend, and its position in the drawing, as fractions from 0 to 1."""

    day: date
    point: Point
    problem_rate: str
    measure_rate: str
    at: float
    total_height: float
    closed_height: float
    overdue_height: float


class RegionData(NamedTuple):
    """The values that templates get under the name `region`."""

    name: str
    as_of: date
    internal: bool
    total: Figures
    groups: tuple[GroupLine, ...]
    units: tuple[Line, ...]  # the units that count, in the order of the sources
    ranking: tuple[Line, ...]
    others: tuple[Line, ...]  # the units that do not count
    states: tuple[tuple[str, int], ...]
    lights: dict[str, int]
    expected: int  # the number of units that are expected or found, each once
    trend_units: int
    months: tuple[Month, ...]
    since: date | None
    moves: tuple[MoveLine, ...]
    texts: int | None  # the number of units whose titles were compared; None without `--similar`
    alike: tuple[SharedProblem, ...]
    alike_unseen: int  # the number of shared problems without a title that may be published

    @property
    def overdue(self) -> tuple[Line, ...]:
        """The units with overdue measures, those with the most first."""
        late = [each for each in self.units if each.figures and each.figures.counts.overdue]
        return tuple(sorted(late, key=lambda each: -each.figures.counts.overdue if each.figures else 0))

    @property
    def missing(self) -> tuple[Line, ...]:
        """The units of which nothing counts because it is missing or broken, each once; what names no unit stands for one."""
        counted = {each.name for each in self.units}
        lines = [
            each for each in self.others if each.state in {"missing", "broken"} and each.name not in counted
        ]
        return tuple({each.number if each.name == UNKNOWN else each.name: each for each in lines}.values())


def harmless(text: str | None) -> str:
    """Turn a stranger's name into a short, harmless line; 待明确 if there is none."""
    valid = (text or "").encode("utf-8", "replace").decode()  # names of files may hold any bytes
    line = " ".join(without_unsafe(valid, " ").split())
    return (line if len(line) <= _MAX_LENGTH else f"{line[: _MAX_LENGTH - 1]}…") or UNKNOWN


def region_data(rollup: Rollup, *, internal: bool) -> RegionData:
    """Collect the values for a region's documents; supervisors, sources and reasons only if `internal`."""
    similar, trend, moved = rollup.similar, rollup.trend, rollup.moved
    several = in_several_rounds(rollup.units)
    lines = [
        _line(unit, number, place, several, internal=internal)
        for number, (unit, place) in enumerate(zip(rollup.units, places(rollup.units), strict=True))
    ]
    units = tuple(line for line in lines if line.figures)
    alike = similar.clusters if similar else []
    visible = [each for each in alike if internal or each.title]
    return RegionData(
        name=harmless(rollup.name) if rollup.name else "",
        as_of=rollup.as_of,
        internal=internal,
        total=Figures(*rollup.total[1:]),
        groups=tuple(
            GroupLine(harmless(each.path[-1]), len(each.path) - 1, Figures(*each[1:]))
            for each in rollup.groups
        ),
        units=units,
        ranking=tuple(sorted(units, key=lambda each: each.place or len(units) + 1)),
        others=tuple(line for line in lines if not line.figures),
        states=tuple(
            (STATES[state], count)
            for state in STATES
            if (count := sum(unit.state == state for unit in rollup.units))
        ),
        lights={light: sum(line.light == light for line in lines) for light in LIGHTS},
        expected=sum(unit.state not in {"repeated", "older"} for unit in rollup.units),
        trend_units=trend.units if trend else 0,
        months=tuple(_months(trend.total)) if trend and trend.units else (),
        since=moved.since if moved else None,
        moves=tuple(MoveLine(_name(each, several), *each[2:]) for each in moved.moves) if moved else (),
        texts=similar.units if similar else None,
        alike=tuple(
            SharedProblem(
                harmless(each.title or each.titles[0]),
                each.units,
                tuple(map(harmless, each.titles[1:4])) if internal else (),
            )
            for each in visible
        ),
        alike_unseen=len(alike) - len(visible),
    )


def _name(unit: UnitRow | Move, several: Container[str], source: str = "") -> str:
    """Name a unit, with its round if it is there in several."""
    name = harmless(unit.unit or source)
    return f"{name}（{harmless(unit.round)}）" if unit.unit in several and unit.round else name


def _line(unit: UnitRow, number: int, place: int | None, several: Container[str], *, internal: bool) -> Line:
    return Line(
        place=place,
        name=_name(unit, several, unit.source if internal else ""),
        group="／".join(map(harmless, unit.group)),
        light=light(unit.counts),
        state=unit.state,
        state_word=STATES[unit.state],
        figures=Figures(1, unit.counts, unit.late) if unit.counts else None,
        audit=unit.audit,
        round=harmless(unit.round) if unit.round else "",
        number=number,
        source=harmless(unit.source) if internal and unit.source else "",
        message=harmless(unit.message) if internal and unit.message else "",
        supervisor=harmless(unit.supervisor) if internal and unit.supervisor else "",
    )


def light(counts: Counts | None) -> str:
    """Return the light of a unit, the worst of its measures; `none` if it does not count or has no measures."""
    if counts is None or not counts.total:
        return "none"
    if counts.overdue:
        return "red"
    if counts.due_soon:
        return "yellow"
    return "done" if counts.closed == counts.total else "green"


def _months(points: Sequence[Point]) -> Iterator[Month]:
    tallest = max(point.total for point in points) or 1
    last = max(len(points) - 1, 1)
    for number, point in enumerate(points):
        yield Month(
            day=point.day,
            point=point,
            problem_rate=percent(point.problems_closed, point.problems),
            measure_rate=percent(point.closed, point.total),
            at=number / last,
            total_height=point.total / tallest,
            closed_height=point.closed / tallest,
            overdue_height=point.overdue / tallest,
        )
