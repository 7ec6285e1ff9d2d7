"""Roll up: read sources, count them with an engine, and add them up by unit and group."""

from __future__ import annotations

import contextlib
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xuncha.errors import RefusedError, XunchaError
from xuncha.language import current_language
from xuncha.language import gettext as _
from xuncha.region import files, storage
from xuncha.region.changes import compare_counts
from xuncha.region.counts import KEYS, Counts, Lateness, RowFacts, summed
from xuncha.region.engine import Duck, Engine, text
from xuncha.region.extras import Extras
from xuncha.region.intake import Intake, ReadLedger, ReadOptions, Tick, read_sources
from xuncha.region.lateness import Groups, delays, late_groups
from xuncha.region.selection import Counted, Selection, UnitRow, places
from xuncha.region.similar import similar
from xuncha.region.sources import Source
from xuncha.region.trend import trend_of
from xuncha.system import temporary_folder

if TYPE_CHECKING:
    from xuncha.region.plan import Region

_SHAPE: Final = len(KEYS) + len(Counts._fields)
_LATE: Final = _SHAPE + len(RowFacts._fields)
"""The positions in an answer where the values of Shape and Lateness begin."""
Answers = Sequence[Sequence[Any]]
"""Answers of an engine, or from the cache."""


class Request(NamedTuple):
    """The request for a roll-up."""

    paths: Sequence[str]
    """The full paths that were named; they identify the cache."""
    sources: Sequence[Source]
    region: Region | None
    base: Path  # the folder from which the region names its sources
    options: ReadOptions
    engine: Engine | None = None  # an engine other than DuckDB
    similar: bool = False  # whether to compare titles


class GroupRow(NamedTuple):
    """The counts of a group, with those of its subgroups."""

    path: tuple[str, ...]
    units: int
    counts: Counts


class Rollup(NamedTuple):
    """The result of a roll-up."""

    name: str | None
    as_of: date
    units: list[UnitRow]
    groups: list[GroupRow]
    total: GroupRow
    late: Lateness
    read_count: int  # number of sources that were read, not cached
    unknown_files: list[str]  # files of unknown kinds
    extras: Extras = Extras()

    def failures(self) -> set[str]:
        """Return the faults found, in the words of `--fail-on`: overdue, audit, missing, broken."""
        faults: set[str] = {unit.state for unit in self.units if not unit.is_counted}
        faults |= {"overdue"} if self.total.counts.overdue else set()
        return faults | ({"audit"} if any(unit.audit and unit.audit[0] for unit in self.units) else set())

    def as_region(self, base: Path) -> Region:
        """Return a region that expects the units found, with sources relative to a folder."""
        from xuncha.region.plan import Region, Unit  # noqa: PLC0415  only `--init` makes one

        units = []
        for unit in self.units:
            path = Path(unit.key)
            inside = path.is_relative_to(base)
            source = path.relative_to(base).as_posix() if inside else str(path)
            folders = Path(source).parent.parts if inside else ()
            name = unit.unit or path.stem or unit.source
            units.append(Unit(name=name, round=unit.round, source=source, group=list(folders)))
        return Region(units=units)

    def as_json(self) -> dict[str, Any]:
        """Return the form of `rollup --json`."""
        return {
            "as_of": self.as_of.isoformat(),
            "units": [
                _unit_json(unit) | {"rank": place, "late": self.extras.delays.of_unit(unit).as_json()}
                for unit, place in zip(self.units, places(self.units), strict=True)
            ],
            "groups": [
                {
                    "path": list(each.path),
                    "units": each.units,
                    **each.counts.as_json(),
                    "late": self.extras.delays.of_group(each.path).as_json(),
                }
                for each in self.groups
            ],
            "total": {"units": self.total.units, **self.total.counts.as_json(), "late": self.late.as_json()},
            **self.extras.as_json(),
        }


def _unit_json(unit: UnitRow) -> dict[str, Any]:
    counts = unit.counts.as_json() if unit.counts else {"problems": None, "measures": None}
    return {
        "unit": unit.unit,
        "round": unit.round,
        "group": list(unit.group),
        "source": unit.source,
        "state": unit.state,
        "message": unit.message,
        **counts,
        "audit": {"errors": unit.audit[0], "warnings": unit.audit[1]} if unit.audit else None,
    }


@contextlib.contextmanager
def roll_up(request: Request, tick: Tick) -> Iterator[tuple[Rollup, Callable[[], bytes]]]:
    """Roll up sources; inside the context, all rows that count can be written as one rows file. Raises RefusedError if there is nothing to count."""
    sources = [each for each in request.sources if each.kind not in {"other", "plan"}]
    if not sources and not (request.region and request.region.units):
        hint = _(
            "a ledger's folder, a clone, an archive (.zip), rows (.parquet), region.yaml, or a folder of these"
        )
        raise RefusedError("nothing-to-count", _("there is nothing here that a roll-up can read"), hint)
    with contextlib.ExitStack() as stack:
        spare = stack.enter_context(temporary_folder())
        duck = stack.enter_context(Duck(spare))
        mode = (
            *request.paths,
            f"at={request.options.at}",
            f"audit={request.options.audit}",
            f"trend={request.options.trend}",
            current_language(),
        )
        folder = stack.enter_context(storage.folder_for(mode, spare))
        intake = read_sources(duck, sources, request.options, folder, tick)
        result, intake = _count_all(request, duck, intake, folder)
        with storage.folder_for((*request.paths, "counted"), spare) as count_cache:
            changes = compare_counts(count_cache, result.units, result.as_of)
        result = result._replace(extras=result.extras._replace(moved=changes))
        yield result, lambda: _rows(duck, intake, result.units, request.options.today, spare / "rows.parquet")


def _count_all(request: Request, duck: Duck, intake: Intake, folder: Path) -> tuple[Rollup, Intake]:
    """Count everything and decide what counts; leave out large files that turn out to be damaged."""
    today, engine = request.options.today, request.engine or duck
    mark = _mark(request, intake)
    answers: Answers
    late: Answers
    if cached := storage.answers(folder, mark):
        answers, late = cached
    else:
        answers, intake = _answers(engine, duck, intake, today)
    selection = Selection(request.region, request.base, today, request.options.at)
    counted = [_to_counted(answer) for answer in answers]
    units = selection.decide(intake.ledgers, counted, lambda each: _contents(duck, intake, each), _moment)
    groups = late_groups(units)
    if not cached:
        late = _late(engine, intake, today, groups)
        if mark and intake.mark:
            storage.save_answers(folder, mark, [answers, late])
    lateness = delays(units, {each[:3]: each.late for each in counted}, groups, late)
    result = Rollup(
        name=request.region.name if request.region else None,
        as_of=today,
        units=units,
        groups=group_rows(units),
        total=GroupRow((), *_sum(units)),
        late=lateness.of_group(()),
        read_count=intake.read_count,
        unknown_files=[each.label for each in request.sources if each.kind == "other"],
        extras=Extras(
            delays=lateness,
            trend=trend_of(units, intake.ledgers, today) if request.options.trend else None,
            similar=similar(duck, intake.files, intake.ledgers, units) if request.similar else None,
        ),
    )
    return result, intake


def _mark(request: Request, intake: Intake) -> str:
    """Return a text of everything that the counts depend on; empty if that is uncertain, or another engine is used."""
    if request.engine or not intake.mark:
        return ""
    region = request.region.model_dump_json() if request.region else ""
    content = (
        f"{intake.mark} {request.options.today} {request.base} {region} {Counts._fields} {RowFacts._fields}"
    )
    return hashlib.blake2b(content.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _answers(engine: Engine, duck: Duck, intake: Intake, today: date) -> tuple[Answers, Intake]:
    """Count the units; leave out large files that turn out to be damaged."""
    from xuncha.region import queries  # noqa: PLC0415  what is counted already waits for no engine

    try:
        with duck.time_limit(
            [*(path for paths in intake.files.rows for path in paths), intake.files.cached or ""]
        ):
            return engine.answer(queries.count_units(engine.rows(intake.files), today)), intake
    except duck.error:
        groups = {str(number): paths for number, paths in enumerate(intake.files.rows)}
        if not (damaged := files.damaged(duck, groups)):
            raise
    intake = intake.without(damaged)
    return engine.answer(queries.count_units(engine.rows(intake.files), today)), intake


def _late(engine: Engine, intake: Intake, today: date, groups: Groups) -> Answers:
    """Ask how late groups of units are: number of the group, median, maximum."""
    from xuncha.region import queries  # noqa: PLC0415  as above

    if not groups.paths:
        return []
    rows = engine.rows(intake.files)
    if groups.are_all:
        return [("0", *answer) for answer in engine.answer(queries.late_days(rows, today))]
    return engine.answer(queries.late_days(rows, today, engine.table((*KEYS, "path"), groups.members)))


def _rows(duck: Duck, intake: Intake, units: Sequence[UnitRow], today: date, target: Path) -> bytes:
    """Write the rows of all that counts, without texts, as a rows file; rows of clones are dated today."""
    counted_units = [(each.key, each.unit, each.round) for each in units if each.is_counted]
    live = [each.key for each in intake.ledgers if each.is_live]
    files.write_whole(duck, intake.files, counted_units, (live, today), target)
    return target.read_bytes()


def _to_counted(answer: Sequence[Any]) -> Counted:
    counts, facts = Counts._make(answer[len(KEYS) : _SHAPE]), RowFacts._make(answer[_SHAPE:_LATE])
    return Counted._make([*answer[: len(KEYS)], counts, facts, Lateness._make(answer[_LATE:])])


def _sum(units: Sequence[UnitRow]) -> tuple[int, Counts]:
    counts = [unit.counts for unit in units if unit.is_counted and unit.counts]
    return len(counts), summed(counts)


def group_rows(units: Sequence[UnitRow]) -> list[GroupRow]:
    """Add up the units of each group; a group comes before its subgroups, in the order of first mention."""
    members: dict[tuple[str, ...], list[UnitRow]] = defaultdict(list)
    order: dict[tuple[str, ...], None] = {}
    for unit in units:
        for depth in range(1, len(unit.group) + 1):
            path = unit.group[:depth]
            members[path].append(unit)
            order.setdefault(path)
    first = {path: number for number, path in enumerate(order)}
    paths = sorted(order, key=lambda path: [first[path[:depth]] for depth in range(1, len(path) + 1)])
    return [GroupRow(path, *_sum(members[path])) for path in paths]


def _contents(duck: Duck, intake: Intake, ledgers: Sequence[Counted]) -> list[object]:
    """Return a value for each ledger that is equal for equal counted content."""
    columns = "problem, measure, status, term, due, office_code IS NULL, looked_at, due_soon_days, review_every_days"
    duck.rows(intake.files).to_native().create_view("compared", replace=True)
    contents: list[object] = []
    for each in ledgers:
        where = " AND ".join(
            f"{name} IS NOT DISTINCT FROM {'NULL' if value is None else text(value)}"
            for name, value in zip(KEYS, (each.key, each.unit, each.round), strict=True)
        )
        query = f"SELECT count(*), bit_xor(hash({columns})), sum(hash({columns})) FROM compared WHERE {where}"
        contents += duck.run.execute(query).fetchall()  # whole: the connection does nothing else before
    return contents


def _moment(ledger: ReadLedger) -> str:
    """Return the time of a clone's last commit; empty if there is none."""
    if not ledger.commit:
        return ""
    from xuncha.trail.tree import commit_time  # noqa: PLC0415  only where one unit is there twice

    try:
        return commit_time(Path(ledger.key), ledger.commit)
    except (XunchaError, OSError):
        return ""
