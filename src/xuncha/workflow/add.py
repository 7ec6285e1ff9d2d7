"""Add (新增): a problem or a measure under the next free number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from xuncha.errors import RefusedError
from xuncha.model.identity import Identity
from xuncha.rules.fields import typed
from xuncha.rules.names import category_meant, meant
from xuncha.store.cache import register
from xuncha.store.editing import fresh
from xuncha.store.files import Overlay
from xuncha.store.loading import load_problem
from xuncha.workflow.change import Message, Session, StatusChange
from xuncha.workflow.journal import FileChange
from xuncha.workflow.perform import no_such
from xuncha.workflow.verbs import SUBJECTS

if TYPE_CHECKING:
    from xuncha.model.register import Frame
    from xuncha.model.vocabulary import Term


def add_problem(
    session: Session, title: str, category: str | None = None, fields: Mapping[str, str] | None = None
) -> Identity:
    """Add a problem under the next free number.

    Raises:
        XunchaError: as `perform`.
    """
    before = register(session.root)
    identity = Identity(len(before.problems) + 1)
    own = {key: typed(before.frame, "problem", key, text) for key, text in (fields or {}).items()}
    category = category and category_meant(category, before.frame.categories)
    record = {"title": title.strip(), "category": category, "fields": own}
    _add(session, before.frame, identity, {key: value for key, value in record.items() if value})
    return identity


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
) -> Identity:
    """Add a measure under its problem's next free number; what is not given stays unsaid.

    Raises:
        XunchaError: as `perform`.
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
        "fields": {key: typed(before.frame, "measure", key, text) for key, text in (fields or {}).items()},
    }
    _add(session, before.frame, identity, {key: value for key, value in values.items() if value})
    return identity


def _add(session: Session, frame: Frame, identity: Identity, record: dict[str, Any]) -> None:
    """Check the new record in its place, and commit it."""
    kind = "problem" if identity.is_problem else "measure"
    content = fresh(record, f"../../schema/{kind}.json")
    session.must_be_clean(identity.path)
    folder = load_problem(Overlay(session.source, {identity.path: content}), f"{identity.problem:02d}", frame)
    for finding in folder.findings:
        raise RefusedError(finding.code, finding.message, finding.hint)
    step = StatusChange(str(identity), None, record.get("status"))
    message = Message(f"{SUBJECTS['add']} {identity} {record['title']}", "add", [step])
    session.commit([FileChange(identity.path, None, content)], message)
