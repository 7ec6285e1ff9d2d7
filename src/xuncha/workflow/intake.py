"""Intake: a whole draft becomes a ledger, or many changes of one, in a single commit or not at all."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Mapping
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


Plan = Callable[[Ledger, Source], Intake]
"""Returns what is to be entered into a ledger, whose records and files are given."""


def preview(source: Source, plan: Plan) -> tuple[Intake, dict[str, bytes | None]]:
    """Check what a plan would change in a ledger; return the changes, and the present content of their files. Nothing is written.

    Raises InvalidLedgerError if the ledger breaks rules, before or after the changes.
    """
    intake = plan(load_ledger(source), source)
    before: dict[str, bytes | None] = dict.fromkeys(intake.files)
    for path in before:
        with contextlib.suppress(FileNotFoundError):
            before[path] = source.read(path)
    check_ledger(Overlay(source, dict(intake.files)))
    return intake, before


def apply_plan(
    root: Path, plan: Plan, origin: str, expected_digest: str | None = None
) -> tuple[Intake, dict[str, bytes | None]]:
    """Carry out a plan that comes from a file named `origin`: all of it in one commit, or nothing.

    Return what `preview` does. `expected_digest` is the `digest` of what was shown before; None if nothing was.

    Raises InvalidLedgerError if the ledger breaks rules, before or after the changes; RefusedError if they differ
    from what was shown, a file has uncommitted changes, or git refuses; SurroundingsError if git or the disk
    fails.
    """
    with begin(root) as session:
        intake, before = preview(session.source, plan)
        if expected_digest not in {None, digest(intake, before)}:
            text = _("the ledger was changed after this was shown")
            hint = _("check again what would change, and decide again")
            raise RefusedError("changed-meanwhile", text, hint)
        if intake.files:
            session.must_be_clean(*[path for path, content in before.items() if content is not None])
            session.commit(intake.files, commit_message(origin, intake), signed=intake.signed)
    return intake, before


def digest(intake: Intake, before: Mapping[str, bytes | None]) -> str:
    """Return a hash of the changes and of the files before them, to tell later whether the same would be changed."""
    checksum = hashlib.sha256()
    for path, content in sorted(intake.files.items()):
        for part in (path.encode(), before.get(path) or b"", content):
            checksum.update(b"%d:" % len(part) + part)
    return checksum.hexdigest()


def commit_message(origin: str, intake: Intake) -> Message:
    """Return the commit message for an intake from a file named `origin`."""
    return Message(f"{SUBJECTS['import']} {origin}", "import", intake.steps)
