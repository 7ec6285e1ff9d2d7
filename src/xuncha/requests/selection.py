"""The selection of measures: the filters of `list`, and names that are typed in part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.requests.readers import read_problem
from xuncha.rules.names import matching_category, matching_name, no_such_record, suggestion
from xuncha.tally import Horizon, add_days

if TYPE_CHECKING:
    from xuncha.model.records import Comment
    from xuncha.model.register import MeasureRow, Register
    from xuncha.model.source import Source


@dataclass(frozen=True)
class Selection:
    """The filters of `list`; a measure must pass all of them. None and empty filters let everything pass."""

    words: Sequence[str] = ()
    """Words to find in titles, goals and progress; upper and lower case make no difference."""
    status: str | None = None
    office: str | None = None
    """The name, or a part that fits one office alone; likewise for `leader`."""
    leader: str | None = None
    person: str | None = None
    problem: str | None = None
    category: str | None = None
    """The key or the title."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Values of declared fields, by key or label."""
    unassigned: bool = False
    overdue: bool = False
    due_within: int | None = None
    """The number of days, from today, within which an open measure must be due."""
    term: str | None = None


Texts = Callable[[Sequence[Identity]], Mapping[Identity, str]]
"""A function that returns the texts of measures in which words are searched."""


def select(register: Register, texts: Texts, today: date, selection: Selection) -> list[MeasureRow]:
    """Return the measures selected on a day, in the order of the ledger; `texts` is called only with those that pass all other filters.

    Raises RefusedError if an office, a leader, a category, a problem or a field is not in the ledger.
    """
    horizon = Horizon.of_register(register, today)
    office, leader = full_names(register, office=selection.office, leader=selection.leader)
    filters = {"status": selection.status, "office": office, "leader": leader}
    filters |= {"person": selection.person, "term": selection.term}
    if selection.category is not None:
        categories = register.frame.categories
        key = matching_category(selection.category, categories, may_be_new=selection.category.isascii())
        filters["category"] = _resolve(key, [key for key, _title in categories], "unknown-category")
    if selection.problem is not None:
        problem = read_problem(selection.problem)
        filters["problem"] = str(problem)
        if filters["problem"] not in {row.id for row in register.problems}:
            raise no_such_record(problem)
    filters = {key: value for key, value in filters.items() if value is not None}
    rows = [row for row in register.measures if all(getattr(row, key) == filters[key] for key in filters)]
    last = add_days(today, selection.due_within).isoformat() if selection.due_within is not None else None
    rows = [
        row
        for row in rows
        if not (selection.unassigned and (row.status == "closed" or row.is_assigned))
        and not (selection.overdue and horizon.light(row) != "red")
        and (last is None or (row.status != "closed" and horizon.today <= (row.due or "") <= last))
    ]
    rows = _with_fields(register, rows, selection.fields)
    if not selection.words:
        return rows
    identities = [Identity.parse(row.id) for row in rows]
    contents, words = texts(identities), [word.casefold() for word in selection.words]
    pairs = zip(rows, identities, strict=True)
    return [row for row, identity in pairs if all(word in contents.get(identity, "") for word in words)]


def _with_fields(register: Register, rows: list[MeasureRow], values: Mapping[str, str]) -> list[MeasureRow]:
    """Return the rows with these values in declared fields, of the measure itself or of its problem."""
    from xuncha.rules.fields import read_field as typed_field  # noqa: PLC0415

    names: dict[str, set[str]] = {"problem": set(), "measure": set()}
    for kind in register.frame.fields:
        names[kind.of] |= {kind.key, kind.label}
    for name, text in values.items():
        if name in names["problem"] - names["measure"]:
            pair = typed_field(register.frame, "problem", name, text)
            matching = {problem.id for problem in register.problems if pair in problem.fields}
            rows = [row for row in rows if row.problem in matching]
        else:
            pair = typed_field(register.frame, "measure", name, text)
            rows = [row for row in rows if pair in row.fields]
    return rows


def text_reader(source: Source) -> Texts:
    """Return a function that reads the texts of measures: title, goal and progress, in lower case."""

    def texts(identities: Sequence[Identity]) -> Mapping[Identity, str]:
        from xuncha.store.loading import load_measures  # noqa: PLC0415  only a search reads them

        return {
            identity: "\n".join(
                [record.title, record.goal or "", *(entry.text for entry in record.progress)]
            ).casefold()
            for each in identities  # one at a time: all records at once take ten times the memory of their texts
            for identity, record in load_measures(source, [each]).items()
        }

    return texts


def comments_about(
    source: Source, comments: Mapping[int, Comment], about: str | None, *, unanswered: bool
) -> dict[int, Comment]:
    """Return the comments about a problem and its measures, or about one measure, or all; with `unanswered`, only those without a reply.

    Raises RefusedError if there is no such problem or measure.
    """
    subject = Identity.parse(about) if about else None
    if subject and not any(
        entry.name == subject.path.rpartition("/")[2] for entry in source.entries(subject.folder)
    ):
        raise no_such_record(subject)
    selected = {}
    for number, comment in comments.items():
        identity = Identity.try_parse(comment.about)
        is_about = subject is None or (identity and subject in {identity, Identity(identity.problem)})
        if is_about and not (unanswered and comment.reply):
            selected[number] = comment
    return selected


def full_names(
    register: Register, *, office: str | None, leader: str | None
) -> tuple[str | None, str | None]:
    """Return the office and the leader that are meant by a name, or by a part that fits one alone. Raises RefusedError if there is none."""
    frame = register.frame
    return (
        office and _resolve(office, frame.offices, "unknown-office"),
        leader and _resolve(leader, frame.leaders, "unknown-leader"),
    )


def _resolve(text: str, names: Sequence[str], code: str) -> str:
    name = matching_name(text, names)
    if name not in names:
        raise RefusedError(code, _("“{name}” is not in data/ledger.yaml", name=name), suggestion(name, names))
    return name
