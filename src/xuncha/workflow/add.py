"""Add (新增): a problem or a measure under the next free number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from xuncha.errors import RefusedError
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.register import Frame, MeasureRow, ProblemRow
from xuncha.model.vocabulary import Term
from xuncha.rules.fields import typed
from xuncha.rules.names import category_meant, meant, no_such
from xuncha.store.cache import register
from xuncha.store.editing import Append, apply, fresh
from xuncha.store.files import Overlay
from xuncha.store.loading import load_problem, load_settings
from xuncha.workflow.change import Message, Session, StatusChange
from xuncha.workflow.journal import FileChange
from xuncha.workflow.settings import categories
from xuncha.workflow.verbs import SUBJECTS


class Added(NamedTuple):
    """What was added."""

    identity: Identity
    entered: tuple[str, ...] = ()  # the names that were entered into data/ledger.yaml on the way
    twin: str | None = None
    """The number of another problem, or measure of the same problem, with the same title."""


def add_problem(
    session: Session,
    title: str,
    category: str | None = None,
    fields: Mapping[str, str] | None = None,
    *,
    new: bool = False,
) -> Added:
    """Add a problem under the next free number; with `new`, enter a category that is named for the first time by its title.

    Raises XunchaError as `perform`.
    """
    before = register(session.root)
    identity = Identity(len(before.problems) + 1)
    own = dict(typed(before.frame, "problem", key, text) for key, text in (fields or {}).items())
    category = category and category_meant(category, before.frame.categories)
    record = {"title": title.strip(), "category": category, "fields": own}
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
    """Add a measure under its problem's next free number; what is not given stays unsaid.

    With `new`, leaders and offices that are named for the first time are entered into data/ledger.yaml.

    Raises XunchaError as `perform`.
    """
    before = register(session.root)
    row = next((row for row in before.problems if row.id == str(problem)), None)
    if row is None:
        raise no_such(problem)
    identity = Identity(problem.problem, len(row.measures) + 1)
    values: dict[str, Any] = {
        "title": title.strip(),
        "goal": goal and goal.strip(),
        "term": None if term == "once" else term,
        "leader": leader and meant(leader, before.frame.leaders),
        "office": office and meant(office, before.frame.offices),
        "co_offices": [meant(each, before.frame.offices) for each in co_offices],
        "person": person,
        "due": due and due.isoformat(),
        "status": "not_started",
        "fields": dict(typed(before.frame, "measure", key, text) for key, text in (fields or {}).items()),
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
    """Check the new record in its place, and commit it."""
    record = {key: value for key, value in values.items() if value}
    changes: list[FileChange] = []
    entered: tuple[str, ...] = ()
    if new and (edits := _new_names(frame, record)):
        change, frame = _entered(session, edits)
        changes.append(change)
        entered = tuple(
            str(edit.item["title"] if isinstance(edit.item, dict) else edit.item) for edit in edits
        )
    kind = "problem" if identity.is_problem else "measure"
    content = fresh(record, f"../../schema/{kind}.json")
    changes.append(FileChange(identity.path, None, content))
    session.must_be_clean(*[change.path for change in changes])
    folder = load_problem(Overlay(session.source, {identity.path: content}), f"{identity.problem:02d}", frame)
    for finding in folder.findings:
        raise RefusedError(finding.code, finding.message, finding.hint)
    step = StatusChange(str(identity), None, record.get("status"))
    session.commit(changes, Message(f"{SUBJECTS['add']} {identity} {record['title']}", "add", [step]))
    twin = next((row.id for row in neighbours if row.title == record["title"]), None)
    return Added(identity, entered, twin)


def _new_names(frame: Frame, record: dict[str, Any]) -> list[Append]:
    """List what data/ledger.yaml does not know yet of a record's names; give the record the key of its new category."""
    edits = []
    category = record.get("category")
    if category and category not in dict(frame.categories):
        (made,) = categories([key for key, _title in frame.categories], [category])
        record["category"] = made["key"]
        edits.append(Append("categories", made))
    offices = [record[key] for key in ("office",) if key in record] + record.get("co_offices", [])
    leaders = [record["leader"]] if "leader" in record else []
    edits += [Append("leaders", name) for name in leaders if name not in frame.leaders]
    return edits + [Append("offices", name) for name in dict.fromkeys(offices) if name not in frame.offices]


def _entered(session: Session, edits: Sequence[Append]) -> tuple[FileChange, Frame]:
    """Enter names into data/ledger.yaml; return the change, and what is known with them."""
    before = session.source.read(LEDGER_FILE)
    after = apply(before, edits)
    own = load_settings(Overlay(session.source, {LEDGER_FILE: after}))
    for finding in own.findings:
        raise RefusedError(finding.code, finding.message, finding.hint)
    assert own.frame  # noqa: S101  nothing is wrong
    return FileChange(LEDGER_FILE, before, after), own.frame
