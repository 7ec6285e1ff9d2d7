"""Which measures are meant: the filters of `list`, and names that are typed in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.requests.typed import a_problem
from xuncha.rules.names import category_meant, meant, no_such, suggestion
from xuncha.tally import Horizon, shifted

if TYPE_CHECKING:
    from xuncha.model.records import Comment
    from xuncha.model.register import MeasureRow, Register
    from xuncha.model.source import Source


@dataclass(frozen=True)
class Selection:
    """The filters of `list`; a measure is selected that passes all of them. None and empty ones let everything pass."""

    words: Sequence[str] = ()
    """Looked for in titles, goals and progress, however their letters are written."""
    status: str | None = None
    office: str | None = None
    """In part, as far as it fits one office alone; likewise `leader`."""
    leader: str | None = None
    person: str | None = None
    problem: str | None = None
    category: str | None = None
    """Key or title."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Values of declared fields, by key or label."""
    unassigned: bool = False
    overdue: bool = False
    due_within: int | None = None
    """Days from today in which an open measure is due."""
    term: str | None = None


Texts = Callable[[Sequence[Identity]], Mapping[Identity, str]]
"""Gives the texts in which words are searched, of measures."""


def select(found: Register, texts: Texts, today: date, wanted: Selection) -> list[MeasureRow]:
    """Return the measures that are selected on a day, in the order of the ledger; `texts` are asked for of those that pass all other filters.

    Raises RefusedError if an office, a leader, a category, a problem or a field is not in the ledger.
    """
    horizon = Horizon.of(found, today)
    office, leader = known(found, office=wanted.office, leader=wanted.leader)
    asked = {"status": wanted.status, "office": office, "leader": leader}
    asked |= {"person": wanted.person, "term": wanted.term}
    if wanted.category is not None:
        asked["category"] = known_category(found, wanted.category)
    if wanted.problem is not None:
        problem = a_problem(wanted.problem)
        asked["problem"] = str(problem)
        if asked["problem"] not in {row.id for row in found.problems}:
            raise no_such(problem)
    asked = {key: value for key, value in asked.items() if value is not None}
    rows = [row for row in found.measures if all(getattr(row, key) == asked[key] for key in asked)]
    last = shifted(today, wanted.due_within).isoformat() if wanted.due_within is not None else None
    rows = [
        row
        for row in rows
        if not (wanted.unassigned and (row.status == "closed" or row.assigned))
        and not (wanted.overdue and horizon.light(row) != "red")
        and (last is None or (row.status != "closed" and horizon.today <= (row.due or "") <= last))
    ]
    rows = _with_fields(found, rows, wanted.fields)
    if not wanted.words:
        return rows
    identities = [Identity.parse(row.id) for row in rows]
    said, words = texts(identities), [word.casefold() for word in wanted.words]
    pairs = zip(rows, identities, strict=True)
    return [row for row, identity in pairs if all(word in said.get(identity, "") for word in words)]


def _with_fields(found: Register, rows: list[MeasureRow], wanted: Mapping[str, str]) -> list[MeasureRow]:
    """Return the rows that have these values in declared fields, their own or their problem's."""
    from xuncha.rules.fields import typed as typed_field  # noqa: PLC0415

    named: dict[str, set[str]] = {"problem": set(), "measure": set()}
    for kind in found.frame.fields:
        named[kind.of] |= {kind.key, kind.label}
    for name, text in wanted.items():
        if name in named["problem"] - named["measure"]:
            pair = typed_field(found.frame, "problem", name, text)
            having = {problem.id for problem in found.problems if pair in problem.fields}
            rows = [row for row in rows if row.problem in having]
        else:
            pair = typed_field(found.frame, "measure", name, text)
            rows = [row for row in rows if pair in row.fields]
    return rows


def texts_in(source: Source) -> Texts:
    """Return what reads the texts of measures: their titles, goals and progress, in small letters."""

    def texts(identities: Sequence[Identity]) -> Mapping[Identity, str]:
        from xuncha.store.loading import records_of  # noqa: PLC0415  only a search reads them

        return {
            identity: "\n".join(
                [record.title, record.goal or "", *(entry.text for entry in record.progress)]
            ).casefold()
            for identity, record in records_of(source, identities).items()
        }

    return texts


def comments_about(
    source: Source, entered: Mapping[int, Comment], about: str | None, *, unanswered: bool
) -> dict[int, Comment]:
    """Return the comments that are about a problem with its measures, or about one measure; of all, or of those without a reply.

    Raises RefusedError if there is no such problem or measure.
    """
    wanted = Identity.parse(about) if about else None
    if wanted and not any(
        entry.name == wanted.path.rpartition("/")[2] for entry in source.entries(wanted.folder)
    ):
        raise no_such(wanted)
    found = {}
    for number, each in entered.items():
        identity = Identity.perhaps(each.about)
        is_about = wanted is None or (identity and wanted in {identity, Identity(identity.problem)})
        if is_about and not (unanswered and each.reply):
            found[number] = each
    return found


def known(register: Register, *, office: str | None, leader: str | None) -> tuple[str | None, str | None]:
    """Return the office and the leader that are meant by what was typed, a part that fits one alone. Raises RefusedError if none is."""
    frame = register.frame
    return (
        office and _known(office, frame.offices, "unknown-office"),
        leader and _known(leader, frame.leaders, "unknown-leader"),
    )


def known_category(register: Register, text: str) -> str:
    """Return the key of the category that is meant by its key or its title. Raises RefusedError if none is."""
    key = category_meant(text, register.frame.categories)
    return _known(key, [key for key, _title in register.frame.categories], "unknown-category")


def _known(text: str, names: Sequence[str], code: str) -> str:
    name = meant(text, names)
    if name not in names:
        said = _("“{name}” is not in data/ledger.yaml").format(name=name)
        raise RefusedError(code, said, suggestion(name, names))
    return name
