"""Perform a verb: load the measures, ask the verb for its plan, edit, check, and commit all of them together or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from xuncha.errors import InvalidLedgerError, RefusedError, combined
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Measure, Problem
from xuncha.model.register import ProblemRow, Register
from xuncha.model.vocabulary import Action, StatusChange
from xuncha.rules.names import no_such_record
from xuncha.store import editing
from xuncha.store.cache import register
from xuncha.store.files import Overlay
from xuncha.store.loading import checked_record, kind_of
from xuncha.store.reading import Data, parse
from xuncha.store.record import valid_record
from xuncha.workflow.change import Message, Session
from xuncha.workflow.verb import Case, PlannedChange, Verb
from xuncha.workflow.verbs import VERBS


@dataclass(frozen=True)
class Result:
    """What a command has done, and the ledger after it."""

    steps: Sequence[StatusChange]
    titles: Sequence[str]  # the titles, paths or subjects of what was changed, to be shown
    register: Register | None  # None while other files break rules
    completed: Sequence[ProblemRow] = ()
    plans: Sequence[PlannedChange] = ()
    commit: str = ""  # the full hash of the commit that was made


class _PlannedAction(NamedTuple):
    """A verb with its plan for one problem or measure."""

    identity: Identity
    step: StatusChange
    plan: PlannedChange
    data: Data  # the new content of the file
    content: bytes  # the same, as written
    is_unchanged: bool


def perform(
    session: Session,
    action: Action,
    identities: Sequence[Identity],
    today: date,
    **arguments: Any,  # noqa: ANN401  each verb has its own arguments
) -> Result:
    """Perform an action on measures, each once even if it is named twice: on all in one commit, or on none.

    `arguments` holds the arguments of the verb.

    Raises InvalidLedgerError if the ledger breaks rules already; RefusedError if the workflow, the policy or a
    rule forbids it; SurroundingsError if git or the disk fails.
    """
    verb = VERBS[action]
    before = register(session.root)
    planned, refused = [], []
    for identity in dict.fromkeys(identities):
        try:
            planned.append(_plan(session, verb, before, identity, today, arguments))
        except RefusedError as error:
            refused.append(error)
    if refused:
        raise combined(refused)
    if all(item.is_unchanged for item in planned):
        text = _("this changes nothing: the ledger already says so")
        raise RefusedError("nothing-changed", text, path=planned[0].identity.path)
    session.must_be_clean(*[item.identity.path for item in planned])
    contents: dict[str, bytes] = {}
    for item in planned:
        contents |= {item.identity.path: item.content, **item.plan.files}
    after = _register_after(Overlay(session.source, contents), before, planned)
    steps, plans = [item.step for item in planned], [item.plan for item in planned]
    titles = [item.data["title"] for item in planned]
    subject = f"{steps[0].id} {titles[0]}" if len(steps) == 1 else "、".join(item.id for item in steps)
    message = Message(f"{verb.subject} {subject}", action, steps, plans[0].reason)
    try:
        session.commit(contents, message, signed=plans[0].signed)
    except RefusedError as error:
        if plans[0].signed and error.code == "commit-refused":
            error.hint = _(
                "set up signing: git config gpg.format ssh && git config user.signingkey FILE.pub; or let someone who signs close it"
            )
        raise
    rows = zip(before.problems, after.problems, strict=True)
    completed = [new for old, new in rows if new.is_complete and not old.is_complete]
    return Result(steps, titles, after, completed, plans, session.commit_id)


def _plan(
    session: Session, verb: Verb, before: Register, identity: Identity, today: date, arguments: dict[str, Any]
) -> _PlannedAction:
    """Ask the verb for its plan for a measure or a problem, and edit the file."""
    if identity.is_problem and not verb.for_problems:
        message = _("{id} is a problem; this applies only to a measure", id=identity)
        raise RefusedError("not-a-measure", message, _("name a measure, such as {id}.1", id=identity))
    rows = before.problems if identity.is_problem else before.measures
    if not any(row.id == str(identity) for row in rows):
        raise no_such_record(identity)
    content = session.source.read(identity.path)
    data = parse(content)
    record = valid_record(kind_of(identity), data)
    step = StatusChange(str(identity), None, None)
    edits: Data = {}
    if isinstance(record, Measure):
        step = StatusChange(step.id, record.status, verb.target(identity, record.status))
        edits = {"status": step.to} if step.to != step.from_ else {}
    plan = verb.function(Case(session, before.frame, today, identity, record, data), **arguments)
    edited, data = editing.edited(content, data, {**edits, **plan.edits})
    return _PlannedAction(identity, step, plan, data, edited, edited == content)


def _register_after(source: Overlay, before: Register, planned: Sequence[_PlannedAction]) -> Register:
    """Check the planned changes in place, and return the register after them.

    Raises RefusedError for the first rule that would be broken.
    """
    rows = {row.id: row for row in before.problems}
    for item in sorted(planned, key=lambda item: item.identity):
        row = rows[str(item.identity.problem)]
        record = checked_record(source, item.identity, item.data, before.frame)
        if isinstance(record, Problem):
            measures = tuple(each._replace(category=record.category) for each in row.measures)
            row = record.row(item.identity.problem, {})._replace(measures=measures)
        else:
            new = record.row(item.identity, row)
            row = row._replace(measures=tuple(new if each.id == new.id else each for each in row.measures))
        rows[row.id] = row
    return before._replace(problems=tuple(rows.values()))


def valid_register(root: Path) -> Register | None:
    """Return the register of the ledger; None while files of it break rules."""
    try:
        return register(root)
    except InvalidLedgerError:
        return None
