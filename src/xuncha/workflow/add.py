"""Add (新增): enter a problem or a measure under the next free number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from xuncha.errors import RefusedError
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.register import Frame, MeasureRow, ProblemRow
from xuncha.model.vocabulary import StatusChange, Term
from xuncha.rules.fields import read_field
from xuncha.rules.names import matching_category, matching_name, no_such_record
from xuncha.store.cache import register
from xuncha.store.editing import edited, new_file
from xuncha.store.files import Overlay
from xuncha.store.loading import load_problem, load_settings
from xuncha.store.reading import Data, parse
from xuncha.workflow.change import Message, Session
from xuncha.workflow.settings import categories
from xuncha.workflow.verbs import SUBJECTS


class Added(NamedTuple):
    """The new record, and what else adding it has changed or found."""

    identity: Identity
    new_names: tuple[str, ...] = ()  # names that were entered into data/ledger.yaml as well
    duplicate: str | None = None
    """The number of another problem, or of another measure of the same problem, with the same title."""


def add_problem(
    session: Session,
    title: str,
    category: str | None = None,
    fields: Mapping[str, str] | None = None,
    *,
    new: bool = False,
) -> Added:
    """Add a problem under the next free number; with `new`, a category that is not known yet is entered by its title.

    Raises XunchaError as `perform` does.
    """
    before = register(session.root)
    identity = Identity(len(before.problems) + 1)
    values = dict(read_field(before.frame, "problem", key, text) for key, text in (fields or {}).items())
    category = category and matching_category(category, before.frame.categories, may_be_new=new)
    record = {"title": title.strip(), "category": category, "fields": values}
    return _add(session, before.frame, identity, record, before.problems, new=new)


def add_measure(
    session: Session,
    problem: Identity,
    title: str,
    *,
    term: Term = "once",
    leader: str | None = None,
    office: str | None = None,
    co_offices: Sequence[str] = (),
    person: str | None = None,
    due: date | None = None,
    goal: str | None = None,
    fields: Mapping[str, str] | None = None,
    new: bool = False,
) -> Added:
    """Add a measure under its problem's next free number; what is not given is left out of the file.

    With `new`, leaders and offices that are not known yet are entered into data/ledger.yaml.

    Raises XunchaError as `perform` does.
    """
    before = register(session.root)
    row = next((row for row in before.problems if row.id == str(problem)), None)
    if row is None:
        raise no_such_record(problem)
    identity = Identity(problem.problem, len(row.measures) + 1)
    values: Data = {
        "title": title.strip(),
        "goal": goal and goal.strip(),
        "term": None if term == "once" else term,
        "leader": leader and matching_name(leader, before.frame.leaders),
        "office": office and matching_name(office, before.frame.offices),
        "co_offices": [matching_name(name, before.frame.offices) for name in co_offices],
        "person": person,
        "due": due and due.isoformat(),
        "status": "not_started",
        "fields": dict(
            read_field(before.frame, "measure", key, text) for key, text in (fields or {}).items()
        ),
    }
    return _add(session, before.frame, identity, values, row.measures, new=new)


def _add(
    session: Session,
    frame: Frame,
    identity: Identity,
    values: Mapping[str, Any],
    neighbours: Sequence[ProblemRow | MeasureRow],
    *,
    new: bool,
) -> Added:
    """Check the new record as part of the ledger, and commit it."""
    record = {key: value for key, value in values.items() if value}
    contents: dict[str, bytes] = {}
    new_names = _new_names(frame, record) if new else {}
    if any(new_names.values()):
        contents[LEDGER_FILE], frame = _with_names(session, new_names)
    kind = "problem" if identity.is_problem else "measure"
    content = new_file(record, f"../../schema/{kind}.json")
    contents[identity.path] = content
    session.must_be_clean(*contents)
    folder = load_problem(Overlay(session.source, {identity.path: content}), f"{identity.problem:02d}", frame)
    for finding in folder.findings:
        raise RefusedError(finding.code, finding.message, finding.hint)
    step = StatusChange(str(identity), None, record.get("status"))
    session.commit(contents, Message(f"{SUBJECTS['add']} {identity} {record['title']}", "add", [step]))
    duplicate = next((row.id for row in neighbours if row.title == record["title"]), None)
    names = tuple(each["title"] if isinstance(each, dict) else each for each in chain(*new_names.values()))
    return Added(identity, names, duplicate)


def _new_names(frame: Frame, record: Data) -> dict[str, list[Any]]:
    """Return what the lists of data/ledger.yaml lack for a record; put the key of a new category into the record."""
    offices = dict.fromkeys(filter(None, [record.get("office"), *record.get("co_offices", ())]))
    new: dict[str, list[Any]] = {
        "categories": [],
        "leaders": [name for name in (record.get("leader"),) if name and name not in frame.leaders],
        "offices": [name for name in offices if name not in frame.offices],
    }
    category = record.get("category")
    if category and category not in dict(frame.categories):
        new["categories"] = categories([key for key, _title in frame.categories], [category])
        record["category"] = new["categories"][0]["key"]
    return new


def _with_names(session: Session, new_names: Mapping[str, list[Any]]) -> tuple[bytes, Frame]:
    """Enter names into data/ledger.yaml; return its new content, and the settings in it."""
    before = session.source.read(LEDGER_FILE)
    data = parse(before)
    after = edited(before, data, {key: [*data[key], *names] for key, names in new_names.items()})[0]
    loaded = load_settings(Overlay(session.source, {LEDGER_FILE: after}))
    for finding in loaded.findings:
        raise RefusedError(finding.code, finding.message, finding.hint)
    assert loaded.frame  # noqa: S101  there are no findings
    return after, loaded.frame
