"""Measures as plain values: templates are given only data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.settings import Settings
from xuncha.model.vocabulary import UNKNOWN, Light, Status, Term
from xuncha.tally import Horizon, measure_json


class Item(NamedTuple):
    """A measure, with its light and days left on a given day."""

    id: str
    problem: str  # its number
    problem_title: str
    part: str | None
    title: str
    goal: str | None
    leader: str  # 待明确 if no one is named yet; likewise for the office
    office: str
    co_offices: tuple[str, ...]
    term: Term
    due: date | None
    days: int | None  # days until it is due; negative if overdue, None without a time limit
    status: Status
    light: Light
    publish: bool
    last: date | None  # the day of its latest progress entry
    fields: tuple[tuple[str, str], ...]  # the office's own fields: label and value

    @property
    def long_term(self) -> bool:
        """Return whether it is a long-term measure."""
        return self.term == "long_term"


def items(ledger: Ledger, today: date) -> dict[Identity, Item]:
    """Return every measure of a ledger on a day, in the order of the ledger. Raises RefusedError if there are none yet."""
    if not ledger.measures:
        message = _("the ledger has no measures yet, so there is nothing to report")
        raise RefusedError("nothing-to-tell", message, _("see `{path} --help`", path="xuncha add"))
    horizon = Horizon.of_register(ledger.register(), today)
    result = {}
    for identity, measure in ledger.measures.items():
        problem = ledger.problems[identity.problem]
        row = measure.row(identity, problem)
        result[identity] = Item(
            id=str(identity),
            problem=str(identity.problem),
            problem_title=problem.title,
            part=measure.part,
            title=measure.title,
            goal=measure.goal,
            leader=measure.leader or UNKNOWN,
            office=measure.office or UNKNOWN,
            co_offices=tuple(measure.co_offices),
            term=measure.term,
            due=measure.due,
            days=(measure.due - today).days if measure.due else None,
            status=measure.status,
            light=horizon.light(row),
            publish=row.publish,
            fields=field_values(ledger.settings, measure),
            last=max((entry.date for entry in measure.progress if entry.date), default=None),
        )
    return result


def with_light(by_id: dict[Identity, Item], light: Light) -> tuple[Item, ...]:
    """List the items with one light, the earliest time limit first."""
    chosen = [item for item in by_id.values() if item.light == light]
    return tuple(sorted(chosen, key=lambda item: item.days or 0))


def rows_json(ledger: Ledger, today: date) -> dict[str, dict[str, Any]]:
    """Return the measures as in `list --json`, by their ids."""
    register = ledger.register()
    horizon = Horizon.of_register(register, today)
    return {row.id: measure_json(row, horizon) for row in register.measures}


def timed_rows(rows: dict[str, dict[str, Any]], chosen: Iterable[Item]) -> list[dict[str, Any]]:
    """Return the rows of some measures, each with the number of days left."""
    return [{**rows[item.id], "days": item.days} for item in chosen]


def plain(value: Any) -> Any:  # noqa: ANN401  any value in the output of `--json`
    """Return a value for JSON: named tuples become objects, days become text, and an underscore at the end of a key is removed."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict) or hasattr(value, "_asdict"):
        pairs = (value if isinstance(value, dict) else value._asdict()).items()
        return {key.rstrip("_"): plain(each) for key, each in pairs}
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def field_values(settings: Settings, record: Problem | Measure) -> tuple[tuple[str, str], ...]:
    """List the declared fields of a record that have a value, as pairs of label and value."""
    values = record.fields
    return tuple((kind.label, str(values[kind.key])) for kind in settings.fields if kind.key in values)


def desk(settings: Settings) -> str:
    """Return who signs internal documents: the office of the leading group, or else the organisation itself."""
    return settings.name + ("巡察整改工作领导小组办公室" if settings.leading_group else "")
