"""Roll up: read sources, count them with an engine, and add them up by unit and group."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import current_language
from xuncha.language import gettext as _
from xuncha.model.vocabulary import UNKNOWN
from xuncha.region import files, storage
from xuncha.region.changes import Moved, compare_counts
from xuncha.region.counts import KEYS, Counts, Key, Lateness, RowFacts, summed
from xuncha.region.engine import Duck
from xuncha.region.intake import Intake, Request, Tick, read_sources
from xuncha.region.selection import Counted, GroupPath, Selection, UnitRow, places
from xuncha.region.similar import Similar, similar
from xuncha.region.trend import Trend, trend_of
from xuncha.system import temporary_folder

if TYPE_CHECKING:
    from xuncha.region.plan import Region
    from xuncha.region.spark import Spark

_FACTS: Final = len(KEYS) + len(Counts._fields)
_LATE: Final = _FACTS + len(RowFacts._fields)
"""The positions in an answer where the values of RowFacts and Lateness begin."""
Answers = Sequence[Sequence[Any]]
"""Answers of an engine, or from the cache."""


class GroupRow(NamedTuple):
    """The counts of a group, with those of its subgroups; the path of all units is empty."""

    path: GroupPath
    units: int
    counts: Counts
    late: Lateness

    def as_json(self) -> dict[str, Any]:
        """Return the form of `rollup --json`."""
        return {"units": self.units, **self.counts.as_json(), "late": self.late.as_json()}


class Rollup(NamedTuple):
    """The result of a roll-up; `trend`, `moved` and `similar` are None where not asked for, or without anything to compare with."""

    name: str | None
    as_of: date
    units: list[UnitRow]
    groups: list[GroupRow]
    total: GroupRow
    unknown_files: list[str]  # files of unknown kinds
    trend: Trend | None
    similar: Similar | None
    moved: Moved | None = None

    def failures(self) -> set[str]:
        """Return the faults found, in the words of `--fail-on`: overdue, audit, missing, broken."""
        faults: set[str] = {unit.state for unit in self.units if not unit.is_counted}
        faults |= {"overdue"} if self.total.counts.overdue else set()
        return faults | ({"audit"} if any(unit.audit and unit.audit[0] for unit in self.units) else set())

    def as_region(self, base: Path) -> Region:
        """Return a region that expects the units found, with sources relative to a folder."""
        from xuncha.region.plan import Region, Unit, valid_line  # noqa: PLC0415  only `--init` makes one

        units = []
        for unit in self.units:
            path = Path(unit.place)
            inside = path.is_relative_to(base)
            source = path.relative_to(base).as_posix() if inside else str(path)
            folders = [valid_line(each) for each in Path(source).parent.parts] if inside else []
            units.append(
                Unit(
                    name=valid_line(unit.unit, path.stem, unit.source) or UNKNOWN,
                    round=valid_line(unit.round),
                    source=source if source == valid_line(source) and os.path.lexists(unit.place) else None,
                    group=[each for each in folders if each],
                )
            )
        return Region(units=units)

    def as_json(self) -> dict[str, Any]:
        """Return the form of `rollup --json`."""
        more = {"trend": self.trend, "similar": self.similar}
        return {
            "as_of": self.as_of.isoformat(),
            "units": [
                {**_unit_json(unit), "rank": place, "late": unit.late.as_json()}
                for unit, place in zip(self.units, places(self.units), strict=True)
            ],
            "groups": [{"path": list(each.path), **each.as_json()} for each in self.groups],
            "total": self.total.as_json(),
            "moved": self.moved.as_json() if self.moved else None,
            **{name: each.as_json() for name, each in more.items() if each},
        }


def _unit_json(unit: UnitRow) -> dict[str, Any]:
    names = ("unit", "round", "group", "source", "state", "message")
    counts = unit.counts.as_json() if unit.counts else {"problems": None, "measures": None}
    audit = {"errors": unit.audit[0], "warnings": unit.audit[1]} if unit.audit else None
    return {**{name: getattr(unit, name) for name in names}, **counts, "audit": audit}


@contextlib.contextmanager
def roll_up(request: Request, tick: Tick) -> Iterator[tuple[Rollup, Callable[[], bytes]]]:
    """Roll up sources; inside the context, all rows that count can be written as one rows file. Raises RefusedError if there is nothing to count."""
    sources = [each for each in request.sources if each.kind not in {"other", "plan"}]
    if not sources and not (request.region and request.region.units):
        hint = _(
            "a ledger's folder, a clone, an archive (.zip), rows (.parquet), region.yaml, or a folder of these"
        )
        raise RefusedError("nothing-to-count", _("there is nothing here that a roll-up can read"), hint)
    modes = (f"{name}={getattr(request, name)}" for name in ("at", "audit", "trend"))
    mode = [*request.paths, *modes, current_language()]
    with temporary_folder() as spare, Duck(spare) as duck, storage.folder_for(mode, spare) as folder:
        intake = read_sources(duck, sources, request, folder, tick)
        result, intake = _count_all(request, duck, intake, folder)
        with storage.folder_for((*request.paths, "counted"), spare) as count_cache:
            result = result._replace(moved=compare_counts(count_cache, result.units, result.as_of))
        keys = [each.key for each in result.units if each.is_counted]
        live = [each.key for each in intake.ledgers if each.is_live]
        yield result, lambda: files.whole(duck, intake.files, keys, live, request.today)


def _count_all(request: Request, duck: Duck, intake: Intake, folder: Path) -> tuple[Rollup, Intake]:
    """Count everything and decide what counts; leave out large files that turn out to be damaged."""
    today, engine = request.today, request.engine or duck
    mark = _mark(request, intake)
    answers: Answers
    late: Answers
    if cached := storage.answers(folder, mark):
        answers, late = cached
    else:
        answers, intake = _answers(engine, duck, intake, today)
    selection = Selection(request.region, request.base, today, request.at)
    contents = partial(_contents, duck, intake)
    units = selection.decide(intake.ledgers, map(_to_counted, answers), contents)
    if not cached:
        late = _late(engine, intake, today, units)
        if mark and intake.mark:
            storage.save_answers(folder, mark, [answers, late])
    total, *groups = group_rows(units, {tuple(path): Lateness(*days) for path, *days in late})
    result = Rollup(
        name=request.region.name if request.region else None,
        as_of=today,
        units=units,
        groups=groups,
        total=total,
        unknown_files=[each.label for each in request.sources if each.kind == "other"],
        trend=trend_of(units, intake.ledgers, today) if request.trend else None,
        similar=similar(duck, intake.files, intake.ledgers, units) if request.similar else None,
    )
    return result, intake


def _mark(request: Request, intake: Intake) -> str:
    """Return a text of everything that the counts depend on; empty if that is uncertain, or another engine is used."""
    if request.engine or not intake.mark:
        return ""
    region = request.region.model_dump_json() if request.region else ""
    content = f"{intake.mark} {request.today} {request.base} {region} {Counts._fields} {RowFacts._fields}"
    return hashlib.blake2b(content.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _answers(engine: Duck | Spark, duck: Duck, intake: Intake, today: date) -> tuple[Answers, Intake]:
    """Count the units; leave out large files that turn out to be damaged."""
    from xuncha.region import queries  # noqa: PLC0415  what is counted already waits for no engine

    try:
        with duck.time_limit([*intake.files.rows, intake.files.cached or ""]):
            return engine.answer(queries.count_units(engine.rows(intake.files), today)), intake
    except duck.error:
        if not (damaged := files.damaged(duck, [[path] for path in intake.files.rows])):
            raise
        return _answers(engine, duck, intake.without(damaged), today)


def _late(engine: Duck | Spark, intake: Intake, today: date, units: Sequence[UnitRow]) -> Answers:
    """Ask how late the groups of units are: path of the group, median, maximum."""
    from xuncha.region import queries  # noqa: PLC0415  as above

    numbers: dict[GroupPath, str] = {}
    members = [
        (*unit.key, numbers.setdefault(path, str(len(numbers))))
        for unit in units
        if unit.counts and unit.counts.overdue
        for path in unit.groups
    ]
    if not members:
        return []
    rows, paths = engine.rows(intake.files), list(numbers)
    if len(paths) == 1 and all(unit.is_counted for unit in units if unit.place):
        return [((), *answer) for answer in engine.answer(queries.late_days(rows, today))]
    found = engine.answer(queries.late_days(rows, today, engine.table((*KEYS, "path"), members)))
    return [(paths[int(number)], *days) for number, *days in found]


def _to_counted(answer: Sequence[Any]) -> Counted:
    source, unit, round_ = answer[: len(KEYS)]
    counts, facts = Counts._make(answer[len(KEYS) : _FACTS]), RowFacts._make(answer[_FACTS:_LATE])
    return Counted((source, unit, round_), counts, facts, Lateness._make(answer[_LATE:]))


def group_rows(units: Sequence[UnitRow], late: Mapping[GroupPath, Lateness]) -> list[GroupRow]:
    """Add up all units, and those of each group; a group comes before its subgroups, in the order of first mention."""
    members: dict[GroupPath, list[UnitRow]] = defaultdict(list, {(): []})
    for unit in units:
        for path in unit.groups:
            members[path].append(unit)
    first = {path: number for number, path in enumerate(members)}
    rows = []
    for path in sorted(members, key=lambda path: [first[path[:depth]] for depth in range(len(path) + 1)]):
        counts = [unit.counts for unit in members[path] if unit.counts]
        rows.append(GroupRow(path, len(counts), summed(counts), late.get(path, Lateness())))
    return rows


def _contents(duck: Duck, intake: Intake, keys: Sequence[Key]) -> list[object]:
    """Return a value for the rows of each key that is equal for equal counted content."""
    columns = "problem, measure, status, term, due, office_code IS NULL, looked_at, due_soon_days, review_every_days"
    duck.rows(intake.files).to_native().create_view("compared", replace=True)
    query = f"SELECT {', '.join(f'r.{key}' for key in KEYS)}, count(*), bit_xor(hash({columns})), sum(hash({columns}))"
    found = duck.run.execute(f"{query} FROM compared r {duck.only(keys)} GROUP BY ALL").fetchall()
    by_key = {row[: len(KEYS)]: row[len(KEYS) :] for row in found}
    return [by_key[key] for key in keys]
