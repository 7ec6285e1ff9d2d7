"""Edit (修改): keep what someone wrote into a file, or all that was changed by hand."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuncha import system
from xuncha.errors import Finding, InvalidLedgerError, Place, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, CommentNumber, Identity
from xuncha.rules.names import no_such
from xuncha.store.comments import load_comments
from xuncha.store.faults import UnreadableError, link
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import check, load_problem, load_settings
from xuncha.store.reading import parse
from xuncha.workflow import evidence
from xuncha.workflow.change import Message, Session, StatusChange, begin
from xuncha.workflow.comment import no_such_comment, shortened
from xuncha.workflow.differences import differences
from xuncha.workflow.journal import FileChange
from xuncha.workflow.perform import Result, standing
from xuncha.workflow.verbs import SUBJECTS

_PARTS: Final = ("data", "templates")  # what belongs to a ledger and people change by hand
_MANY: Final = 8  # numbers that the subject of a commit names


def editable(root: Path, text: str) -> str:
    """Return the path of the file that is meant: by the number of a problem or a measure, or by the path of a comment or the settings.

    Raises InvalidLedgerError if it is a link, or it is the settings and no file; RefusedError if there is none.
    """
    text = text.replace("\\", "/") if system.WINDOWS else text
    comment = CommentNumber.of_file(text)
    named = comment or (None if text == LEDGER_FILE else Identity.parse(text))
    path = named.path if named else LEDGER_FILE
    if WorkingTree(root).behind_link(path):
        raise InvalidLedgerError([link(path)])
    if (root / path).is_file():
        return path
    if named:
        raise no_such_comment(named) if isinstance(named, CommentNumber) else no_such(named)
    raise InvalidLedgerError(load_settings(WorkingTree(root)).findings)


def edit(root: Path, path: str, content: bytes, opened: bytes | None = None) -> Result | None:
    """Keep what someone wrote into the file of a problem, a measure, a comment or the settings, if it validates.

    `opened` is what stood in it when the editing began; None where nobody can have changed it since. Return None if the
    last commit holds just what was written.

    Raises XunchaError as `perform`; rules that other files break do not matter.
    """
    with begin(root) as session:
        old = session.source.read(path)
        if opened not in {None, old}:
            said = _("{path} was changed by someone else meanwhile").format(path=path)
            raise RefusedError("changed-meanwhile", said, _("open it again, and repeat your change"))
        if content == old and not session.git.unfinished(path):
            return None
        if findings := _findings(Overlay(session.source, {path: content}), path):
            raise InvalidLedgerError(findings)
        changed = _Changed(path, session.git.blobs([f"HEAD:./{path}"])[0], content)
        return _kept(session, [changed], [FileChange(path, old, content)])


def _findings(source: Overlay, path: str) -> list[Finding[Place]]:
    """Find what is wrong with a file as it will stand; of the settings, with the whole ledger under them."""
    if path == LEDGER_FILE:
        return check(source)
    if CommentNumber.of_file(path):
        found = load_comments(source)[1]
    else:
        found = load_problem(source, path.split("/")[2], load_settings(source).frame).findings
    return [finding for finding in found if finding.place.path == path]


def edit_all(session: Session) -> tuple[list[str], Result] | None:
    """Keep everything that was changed, made or deleted by hand, in one commit; return what changed, in words, or None.

    Raises InvalidLedgerError if the ledger breaks rules as it stands, RefusedError and SurroundingsError as `perform`; then
    nothing is committed, and the files stay as they are.
    """
    # What has a name with a dot before it, or is in such a folder, is none of the ledger's.
    paths = [path for path in session.git.by_hand(*_PARTS) if "/." not in f"/{path}"]
    paths = session.git.uncommitted(*paths) if paths else []
    if not paths:
        return None
    session.must_be_no_links(paths)
    if findings := check(session.source):
        raise InvalidLedgerError(findings)
    changed = list(_changed(session, paths))
    result = _kept(session, changed, [FileChange(each.path, each.new, each.new) for each in changed])
    return [line for each in changed for line in each.in_words()], result


def _kept(session: Session, changed: Sequence[_Changed], files: Sequence[FileChange]) -> Result:
    """Commit what was changed by hand, under the numbers of what it was done to."""
    steps = list(_steps(session, changed))
    comments = [str(number) for each in changed if (number := CommentNumber.of_file(each.path))]
    numbers = [*(step.id for step in steps), *(f"意见 {number}" for number in comments)]
    numbers = numbers or [each.path for each in changed]
    named = numbers[0]
    if len(numbers) > 1:
        named = "、".join(numbers[:_MANY]) + (f"等{len(numbers)}项" if len(numbers) > _MANY else "")
    elif title := next((each.title for each in changed if each.identity or comments), ""):
        named = f"{named} {title}"
    session.commit(files, Message(f"{SUBJECTS['edit']} {named}", "edit", steps, comments=comments))
    return Result(steps, [each.path for each in changed], standing(session.root), commit=session.made)


class _Changed(NamedTuple):
    """A file that was changed by hand: what the last commit holds, and what stands in it; None where there is none."""

    path: str
    old: bytes | None
    new: bytes | None

    @property
    def identity(self) -> Identity | None:
        """The problem or measure whose file it is."""
        return Identity.of_file(self.path)

    @property
    def title(self) -> str:
        """What it is called, or how the text of a comment begins; empty where that cannot be told."""
        data = _data(self.old if self.new is None else self.new) or {}
        if CommentNumber.of_file(self.path):
            return shortened(str(data.get("text", "")))
        return str(data.get("title") or "")

    def in_words(self) -> list[str]:
        """Say what changed."""
        named = f"{self.identity} {self.title}".strip() if self.identity else self.path
        if self.old is None:
            return [_("added {what}").format(what=named)]
        if self.new is None:
            return [_("deleted {what}").format(what=named)]
        short = str(self.identity or self.path)
        old, new = (_data(each) if self.path.endswith(".yaml") else None for each in (self.old, self.new))
        if old is None or new is None:
            return [_("changed {what}").format(what=short)]
        told = differences(old, new)
        return [f"{short} {line}" for line in told] or [_("{what}: comments or layout").format(what=short)]


def _changed(session: Session, paths: list[str]) -> Iterator[_Changed]:
    """Read the files, as the last commit holds them and as they stand."""
    for path, old in zip(paths, session.git.blobs(f"HEAD:./{path}" for path in paths), strict=True):
        target, new = session.root / path, None
        if target.is_file():
            proved = Identity.of_evidence(path)
            new = evidence.read(session.root, proved, target) if proved else target.read_bytes()
        yield _Changed(path, old, new)


def _steps(session: Session, changed: Sequence[_Changed]) -> Iterator[StatusChange]:
    """Yield what becomes of each problem and measure, in the order of the ledger."""
    records = {each.identity: each for each in changed if each.identity}
    proved = {identity for each in changed if (identity := Identity.of_evidence(each.path))}
    for identity in sorted({*records, *proved}):
        if identity in records:
            each = records[identity]
            yield StatusChange(str(identity), _status(each.old or b""), _status(each.new or b""))
        elif (session.root / identity.path).is_file():
            status = _status(session.source.read(identity.path))
            yield StatusChange(str(identity), status, status)
        else:
            yield StatusChange(str(identity), None, None)


def _data(content: bytes | None) -> dict[str, Any] | None:
    with contextlib.suppress(UnreadableError):
        return parse(content or b"")
    return None


def _status(content: bytes) -> str | None:
    """Return the status that a file tells; None for a problem, or where it cannot be read."""
    status = (_data(content) or {}).get("status")
    return status if isinstance(status, str) else None
