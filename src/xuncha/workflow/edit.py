"""Edit (修改): commit what someone wrote into a file, or everything that was changed by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from xuncha import system
from xuncha.chinese.characters import shortened
from xuncha.errors import Findings, InvalidLedgerError, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, CommentNumber, Identity
from xuncha.model.vocabulary import StatusChange
from xuncha.rules.names import no_such_record
from xuncha.store.faults import UnreadableError, link
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import check, check_ledger, load_comments, load_problem, load_settings
from xuncha.store.reading import Data, parse
from xuncha.workflow import evidence
from xuncha.workflow.change import Message, Session, begin
from xuncha.workflow.comment import no_such_comment
from xuncha.workflow.differences import differences
from xuncha.workflow.perform import Result, valid_register
from xuncha.workflow.verbs import SUBJECTS

_FOLDERS: Final = ("data", "templates")  # the folders of a ledger that people change by hand
_LIMIT: Final = 8  # the most numbers that the subject of a commit names


def editable(root: Path, text: str) -> str:
    """Return the path of the file that is meant by the number of a problem or a measure, or the path of a comment or the settings.

    Raises InvalidLedgerError if the file is a link, or there are no settings; RefusedError if there is no such file.
    """
    text = text.replace("\\", "/") if system.WINDOWS else text
    comment = CommentNumber.from_path(text)
    record = comment or (None if text == LEDGER_FILE else Identity.parse(text))
    path = record.path if record else LEDGER_FILE
    if place := WorkingTree(root).behind_link(path):
        raise InvalidLedgerError([link(place)])
    if (root / path).is_file():
        return path
    if record:
        raise no_such_comment(record) if isinstance(record, CommentNumber) else no_such_record(record)
    raise InvalidLedgerError(load_settings(WorkingTree(root)).findings)


def edit(root: Path, path: str, content: bytes, original: bytes | None = None) -> Result | None:
    """Commit what someone wrote into the file of a problem, a measure, a comment or the settings, if it is valid.

    `original` is the content of the file when the editing began; None if nobody can have changed it since. Return None if the
    last commit already holds what was written; a change by hand is taken back then.

    Raises XunchaError as `perform` does; rules that other files break do not matter.
    """
    with begin(root) as session:
        old = session.source.read(path)
        if original not in {None, old}:
            message = _("{path} was changed by someone else meanwhile", path=path)
            raise RefusedError("changed-meanwhile", message, _("open it again, and repeat your change"))
        if content == old and not session.git.uncommitted_or_staged(path):
            return None
        if findings := _findings(Overlay(session.source, {path: content}), path):
            raise InvalidLedgerError(findings)
        changed = _ChangedFile(path, session.git.blobs([f"HEAD:./{path}"])[0], content)
        result = _commit(session, [changed])
        return None if changed.old == content else result


def _findings(source: Overlay, path: str) -> Findings:
    """Return what is wrong with the new content of a file; for the settings, what is wrong with the whole ledger under them."""
    if path == LEDGER_FILE:
        return check(source)
    if CommentNumber.from_path(path):
        findings = load_comments(source)[1]
    else:
        findings = load_problem(source, path.split("/")[2], load_settings(source).frame).findings
    return [finding for finding in findings if finding.place.path == path]


def edit_all(session: Session) -> tuple[list[str], Result] | None:
    """Commit everything that was changed, made or deleted by hand, in one commit; return the changes in words and the result, or None.

    Raises InvalidLedgerError if the ledger breaks rules as it is, RefusedError and SurroundingsError as `perform` does; then
    nothing is committed, and the files stay as they are.
    """
    # Files with a dot before the name, and files in such folders, do not belong to the ledger.
    paths = [path for path in session.git.changed_files(*_FOLDERS) if "/." not in f"/{path}"]
    paths = session.git.uncommitted(*paths) if paths else []
    if not paths:
        return None
    session.must_be_no_links(paths)
    check_ledger(session.source)
    changed = list(_changed_files(session, paths))
    result = _commit(session, changed)
    return [line for file in changed for line in file.description()], result


def _commit(session: Session, changed: Sequence[_ChangedFile]) -> Result:
    """Commit what was changed by hand, under the numbers of the changed records."""
    steps = list(_steps(session, changed))
    comments = [str(number) for file in changed if (number := CommentNumber.from_path(file.path))]
    numbers = [*(step.id for step in steps), *(f"意见 {number}" for number in comments)]
    numbers = numbers or [file.path for file in changed]
    subject = numbers[0]
    if len(numbers) > 1:
        subject = "、".join(numbers[:_LIMIT]) + (f"等{len(numbers)}项" if len(numbers) > _LIMIT else "")
    elif title := next((file.title for file in changed if file.identity or comments), ""):
        subject = f"{subject} {title}"
    contents = {file.path: file.new for file in changed}
    session.commit(contents, Message(f"{SUBJECTS['edit']} {subject}", "edit", steps, comments=comments))
    return Result(steps, list(contents), valid_register(session.root), commit=session.commit_id)


class _ChangedFile(NamedTuple):
    """A file that was changed by hand, with its content in the last commit and now; None if there is no file."""

    path: str
    old: bytes | None
    new: bytes | None

    @property
    def identity(self) -> Identity | None:
        """Return the problem or measure whose file it is; None for any other file."""
        return Identity.from_path(self.path)

    @property
    def title(self) -> str:
        """Return the title of the record, or how the text of a comment begins; empty if there is none."""
        data = _parsed(self.old if self.new is None else self.new) or {}
        if CommentNumber.from_path(self.path):
            return shortened(str(data.get("text", "")))
        return str(data.get("title") or "")

    def description(self) -> list[str]:
        """Return what has changed, in words."""
        name = f"{self.identity} {self.title}".strip() if self.identity else self.path
        if self.old is None:
            return [_("added {what}", what=name)]
        if self.new is None:
            return [_("deleted {what}", what=name)]
        short = str(self.identity or self.path)
        old, new = (_parsed(each) if self.path.endswith(".yaml") else None for each in (self.old, self.new))
        if old is None or new is None:
            return [_("changed {what}", what=short)]
        lines = differences(old, new)
        return [f"{short} {line}" for line in lines] or [_("{what}: comments or layout", what=short)]


def _changed_files(session: Session, paths: list[str]) -> Iterator[_ChangedFile]:
    """Yield the files with their contents, in the last commit and now."""
    for path, old in zip(paths, session.git.blobs(f"HEAD:./{path}" for path in paths), strict=True):
        target, new = session.root / path, None
        if target.is_file():
            measure = Identity.from_evidence(path)
            new = evidence.read(session.root, measure, target) if measure else target.read_bytes()
        yield _ChangedFile(path, old, new)


def _steps(session: Session, changed: Sequence[_ChangedFile]) -> Iterator[StatusChange]:
    """Yield the change of status of each problem and measure, in the order of the ledger."""
    records = {file.identity: file for file in changed if file.identity}
    with_evidence = {identity for file in changed if (identity := Identity.from_evidence(file.path))}
    for identity in sorted({*records, *with_evidence}):
        is_there = (session.root / identity.path).is_file()
        now = session.source.read(identity.path) if is_there else None
        file = records.get(identity) or _ChangedFile(identity.path, now, now)
        yield StatusChange(str(identity), _status(file.old), _status(file.new))


def _parsed(content: bytes | None) -> Data | None:
    with contextlib.suppress(UnreadableError):
        return parse(content or b"")
    return None


def _status(content: bytes | None) -> str | None:
    """Return the status in a file; None for a problem, or if the file cannot be read."""
    status = (_parsed(content) or {}).get("status")
    return status if isinstance(status, str) else None
