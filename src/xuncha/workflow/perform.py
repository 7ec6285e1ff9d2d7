"""Carrying out: whatever changes a ledger is loaded, asked, edited, checked and committed here, one command a commit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from xuncha.errors import Finding, InvalidLedgerError, Place, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, Identity
from xuncha.store import editing
from xuncha.store.cache import register
from xuncha.store.faults import UnreadableError
from xuncha.store.files import Overlay
from xuncha.store.loading import check, load_problem, load_settings
from xuncha.store.reading import parse
from xuncha.trail.history import history_of_measure
from xuncha.workflow.actions import Circumstances, Doing, Evidence
from xuncha.workflow.change import FileChange, Leftover, Message, Session, Step, begin
from xuncha.workflow.transitions import signing, step

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from xuncha.model.records import Measure
    from xuncha.model.register import Frame, ProblemRow, Register
    from xuncha.model.vocabulary import Action

SUBJECTS: dict[Action, str] = {
    "init": "建立台账", "add": "新增", "start": "启动", "progress": "进展", "attach": "佐证", "submit": "申请销号", "return": "退回",
    "close": "销号", "reopen": "重新打开", "extend": "延期", "escalate": "攻坚", "review": "回头看", "edit": "修改", "undo": "撤回",
    "import": "导入", "sync": "同步", "renumber": "改号",
}  # fmt: skip
"""How a commit's subject begins: the trail is a document, and documents are Chinese."""


@dataclass(frozen=True)
class Done:
    """What was done, and how the ledger stands after it."""

    action: Action
    steps: Sequence[Step]
    titles: Sequence[str]
    """Of what the steps were done to."""
    register: Register | None
    """None while other files of the ledger break rules."""
    completed: Sequence[ProblemRow] = ()
    """The problems that are complete by this."""
    leftover: Leftover | None = None
    """What an interrupted command had left, and was taken back first."""
    evidence: Sequence[Evidence] = ()
    """The files that went in with it."""


def perform(root: Path, doing: Doing, identities: Sequence[Identity]) -> Done:
    """Do an action to measures: to all of them in one commit, or to none.

    Args:
        root: the ledger's folder.
        doing: the action.
        identities: of the measures; one named twice counts once.

    Raises:
        InvalidLedgerError: the ledger breaks rules already.
        RefusedError: the workflow, the policy or a rule is against it.
        SurroundingsError: git or the disk is.
    """
    with begin(root) as (session, leftover):
        before = register(root)
        frame = before.frame
        steps, changes, evidence = [], [], []
        for identity in dict.fromkeys(identities):
            measure = _measure(session, frame, identity)
            to = step(doing.action, identity, measure)
            circumstances = Circumstances(
                identity,
                measure,
                frame,
                session.git.user,
                partial(_submitter, root, identity),
                partial(_evidence_names, session, identity),
            )
            edits = list(doing.edits(circumstances))
            if to != measure.status:
                edits.insert(0, editing.Set("status", to))
            content = session.source.read(identity.path)
            if doing.evidence:
                evidence.append(doing.evidence(circumstances))
                if evidence[-1].content is not None:
                    changes.append(FileChange(evidence[-1].path, None, evidence[-1].content))
            changes.append(FileChange(identity.path, content, editing.apply(content, edits)))
            steps.append(Step(str(identity), measure.status, to))
        if all(change.before == change.after for change in changes):
            raise RefusedError(
                "nothing-changed", _("this changes nothing: it stands so already"), path=changes[0].path
            )
        session.must_be_clean(*[change.path for change in changes if change.before is not None])
        rows = _rows_after(session, frame, changes)
        by_id = {row.id: row.title for problem in rows.values() for row in problem.measures}
        titles = [by_id[each.id] for each in steps]
        message = Message(_subject(doing.action, steps, titles), doing.action, steps, doing.reason)
        signed = doing.action == "close" and "signed_commit" in frame.close_requires
        try:
            session.commit(changes, message, signed=signed)
        except RefusedError as error:
            if signed and error.code == "commit-refused":
                raise RefusedError(error.code, error.message, signing()) from error
            raise
    after = tuple(rows.get(problem.id, problem) for problem in before.problems)
    completed = [
        new for old, new in zip(before.problems, after, strict=True) if new.complete and not old.complete
    ]
    return Done(doing.action, steps, titles, before._replace(problems=after), completed, leftover, evidence)


def add_problem(root: Path, title: str, category: str) -> Identity:
    """Enter a problem under the next free number (新增问题).

    Raises:
        XunchaError: as perform.
    """
    with begin(root) as (session, _leftover):
        before = register(root)
        identity = Identity(len(before.problems) + 1)
        record = {"title": title.strip(), "category": category}
        _add(session, before.frame, identity, record, "problem", None)
        return identity


def add_measure(
    root: Path,
    problem: Identity,
    title: str,
    *,
    leader: str,
    office: str,
    co_offices: Sequence[str] = (),
    due: date | None = None,
    goal: str | None = None,
) -> Identity:
    """Enter a measure under its problem's next free number (新增措施).

    Args:
        root: the ledger's folder.
        problem: to which it belongs.
        title: of the measure.
        leader: responsible leader.
        office: responsible office.
        co_offices: co-responsible offices.
        due: the time limit; None makes it a long-term measure.
        goal: what is to be reached.

    Raises:
        XunchaError: as perform.
    """
    with begin(root) as (session, _leftover):
        before = register(root)
        row = next((row for row in before.problems if row.id == str(problem)), None)
        if row is None:
            raise no_such(problem)
        identity = Identity(problem.problem, len(row.measures) + 1)
        values: dict[str, Any] = {
            "title": title.strip(),
            "goal": goal and goal.strip(),
            "term": None if due else "long_term",
            "leader": leader,
            "office": office,
            "co_offices": list(co_offices),
            "due": due and due.isoformat(),
            "status": "not_started",
        }
        _add(
            session,
            before.frame,
            identity,
            {key: value for key, value in values.items() if value},
            "measure",
            "not_started",
        )
        return identity


def edit(root: Path, path: str, content: bytes, opened: bytes | None = None) -> Done | None:
    """Keep what someone wrote into a file, if it validates (修改). None where the commit holds just that already.

    Args:
        root: the ledger's folder.
        path: of a problem's, a measure's or the ledger's own file.
        content: what is to stand in it.
        opened: what stood in it when the editing began; None where nobody can have changed it since.

    Raises:
        XunchaError: as perform; what other files break does not hinder it.
    """
    with begin(root) as (session, leftover):
        old = session.source.read(path)
        if opened not in {None, old}:
            raise RefusedError(
                "changed-meanwhile",
                _("{path} was changed by someone else meanwhile").format(path=path),
                _("open it again, and enter your change anew"),
            )
        if content == old and not session.git.unfinished(path):
            return None
        source = Overlay(session.source, {path: content})
        if path == LEDGER_FILE:
            findings = check(source)
        else:
            folder = load_problem(source, path.split("/")[2], load_settings(source).frame)
            findings = [finding for finding in folder.findings if finding.place.path == path]
        if findings:
            raise InvalidLedgerError(findings)
        identity = Identity.of_file(path)
        if identity is None:
            message = Message(f"{SUBJECTS['edit']} {path}", "edit")
            titles = [path]
        else:
            status = _status(content) if not identity.is_problem else None
            earlier = _status(_committed(session, path)) if not identity.is_problem else None
            titles = [str(parse(content)["title"])]
            message = Message(
                f"{SUBJECTS['edit']} {identity} {titles[0]}", "edit", [Step(str(identity), earlier, status)]
            )
        session.commit([FileChange(path, old, content)], message)
    return Done("edit", message.steps, titles, standing(root), (), leftover)


def standing(root: Path) -> Register | None:
    """How the ledger stands; None while other files of it break rules."""
    try:
        return register(root)
    except InvalidLedgerError:
        return None


def _add(
    session: Session, frame: Frame, identity: Identity, record: dict[str, Any], kind: str, status: str | None
) -> None:
    content = editing.fresh(record, f"../../schema/{kind}.json")
    session.must_be_clean(identity.path)
    changes = [FileChange(identity.path, None, content)]
    _rows_after(session, frame, changes)
    steps = [Step(str(identity), None, status)]
    session.commit(changes, Message(_subject("add", steps, [record["title"]]), "add", steps))


def _measure(session: Session, frame: Frame, identity: Identity) -> Measure:
    if identity.is_problem:
        raise RefusedError(
            "not-a-measure",
            _("{id} is a problem; this is done to a measure").format(id=identity),
            _("name a measure, such as {id}.1").format(id=identity),
        )
    measure = load_problem(session.source, f"{identity.problem:02d}", frame).measures.get(identity)
    if measure is None:
        raise no_such(identity)
    return measure


def no_such(identity: Identity) -> RefusedError:
    """There is no problem or measure of this number."""
    if identity.is_problem:
        return RefusedError(
            "no-such-problem", _("there is no problem {id}").format(id=identity), _("see `xuncha status`")
        )
    return RefusedError(
        "no-such-measure", _("there is no measure {id}").format(id=identity), _("see `xuncha list`")
    )


def _rows_after(session: Session, frame: Frame, changes: Sequence[FileChange]) -> dict[str, ProblemRow]:
    """The rows of the problems that a change touches, as they will stand after it.

    Raises:
        RefusedError: they would break a rule; the first that they would break.
    """
    source = Overlay(session.source, {change.path: change.after for change in changes})
    names = {parts[2] for change in changes if (parts := change.path.split("/"))[1] == "problems"}
    loaded = [
        load_problem(source, name, frame) for name in sorted(names) if source.entries(f"data/problems/{name}")
    ]
    for folder in loaded:
        for finding in folder.findings:
            raise _against(finding)
    return {str(folder.number): folder.row() for folder in loaded}


def _against(finding: Finding[Place]) -> RefusedError:
    return RefusedError(finding.code, finding.message, finding.hint)


def _subject(action: Action, steps: Sequence[Step], titles: Sequence[str]) -> str:
    if len(steps) == 1:
        return f"{SUBJECTS[action]} {steps[0].id} {titles[0]}"
    return f"{SUBJECTS[action]} {'、'.join(each.id for each in steps)}"


def _submitter(root: Path, identity: Identity) -> str | None:
    """E-mail of whoever made the application that stands; None where none does."""
    events = history_of_measure(root, identity.path, str(identity))
    undone = {event.undoes for event in events}
    for event in events:
        if event.action in {"undo", "renumber"} or event.commit in undone:
            continue
        if event.to not in {None, event.from_}:
            return event.email if event.to == "submitted" else None
    return None


def _evidence_names(session: Session, identity: Identity) -> list[str]:
    return [entry.name for entry in session.source.entries(f"{EVIDENCE}/{identity}")]


def _committed(session: Session, path: str) -> bytes:
    return session.git.blobs([f"HEAD:./{path}"])[0] or b""


def _status(content: bytes) -> str | None:
    try:
        status = parse(content).get("status")
    except UnreadableError:
        return None
    return status if isinstance(status, str) else None
