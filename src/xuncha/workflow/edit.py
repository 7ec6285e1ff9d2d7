"""Edit (修改): keep what someone wrote into a file, or changed by hand."""

from __future__ import annotations

import contextlib
from pathlib import Path

from xuncha.errors import InvalidLedgerError, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.store.faults import UnreadableError
from xuncha.store.files import Overlay
from xuncha.store.loading import check, load_problem, load_settings
from xuncha.store.reading import parse
from xuncha.workflow.change import Message, StatusChange, begin
from xuncha.workflow.journal import FileChange
from xuncha.workflow.perform import Result, standing
from xuncha.workflow.verbs import SUBJECTS


def edit(root: Path, path: str, content: bytes, opened: bytes | None = None) -> Result | None:
    """Keep what someone wrote into the file of a problem, of a measure or of the settings, if it validates.

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
        source = Overlay(session.source, {path: content})
        if path == LEDGER_FILE:
            findings = check(source)
        else:
            folder = load_problem(source, path.split("/")[2], load_settings(source).frame)
            findings = [finding for finding in folder.findings if finding.place.path == path]
        if findings:
            raise InvalidLedgerError(findings)
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


def _status(content: bytes) -> str | None:
    """Return the status that a file tells; None for a problem, or where it cannot be read."""
    with contextlib.suppress(UnreadableError):
        if isinstance(status := parse(content).get("status"), str):
            return status
    return None
