"""Measures as plain values: a template is given nothing but data."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.settings import Settings
from xuncha.model.vocabulary import UNSAID, Light, Status, Term
from xuncha.tally import Horizon, measure_json


class Item(NamedTuple):
    """A measure and how it stands on a day."""

    id: str
    problem: str  # its number
    problem_title: str
    part: str | None
    title: str
    goal: str | None
    leader: str  # 待明确 where nobody is named yet; likewise the office
    office: str
    co_offices: tuple[str, ...]
    term: Term
    due: date | None
    days: int | None  # until it is due; below 0 where it is late, None without a time limit
    status: Status
    light: Light
    publish: bool
    last: date | None  # the day of its latest progress entry
    fields: tuple[tuple[str, str], ...]  # what the office tracks besides, by its name

    @property
    def long_term(self) -> bool:
        """Tell whether it is a long-term measure."""
        return self.term == "long_term"


def items(ledger: Ledger, today: date) -> dict[Identity, Item]:
    """Describe every measure of a ledger as it stands on a day, in the ledger's order. Raises RefusedError if there are none yet."""
    if not ledger.measures:
        said = _("the ledger holds no measures yet, so there is nothing to tell")
        raise RefusedError("nothing-to-tell", said, _("see `xuncha add --help`"))
    horizon = Horizon.of(ledger.register(), today)
    found = {}
    for identity, measure in ledger.measures.items():
        problem = ledger.problems[identity.problem]
        row = measure.row(identity, problem)
        found[identity] = Item(
            id=str(identity),
            problem=str(identity.problem),
            problem_title=problem.title,
            part=measure.part,
            title=measure.title,
            goal=measure.goal,
            leader=measure.leader or UNSAID,
            office=measure.office or UNSAID,
            co_offices=tuple(measure.co_offices),
            term=measure.term,
            due=measure.due,
            days=(measure.due - today).days if measure.due else None,
            status=measure.status,
            light=horizon.light(row),
            publish=row.publish,
            fields=told_fields(ledger.settings, measure),
            last=max((entry.date for entry in measure.progress if entry.date), default=None),
        )
    return found


def most_pressing(found: dict[Identity, Item], light: Light) -> tuple[Item, ...]:
    """List the items under one light, the earliest time limit first."""
    pressing = [item for item in found.values() if item.light == light]
    return tuple(sorted(pressing, key=lambda item: item.days or 0))


def rows_json(ledger: Ledger, today: date) -> dict[str, dict[str, Any]]:
    """Make the measures of `list --json` by their numbers."""
    register = ledger.register()
    horizon = Horizon.of(register, today)
    return {row.id: measure_json(row, horizon) for row in register.measures}


def pressing_json(rows: dict[str, dict[str, Any]], pressing: Iterable[Item]) -> list[dict[str, Any]]:
    """Give the rows of some measures, each with the days that are left."""
    return [{**rows[item.id], "days": item.days} for item in pressing]


def plain(value: Any) -> Any:  # noqa: ANN401  what `--json` tells
    """Return a value as JSON has it: named tuples as objects, days as text, and no underscore behind a key."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {key.rstrip("_"): plain(each) for key, each in value._asdict().items()}
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def told_fields(settings: Settings, record: Problem | Measure) -> tuple[tuple[str, str], ...]:
    """List the declared fields of a record that have a value, each label with its value."""
    values = record.fields
    return tuple((kind.label, str(values[kind.key])) for kind in settings.fields if kind.key in values)


def desk(settings: Settings) -> str:
    """Name who signs internal papers: the office of the leading group, else the organisation itself."""
    return settings.name + ("巡察整改工作领导小组办公室" if settings.leading_group else "")
