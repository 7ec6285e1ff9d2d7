"""Decide which ledger of each unit counts, so that none counts twice; each of the others is a row with the reason."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from xuncha.errors import XunchaError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.region.counts import Counts, Key, Lateness, RowFacts, ranked
from xuncha.region.intake import ReadLedger
from xuncha.region.rows import VERSION, too_new
from xuncha.tally import rate
from xuncha.trail import mirror

if TYPE_CHECKING:
    from xuncha.region.plan import Region, Unit

State = Literal["ok", "late", "repeated", "older", "missing", "broken"]
_MAX_NAME: Final = 2000  # characters, as in `model.fields.Line`
GroupPath = tuple[str, ...]
"""The names of the groups around a group, the widest first, and its own; empty for all units."""
Content = Callable[[Sequence[Key]], Sequence[object]]
"""Returns a value for the rows of each key that is equal for equal counted content."""


class Counted(NamedTuple):
    """The counts of one ledger from an engine."""

    key: Key
    counts: Counts
    facts: RowFacts
    late: Lateness


class UnitRow(NamedTuple):
    """One row of the roll-up: a unit with its state and counts."""

    unit: str | None
    round: str | None
    group: GroupPath
    source: str
    state: State
    message: str = ""
    supervisor: str | None = None
    counts: Counts | None = None  # only for rows that count, so that adding them up counts nothing twice
    late: Lateness = Lateness()
    audit: tuple[int, int] | None = None
    place: str = ""  # the value of the column `source`

    @property
    def is_counted(self) -> bool:
        """Whether the unit is part of the sums."""
        return self.counts is not None

    @property
    def key(self) -> Key:
        """The values of the columns `counts.KEYS` in its rows."""
        return self.place, self.unit, self.round

    @property
    def groups(self) -> list[GroupPath]:
        """The paths of all groups that it is in, from that of all units to its own."""
        return [self.group[:depth] for depth in range(len(self.group) + 1)]


def places(units: Sequence[UnitRow]) -> list[int | None]:
    """Return the ranks of units by the rate of complete problems; None for those that do not count or have no problems."""
    counts = [unit.counts for unit in units]
    return ranked([rate(each.problems_closed, each.problems) if each else None for each in counts])


def in_several_rounds(units: Sequence[UnitRow]) -> set[str]:
    """Return the names of units that are there in several rounds."""
    rounds = Counter(name for name, _round in {(unit.unit, unit.round) for unit in units})
    return {name for name, count in rounds.items() if name and count > 1}


class _Candidate(NamedTuple):
    """What may be the ledger of a unit, or the reason why there is none."""

    row: UnitRow
    ledger: ReadLedger
    day: date | None  # that of its rows
    expected: int | None  # the index among the expected units


class Selection:
    """Decides which ledgers count, and what is missing, by the expected units of a region, whose sources are relative to `base`."""

    def __init__(self, region: Region | None, base: Path, today: date, at: date | None = None) -> None:
        self.units: Sequence[Unit] = region.units if region else ()
        self.is_planned = region is not None
        self.hand_in = region.hand_in if region else None
        self.today, self.at = today, at
        self._by_name: dict[str | None, list[int]] = defaultdict(list)
        self._by_source: dict[str, int] = {}
        for number, unit in enumerate(self.units):
            if unit.source is None:
                self._by_name[unit.name].append(number)
            else:
                self._by_source[_location(unit.source, base)] = number

    def decide(
        self, ledgers: Sequence[ReadLedger], counted: Iterable[Counted], content: Content
    ) -> list[UnitRow]:
        """Return a row for each ledger, in the order of the sources; missing units come last. `content` is for units with several ledgers."""
        by_place: dict[str, list[Counted]] = defaultdict(list)
        # Engines answer in any order; units of one rows file are sorted by name.
        for each in sorted(counted, key=lambda each: (each.key[1] or "", each.key[2] or "")):
            by_place[each.key[0]].append(each)
        candidates = [each for ledger in ledgers for each in self._candidates(ledger, by_place)]
        rows = [each.row for each in candidates]
        rivals: dict[object, list[int]] = defaultdict(list)
        for index, candidate in enumerate(candidates):
            if candidate.row.state == "ok":
                rivals[self._unit_of(candidate)].append(index)
        for several in rivals.values():
            if len(several) > 1:
                several.sort(key=lambda index: _state_time(candidates[index]), reverse=True)
            first, *others = several
            rows[first] = self._counted_row(candidates[first])
            contents = content([rows[index].key for index in several]) if others else []
            for index, value in zip(others, contents[1:], strict=True):
                state: State = "repeated" if value == contents[0] else "older"
                message = _("it has the same content as {source}, which is counted")
                if state == "older":
                    message = _("it is not newer than {source}, which is counted")
                message = message.format(source=candidates[first].ledger.source.label)
                row = rows[index]._replace(state=state, message=message)
                rows[index] = row._replace(counts=None, late=Lateness(), audit=None)
        answered = {each.expected for each in candidates}
        missing = [unit for number, unit in enumerate(self.units) if number not in answered]
        return rows + [self._missing(unit) for unit in missing]

    def _candidates(self, ledger: ReadLedger, by_place: dict[str, list[Counted]]) -> Iterator[_Candidate]:
        """Yield the units of a ledger, or a row that says why there are none."""
        named, place = self._named(ledger), ledger.key
        label = ":".join(filter(None, [ledger.source.label, ledger.read.inside.rstrip("/")]))
        units: list[Counted | None] = [] if ledger.read.error else [*by_place.get(place, [])]
        for each in units or [None]:
            number = self._expected(each) if named is None and each else named
            unit = self.units[number] if number is not None else None
            name, round_ = (unit.name, unit.round) if unit else (None, None)
            if each and _has_names(each):
                _place, name, round_ = each.key
            state, message = self._judged(ledger, each)
            group, supervisor = (tuple(unit.group), unit.supervisor) if unit else ((), None)
            row = UnitRow(name, round_, group, label, state, message, supervisor, place=place)
            if each and state == "ok":
                row = row._replace(counts=each.counts, late=each.late, audit=each.facts.audit)
            yield _Candidate(row, ledger, each.facts.day if each else None, number)

    def _named(self, ledger: ReadLedger) -> int | None:
        """Return the index of the expected unit that names this source."""
        if not self._by_source:
            return None
        path = ledger.source.path
        places = (ledger.key, ledger.source.label, str(path), *map(str, path.parents))
        return next((self._by_source[place] for place in places if place in self._by_source), None)

    def _expected(self, counted: Counted) -> int | None:
        """Return the index of the expected unit with this name and round."""
        _place, name, round_ = counted.key
        numbers = self._by_name.get(name, ())
        return next((number for number in numbers if self.units[number].round in {None, round_}), None)

    def _judged(self, ledger: ReadLedger, counted: Counted | None) -> tuple[State, str]:
        """Return the state of a unit in a ledger by itself, and the reason if it is not `ok`."""
        if counted is None:
            message = ledger.read.error or _("there is nothing in it")
            return ("missing" if ledger.read.is_missing else "broken"), message
        facts = counted.facts
        if not _has_names(counted) or min(facts.audit_errors or 0, facts.audit_warnings or 0) < 0:
            facts = facts._replace(invalid=max(counted.counts.total, 1))
        if message := fault(facts):
            return "broken", message
        if self.at and facts.day and ledger.source.kind == "rows" and facts.day > self.at:
            return "missing", _("it is as of {day}, after the requested day", day=facts.day)
        return "ok", ""

    def _unit_of(self, candidate: _Candidate) -> object:
        """Return a value that is equal for the ledgers of one unit."""
        number, row = candidate.expected, candidate.row
        if number is not None and self.units[number].round:
            return number
        return number, row.key[1:] if row.unit is not None else row.place

    def _counted_row(self, candidate: _Candidate) -> UnitRow:
        """Return the row of a ledger that counts."""
        row, ledger, day, number = candidate
        state: State = "ok"
        message = ""
        if self.hand_in and day and ledger.source.kind in {"rows", "archive"} and day > self.hand_in:
            state = "late"
            message = _("handed in as of {day}, after {limit}", day=day, limit=self.hand_in)
        elif self.is_planned and number is None:
            message = _("it is not one of the expected units")
        elif number is not None and row.unit != self.units[number].name:
            message = _("it is expected as {name}", name=self.units[number].name)
        message = ledger.source.message or message
        if day and day > self.today:
            future = _("it is as of {day}, which is in the future", day=day)
            message = _("; ").join(filter(None, [message, future]))
        return row._replace(state=state, message=message) if message else row

    def _missing(self, unit: Unit) -> UnitRow:
        message = _("nothing was handed in")
        if self.hand_in and self.today <= self.hand_in:
            message = _("nothing was handed in yet; the time limit is {day}", day=self.hand_in)
        return UnitRow(
            unit.name, unit.round, tuple(unit.group), unit.source or "", "missing", message, unit.supervisor
        )


def _location(source: str, base: Path) -> str:
    """Return the location of a region's source: an address unchanged, a file or folder as a full path."""
    return mirror.masked(source) if mirror.is_address(source) else os.path.normpath(base.absolute() / source)


def _state_time(candidate: _Candidate) -> tuple[str, str]:
    """Return the time of a ledger's state: the day of rows and archives, the time of a clone's commit."""
    ledger = candidate.ledger
    if ledger.is_live and (time := ledger.read.moment or _commit_time(ledger)):
        return time[:10], time
    return (candidate.day or date.min).isoformat(), "~"


def _commit_time(ledger: ReadLedger) -> str:
    """Return the time of a clone's last commit; empty if there is none."""
    if not ledger.read.commit:
        return ""
    from xuncha.trail.tree import commit_time  # noqa: PLC0415  only where one unit is there twice

    try:
        return commit_time(ledger.source.path / ledger.read.inside, ledger.read.commit)
    except (XunchaError, OSError):
        return ""


def _has_names(counted: Counted) -> bool:
    """Return whether organisation and round are missing, or of a length that they may have in a ledger."""
    return all(each is None or (each.strip() and len(each) <= _MAX_NAME) for each in counted.key[1:])


def fault(facts: RowFacts) -> str:
    """Return why rows are not those of a valid ledger; empty if they are."""
    if (facts.schema_version or VERSION) > VERSION:
        return too_new(facts.schema_version or 0)
    if facts.invalid:
        return ngettext(
            "{n} of its rows holds what no ledger says",
            "{n} of its rows hold what no ledger says",
            facts.invalid,
        )
    if facts.misnumbered:
        return ngettext(
            "in {n} problem a measure is there twice, or one is lacking",
            "in {n} problems a measure is there twice, or one is lacking",
            facts.misnumbered,
        )
    return ""
