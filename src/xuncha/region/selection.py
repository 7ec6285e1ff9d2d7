"""Decide which ledger of each unit counts, so that none counts twice; each of the others is a row with the reason."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.region.counts import Counts, Lateness, RowFacts, ranked
from xuncha.region.intake import ReadLedger
from xuncha.region.rows import VERSION, too_new
from xuncha.tally import rate
from xuncha.trail import mirror

if TYPE_CHECKING:
    from xuncha.region.plan import Region, Unit

State = Literal["ok", "late", "repeated", "older", "missing", "broken"]
_MAX_NAME: Final = 2000  # characters, as in `model.fields.Line`
COUNTED: Final = frozenset({"ok", "late"})


class Counted(NamedTuple):
    """The counts of one ledger from an engine."""

    key: str
    unit: str | None
    round: str | None
    counts: Counts
    facts: RowFacts
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
        return self.state in COUNTED


def places(units: Sequence[UnitRow]) -> list[int | None]:
    """Return the ranks of units by the rate of complete problems; None for those that do not count or have no problems."""
    counts = [unit.counts if unit.is_counted else None for unit in units]
    return ranked([rate(each.problems_closed, each.problems) if each else None for each in counts])


def in_several_rounds(units: Sequence[UnitRow]) -> set[str]:
    """Return the names of units that are there in several rounds."""
    rounds = Counter(name for name, _round in {(unit.unit, unit.round) for unit in units})
    return {name for name, count in rounds.items() if name and count > 1}


class _Candidate(NamedTuple):
    position: int  # the index among all rows
    ledger: ReadLedger
    counted: Counted
    expected: int | None  # the index among the expected units


Content = Callable[[Sequence[Counted]], Sequence[object]]
"""Returns a value for each ledger that is equal for equal counted content."""
Moment = Callable[[ReadLedger], str]
"""Returns the time of a clone's last commit in ISO 8601; empty if there is none."""


class Selection:
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
        self.today, self.finding = today, at
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_source: dict[str, int] = {}
        self._units: dict[str, int | None] = {}
        """The index of the expected unit that names a source, by source."""
        for number, unit in enumerate(self.units):
            if unit.source is None:
                self._by_name[unit.name].append(number)
            else:
                self._by_source[location(unit.source, base)] = number

    def decide(
        self, ledgers: Sequence[ReadLedger], counted: Iterable[Counted], content: Content, moment: Moment
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
        for each in ledgers:
            entries: list[Counted | None] = [*by_key.get(each.key, [])] if not each.error else []
            for entry in entries or [None]:
                number = self._expected(each, entry)
                answered |= {number} if number is not None else set()
                state, message = self._fault(each, entry)
                rows.append(None)
                if entry is None or message:
                    named = entry if entry and _has_names(entry) else None
                    rows[-1] = self._row(each, named, number, state, message)
                    continue
                unit_key: object = (entry.unit, entry.round) if entry.unit is not None else each.key
                key = ("expected", number) if number is not None and self.units[number].round else unit_key
                candidates[(number, key)].append(_Candidate(len(rows) - 1, each, entry, number))
        for rivals in candidates.values():
            for candidate, row in self._unit_rows(rivals, content, moment):
                rows[candidate.position] = row
        missing = [number for number in range(len(self.units)) if number not in answered]
        return [row for row in rows if row] + [self._missing(self.units[number]) for number in missing]

    def _expected(self, ledger: ReadLedger, counted: Counted | None) -> int | None:
        """Return the index of a ledger's expected unit: by its source, else by its name and round."""
        if self._by_source and ledger.key not in self._units:
            path = ledger.source.path
            places = (ledger.key, ledger.source.label, str(path), *map(str, path.parents))
            numbers = (self._by_source[place] for place in places if place in self._by_source)
            self._units[ledger.key] = next(numbers, None)
        if (number := self._units.get(ledger.key)) is not None:
            return number
        if counted is None or counted.unit is None:
            return None
        for number in self._by_name.get(counted.unit, []):
            if self.units[number].round in {None, counted.round}:
                return number
        return None

    def _fault(self, ledger: ReadLedger, counted: Counted | None) -> tuple[State, str]:
        if counted is None:
            message = ledger.error or _("there is nothing in it")
            return ("missing" if ledger.is_missing else "broken"), message
        facts = counted.facts
        if not _has_names(counted) or min(facts.audit_errors or 0, facts.audit_warnings or 0) < 0:
            facts = facts._replace(invalid=max(counted.counts.total, 1))
        if message := fault(facts):
            return "broken", message
        day = facts.day
        if self.finding and day and ledger.source.kind == "rows" and day > self.finding:
            return "missing", _("it is as of {day}, after the requested day").format(day=day)
        return "ok", ""

    def _row(
        self, ledger: ReadLedger, counted: Counted | None, number: int | None, state: State, message: str = ""
    ) -> UnitRow:
        unit = self.units[number] if number is not None else None
        name = counted.unit if counted else unit.name if unit else None
        counts = counted.counts if counted and state in COUNTED else None
        audit = None
        if counted and counted.facts.audit_errors is not None and state in COUNTED:
            audit = (counted.facts.audit_errors, counted.facts.audit_warnings or 0)
        return UnitRow(
            unit=name,
            round=counted.round if counted else unit.round if unit else None,
            group=tuple(unit.group) if unit else (),
            source=f"{ledger.source.label}:{ledger.inside}" if ledger.inside else ledger.source.label,
            state=state,
            message=message,
            supervisor=unit.supervisor if unit else None,
            counts=counts,
            audit=audit,
            key=ledger.key,
        )

    def _unit_rows(
        self, candidates: list[_Candidate], content: Content, moment: Moment
    ) -> Iterable[tuple[_Candidate, UnitRow]]:
        """Let the newest ledger of a unit count; the others are `repeated` if they hold the same, else `older`."""
        if len(candidates) == 1:
            yield candidates[0], self._counted_row(candidates[0])
            return
        moments = {each.index: _state_time(each, moment) for each in candidates}
        first, *others = sorted(candidates, key=lambda each: moments[each.index], reverse=True)
        first_content, *contents = content([each.counted for each in (first, *others)])
        yield first, self._counted_row(first)
        for other, value in zip(others, contents, strict=True):
            state: State = "repeated" if value == first_content else "older"
            text = _("it has the same content as {source}, which is counted")
            if state == "older":
                text = _("it is not newer than {source}, which is counted")
            message = text.format(source=first.ledger.source.label)
            yield other, self._row(other.ledger, other.counted, other.expected, state, message)

    def _counted_row(self, entry: _Candidate) -> UnitRow:
        day, message = entry.counted.facts.day, ""
        state: State = "ok"
        handed_in = entry.ledger.source.kind in {"rows", "archive"}
        if self.hand_in and day and handed_in and day > self.hand_in:
            state, message = (
                "late",
                _("handed in as of {day}, after {limit}").format(day=day, limit=self.hand_in),
            )
        elif self.is_planned and entry.expected is None:
            message = _("it is not one of the expected units")
        elif entry.expected is not None and entry.counted.unit != self.units[entry.expected].name:
            message = _("it is expected as {name}").format(name=self.units[entry.expected].name)
        if entry.ledger.source.message:
            message = entry.ledger.source.message
        if day and day > self.today:
            future = _("it is as of {day}, which is in the future").format(day=day)
            message = _("; ").join(filter(None, [message, future]))
        return self._row(entry.ledger, entry.counted, entry.expected, state, message)

    def _missing(self, unit: Unit) -> UnitRow:
        message = _("nothing was handed in")
        if self.hand_in and self.today <= self.hand_in:
            message = _("nothing was handed in yet; the time limit is {day}").format(day=self.hand_in)
        return UnitRow(
            unit.name, unit.round, tuple(unit.group), unit.source or "", "missing", message, unit.supervisor
        )


def location(source: str, base: Path) -> str:
    """Return the location of a region's source: an address unchanged, a file or folder as a full path."""
    return mirror.masked(source) if mirror.is_address(source) else os.path.normpath(base.absolute() / source)


def _state_time(entry: _Candidate, moment: Moment) -> tuple[str, str]:
    """Return the time of a ledger's state: the day of rows and archives, the time of a clone's commit."""
    if entry.ledger.is_live and (time := entry.ledger.moment or moment(entry.ledger)):
        return time[:10], time
    return (entry.counted.facts.day or date.min).isoformat(), "~"


def _has_names(counted: Counted) -> bool:
    """Return whether organisation and round are missing, or of a length that they may have in a ledger."""
    return all(
        each is None or (each.strip() and len(each) <= _MAX_NAME) for each in (counted.unit, counted.round)
    )


def fault(facts: RowFacts) -> str:
    """Return why rows are not those of a valid ledger; empty if they are."""
    if (facts.schema_version or VERSION) > VERSION:
        return too_new(facts.schema_version or 0)
    if facts.invalid:
        message = ngettext(
            "{n} of its rows holds what no ledger says",
            "{n} of its rows hold what no ledger says",
            facts.invalid,
        )
        return message.format(n=facts.invalid)
    if facts.misnumbered:
        message = ngettext(
            "in {n} problem a measure is there twice, or one is lacking",
            "in {n} problems a measure is there twice, or one is lacking",
            facts.misnumbered,
        )
        return message.format(n=facts.misnumbered)
    return ""
