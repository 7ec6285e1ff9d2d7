"""Intake: a whole draft becomes a ledger, or many changes of one, in a single commit or not at all."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.records import Ledger
from xuncha.model.source import Source
from xuncha.model.vocabulary import StatusChange
from xuncha.store.files import Overlay
from xuncha.store.loading import check_ledger, load_ledger
from xuncha.workflow.change import Message, begin
from xuncha.workflow.verbs import SUBJECTS


@dataclass
class Intake:
    """The files to be written, and the changes of status that this means for problems and measures."""

    files: dict[str, bytes] = field(default_factory=dict)  # the new contents by path
    steps: list[StatusChange] = field(default_factory=list)
    signed: bool = False  # whether the policy requires a signed commit
    before: dict[str, bytes] = field(default_factory=dict)
    """The present contents of those files that exist; `preview` fills it."""

    def digest(self) -> str:
        """Return a hash of the changes and of the files before them, to tell later whether the same would be changed."""
        checksum = hashlib.sha256()
        for path, content in sorted(self.files.items()):
            for part in (path.encode(), self.before.get(path, b""), content):
                checksum.update(b"%d:" % len(part) + part)
        return checksum.hexdigest()

    def must_be_as_shown(self, digest: str | None) -> None:
        """Check the changes against the digest of those that were shown; None if none were. Raises RefusedError if they differ."""
        if digest not in {None, self.digest()}:
            message = _("what would be changed is no longer what was shown")
            hint = _("check again what would change, and decide again")
            raise RefusedError("changed-meanwhile", message, hint)

    def message(self, origin: str) -> Message:
        """Return the commit message for an intake from a file named `origin`."""
        return Message(f"{SUBJECTS['import']} {origin}", "import", self.steps)


Plan = Callable[[Ledger, Source], Intake]
"""Returns what is to be entered into a ledger, whose records and files are given."""


def preview(source: Source, plan: Plan) -> Intake:
    """Check what a plan would change in a ledger, and return it. Nothing is written.

    Raises InvalidLedgerError if the ledger breaks rules, before or after the changes.
    """
    intake = plan(load_ledger(source), source)
    for path in intake.files:
        with contextlib.suppress(FileNotFoundError):
            intake.before[path] = source.read(path)
    check_ledger(Overlay(source, intake.files))
    return intake


def apply_plan(root: Path, plan: Plan, origin: str, expected_digest: str | None = None) -> Intake:
    """Carry out a plan that comes from a file named `origin`: all of it in one commit, or nothing.

    `expected_digest` is the digest of what was shown before; None if nothing was.

    Raises InvalidLedgerError if the ledger breaks rules, before or after the changes; RefusedError if they differ
    from what was shown, a file has uncommitted changes, or git refuses; SurroundingsError if git or the disk
    fails.
    """
    with begin(root) as session:
        intake = preview(session.source, plan)
        intake.must_be_as_shown(expected_digest)
        if intake.files:
            session.must_be_clean(*intake.before)
            session.commit(intake.files, intake.message(origin), signed=intake.signed)
    return intake
