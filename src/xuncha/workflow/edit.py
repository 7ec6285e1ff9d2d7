"""Edit (修改): keep what someone wrote into a file, or changed by hand."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.errors import InvalidLedgerError, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, CommentNumber, Identity
from xuncha.store.comments import load_comments
from xuncha.store.faults import UnreadableError
from xuncha.store.files import Overlay
from xuncha.store.loading import check, load_problem, load_settings
from xuncha.store.reading import parse
from xuncha.workflow.change import Message, StatusChange, begin
from xuncha.workflow.comment import subject
from xuncha.workflow.journal import FileChange
from xuncha.workflow.perform import Result, standing
from xuncha.workflow.verbs import SUBJECTS

if TYPE_CHECKING:
    from xuncha.errors import Finding, Place


def edit(root: Path, path: str, content: bytes, opened: bytes | None = None) -> Result | None:
    """Keep what someone wrote into the file of a problem, a measure, a comment or the settings, if it validates.

    `opened` is what stood in it when the editing began; None where nobody can have changed it since. Return None if the
    last commit holds just what was written.

    Raises:
        XunchaError: as `perform`; rules that other files break do not matter.
    """
    with begin(root) as session:
        old = session.source.read(path)
        if opened not in {None, old}:
            said = _("{path} was changed by someone else meanwhile").format(path=path)
            raise RefusedError("changed-meanwhile", said, _("open it again, and enter your change anew"))
        if content == old and not session.git.unfinished(path):
            return None
        if findings := _findings(Overlay(session.source, {path: content}), path):
            raise InvalidLedgerError(findings)
        if comment := CommentNumber.of_file(path):
            said = subject(SUBJECTS["edit"], f"意见 {comment}", str(parse(content)["text"]))
            session.commit([FileChange(path, old, content)], Message(said, "edit", comment=str(comment)))
            return Result([], [said], standing(root))
        identity = Identity.of_file(path)
        title, steps = path, []
        if identity is not None:
            title = str(parse(content)["title"])
            earlier = session.git.blobs([f"HEAD:./{path}"])[0] or b""
            steps = [StatusChange(str(identity), _status(earlier), _status(content))]
        named = f"{identity} {title}" if identity else path
        message = Message(f"{SUBJECTS['edit']} {named}", "edit", steps)
        session.commit([FileChange(path, old, content)], message)
    return Result(steps, [title], standing(root))


def _findings(source: Overlay, path: str) -> list[Finding[Place]]:
    """Find what is wrong with a file as it will stand; of the settings, with the whole ledger under them."""
    if path == LEDGER_FILE:
        return check(source)
    if CommentNumber.of_file(path):
        found = load_comments(source).findings
    else:
        found = load_problem(source, path.split("/")[2], load_settings(source).frame).findings
    return [finding for finding in found if finding.place.path == path]


def _status(content: bytes) -> str | None:
    """Return the status that a file tells; None for a problem, or where it cannot be read."""
    with contextlib.suppress(UnreadableError):
        if isinstance(status := parse(content).get("status"), str):
            return status
    return None
