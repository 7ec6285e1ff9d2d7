"""Decide which ledger of each unit counts, so that none counts twice; each of the others is a row with the reason."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.region.counts import Counts, Lateness, Shape, ranked
from xuncha.region.intake import Taken
from xuncha.region.rows import VERSION, too_new
from xuncha.tally import rate
from xuncha.trail import mirror

if TYPE_CHECKING:
    from xuncha.region.plan import Region, Unit

State = Literal["ok", "late", "repeated", "older", "missing", "broken"]
COUNTING: Final = frozenset({"ok", "late"})


class Counted(NamedTuple):
    """The counts of one ledger from an engine."""

    key: str
    unit: str | None
    round: str | None
    counts: Counts
    shape: Shape
    late: Lateness


class UnitRow(NamedTuple):
    """One row of the roll-up: a unit with its state and counts."""

    unit: str | None
    round: str | None
    group: tuple[str, ...]
    source: str
    state: State
    message: str = ""
    supervisor: str | None = None
    counts: Counts | None = None
    """Only for rows that count, so that adding them up counts nothing twice."""
    audit: tuple[int, int] | None = None
    key: str = ""
    """The value of the column `source`, which identifies its rows together with unit and round."""

    @property
    def is_counted(self) -> bool:
        """Whether the unit is part of the sums."""
        return self.state in COUNTING


def places(units: Sequence[UnitRow]) -> list[int | None]:
    """Return the ranks of units by the rate of complete problems; None for those that do not count or have no problems."""
    counts = [unit.counts if unit.is_counted else None for unit in units]
    return ranked([rate(each.problems_closed, each.problems) if each else None for each in counts])


class _Candidate(NamedTuple):
    place: int  # the index among all rows
    taken: Taken
    counted: Counted
    expected: int | None  # the index among the expected units


Content = Callable[[Sequence[Counted]], Sequence[object]]
"""Returns a value for each ledger that is equal for equal counted content."""
Moment = Callable[[Taken], str]
"""Returns the time of a clone's last commit in ISO 8601; empty if there is none."""


class Standing:
    """Decides which ledgers count, and what is missing.

    Args:
        region: the expected units, if there is a region.yaml.
        base: the folder to which its sources are relative.
        today: the day of the counts.
        at: the day of `--at`, if given.
    """

    def __init__(self, region: Region | None, base: Path, today: date, at: date | None = None) -> None:
        self.units = list(region.units) if region else []
        self.is_planned = region is not None
        self.hand_in = region.hand_in if region else None
        self.today, self.at = today, at
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_source: dict[str, int] = {}
        self._named: dict[str, int | None] = {}
        """The index of the expected unit that names a source, by source."""
        for number, unit in enumerate(self.units):
            if unit.source is None:
                self._by_name[unit.name].append(number)
            else:
                self._by_source[location(unit.source, base)] = number

    def decide(
        self, taken: Sequence[Taken], counted: Iterable[Counted], content: Content, moment: Moment
    ) -> list[UnitRow]:
        """Return a row for each ledger, in the order of the sources; missing units come last.

        `content` and `moment` are called only if a unit has several ledgers.
        """
        by_key: dict[str, list[Counted]] = defaultdict(list)
        # Engines answer in any order; units of one rows file are sorted by name.
        for ledger_counts in sorted(counted, key=lambda each: (each.unit or "", each.round or "")):
            by_key[ledger_counts.key].append(ledger_counts)
        rows: list[UnitRow | None] = []
        candidates: dict[object, list[_Candidate]] = defaultdict(list)
        answered: set[int] = set()
        for each in taken:
            found: list[Counted | None] = [*by_key.get(each.key, [])] if not each.error else []
            for entry in found or [None]:
                number = self._expected(each, entry)
                answered |= {number} if number is not None else set()
                state, message = self._fault(each, entry)
                rows.append(None)
                if entry is None or message:
                    rows[-1] = self._row(each, entry, number, state, message)
                    continue
                same: object = (entry.unit, entry.round) if entry.unit is not None else each.key
                key = ("expected", number) if number is not None and self.units[number].round else same
                candidates[(number, key)].append(_Candidate(len(rows) - 1, each, entry, number))
        for several in candidates.values():
            for candidate, row in self._of_one_unit(several, content, moment):
                rows[candidate.place] = row
        lacking = [number for number in range(len(self.units)) if number not in answered]
        return [row for row in rows if row] + [self._missing(self.units[number]) for number in lacking]

    def _expected(self, taken: Taken, one: Counted | None) -> int | None:
        """Return the index of a ledger's expected unit: by its source, else by its name and round."""
        if self._by_source and taken.key not in self._named:
            path = taken.source.path
            places = (taken.key, taken.source.shown, str(path), *map(str, path.parents))
            found = (self._by_source[named] for named in places if named in self._by_source)
            self._named[taken.key] = next(found, None)
        if (number := self._named.get(taken.key)) is not None:
            return number
        if one is None or one.unit is None:
            return None
        for number in self._by_name.get(one.unit, []):
            if self.units[number].round in {None, one.round}:
                return number
        return None

    def _fault(self, taken: Taken, one: Counted | None) -> tuple[State, str]:
        if one is None:
            message = taken.error or _("there is nothing in it")
            return ("missing" if taken.is_missing else "broken"), message
        if message := fault(one.shape):
            return "broken", message
        day = one.shape.as_of
        if self.at and day and taken.source.kind == "rows" and day > self.at:
            return "missing", _("it is as of {day}, after the requested day").format(day=day)
        return "ok", ""

    def _row(
        self, taken: Taken, one: Counted | None, number: int | None, state: State, said: str = ""
    ) -> UnitRow:
        unit = self.units[number] if number is not None else None
        name = one.unit if one else unit.name if unit else None
        counts = one.counts if one and state in COUNTING else None
        audit = None
        if one and one.shape.audit_errors is not None and state in COUNTING:
            audit = (one.shape.audit_errors, one.shape.audit_warnings or 0)
        return UnitRow(
            unit=name,
            round=one.round if one else unit.round if unit else None,
            group=tuple(unit.group) if unit else (),
            source=f"{taken.source.shown}:{taken.inside}" if taken.inside else taken.source.shown,
            state=state,
            message=said,
            supervisor=unit.supervisor if unit else None,
            counts=counts,
            audit=audit,
            key=taken.key,
        )

    def _of_one_unit(
        self, several: list[_Candidate], content: Content, moment: Moment
    ) -> Iterable[tuple[_Candidate, UnitRow]]:
        """Let the newest ledger of a unit count; the others are `repeated` if they hold the same, else `older`."""
        if len(several) == 1:
            yield several[0], self._counting(several[0])
            return
        moments = {each.place: _moment(each, moment) for each in several}
        first, *others = sorted(several, key=lambda each: moments[each.place], reverse=True)
        same, *contents = content([each.counted for each in (first, *others)])
        yield first, self._counting(first)
        for other, value in zip(others, contents, strict=True):
            state: State = "repeated" if value == same else "older"
            text = _("it has the same content as {source}, which is counted")
            if state == "older":
                text = _("it is not newer than {source}, which is counted")
            message = text.format(source=first.taken.source.shown)
            yield other, self._row(other.taken, other.counted, other.expected, state, message)

    def _counting(self, one: _Candidate) -> UnitRow:
        day, message = one.counted.shape.as_of, ""
        state: State = "ok"
        handed_in = one.taken.source.kind in {"rows", "archive"}
        if self.hand_in and day and handed_in and day > self.hand_in:
            state, message = (
                "late",
                _("handed in as of {day}, after {limit}").format(day=day, limit=self.hand_in),
            )
        elif self.is_planned and one.expected is None:
            message = _("it is not one of the expected units")
        elif one.expected is not None and one.counted.unit != self.units[one.expected].name:
            message = _("it is expected as {name}").format(name=self.units[one.expected].name)
        if one.taken.source.said:
            message = one.taken.source.said
        return self._row(one.taken, one.counted, one.expected, state, message)

    def _missing(self, unit: Unit) -> UnitRow:
        message = _("nothing was handed in")
        if self.hand_in and self.today <= self.hand_in:
            message = _("nothing was handed in yet; the time limit is {day}").format(day=self.hand_in)
        return UnitRow(
            unit.name, unit.round, tuple(unit.group), unit.source or "", "missing", message, unit.supervisor
        )


def location(source: str, base: Path) -> str:
    """Return the location of a region's source: an address unchanged, a file or folder as a full path."""
    return mirror.shown(source) if mirror.is_address(source) else os.path.normpath(base.absolute() / source)


def _moment(one: _Candidate, moment: Moment) -> tuple[str, str]:
    """Return the time of a ledger's state: the day of rows and archives, the time of a clone's commit."""
    if one.taken.is_live and (time := one.taken.moment or moment(one.taken)):
        return time[:10], time
    return (one.counted.shape.as_of or date.min).isoformat(), "~"


def fault(shape: Shape) -> str:
    """Return why rows are not those of a valid ledger; empty if they are."""
    if (shape.schema_version or VERSION) > VERSION:
        return too_new(shape.schema_version or 0)
    if shape.strange:
        message = ngettext(
            "{n} of its rows holds what no ledger says",
            "{n} of its rows hold what no ledger says",
            shape.strange,
        )
        return message.format(n=shape.strange)
    if shape.misnumbered:
        message = ngettext(
            "in {n} problem a measure is there twice, or one is lacking",
            "in {n} problems a measure is there twice, or one is lacking",
            shape.misnumbered,
        )
        return message.format(n=shape.misnumbered)
    return ""
