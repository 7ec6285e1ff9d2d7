"""Taking in: a whole draft becomes a ledger, or many changes of one, in a single commit or not at all."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xuncha.errors import InvalidLedgerError, RefusedError, SurroundingsError, cause_of
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import check, ledger
from xuncha.trail.git import Git, GitError, git_dir
from xuncha.workflow.change import FileChange, Message, Step, begin
from xuncha.workflow.create import around
from xuncha.workflow.perform import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xuncha.model.records import Ledger
    from xuncha.model.source import Source


@dataclass
class Intake:
    """The files that are to be written, and what that does to problems and measures."""

    files: dict[str, bytes] = field(default_factory=dict)
    """By their paths, what will stand in them."""
    steps: list[Step] = field(default_factory=list)


def proposed(root: Path, plan: Callable[[Ledger, Source], Intake]) -> tuple[Intake, dict[str, bytes | None]]:
    """What a plan would change of a ledger, checked, and the files as they are; nothing is written.

    Raises:
        InvalidLedgerError: the ledger breaks rules, or would.
    """
    source = WorkingTree(root)
    intake = plan(ledger(source), source)
    return intake, _before(source, intake)


def take_in(
    root: Path, plan: Callable[[Ledger, Source], Intake], origin: str
) -> tuple[Intake, dict[str, bytes | None]]:
    """Carry a plan out: all of it in one commit, or nothing.

    Args:
        root: the ledger's folder.
        plan: makes the changes of the ledger as it stands.
        origin: the name of the file that it comes from.

    Raises:
        InvalidLedgerError: the ledger breaks rules, or would.
        RefusedError: a file has uncommitted changes, or git refuses.
        SurroundingsError: git or the disk is against it.
    """
    with begin(root) as (session, _leftover):
        intake = plan(ledger(session.source), session.source)
        before = _before(session.source, intake)
        if intake.files:
            session.must_be_clean(*[path for path, content in before.items() if content is not None])
            session.commit(_changes(before, intake), _message(origin, intake))
        return intake, before


def found(root: Path, intake: Intake, origin: str) -> None:
    """Make a new ledger of files, with git and what belongs around it, in one commit; or leave the folder as it was.

    Raises:
        InvalidLedgerError: the files break rules.
        RefusedError: there is a ledger already, or git refuses the commit.
        SurroundingsError: git does not know who commits, or the folder cannot be written.
    """
    contents = checked_as_new(root, intake)
    was_there = root.exists()
    made_git = False
    try:
        root.mkdir(parents=True, exist_ok=True)
        git_dir.cache_clear()
        if git_dir(root) is None:
            Git(root).run("init", "--quiet")
            made_git = True
            git_dir.cache_clear()
        with begin(root) as (session, _leftover):
            session.git.user()
            changes = [FileChange(path, None, content) for path, content in contents.items()]
            session.commit(changes, _message(origin, intake))
    except BaseException as error:
        with contextlib.suppress(OSError):
            if made_git:
                shutil.rmtree(root / ".git")
            if not was_there:
                shutil.rmtree(root)
        git_dir.cache_clear()
        if isinstance(error, OSError):
            raise SurroundingsError(
                "not-written",
                _("{path} cannot be written: {reason}").format(path=root, reason=cause_of(error)),
            ) from error
        if isinstance(error, GitError):
            raise RefusedError(
                "commit-refused",
                _("git refused the commit, and nothing was changed: {said}").format(said=error.said),
            ) from error
        raise


def checked_as_new(root: Path, intake: Intake) -> dict[str, bytes]:
    """All files of a new ledger with what belongs around it, checked; what is there already stays as it is.

    Raises:
        InvalidLedgerError: the files break rules.
        RefusedError: there is a ledger already.
    """
    if (root / LEDGER_FILE).exists():
        raise RefusedError("ledger-exists", _("{path} holds a ledger already").format(path=root))
    contents = {
        path: content for path, content in around().items() if not (root / path).exists()
    } | intake.files
    _checked(Overlay(WorkingTree(root), dict(contents)))
    return contents


def _checked(source: Source) -> None:
    if findings := check(source):
        raise InvalidLedgerError(findings)


def _before(source: Source, intake: Intake) -> dict[str, bytes | None]:
    """The files as they are that an intake changes; checks what it makes of the ledger."""
    before: dict[str, bytes | None] = {}
    for path in intake.files:
        try:
            before[path] = source.read(path)
        except FileNotFoundError:
            before[path] = None
    _checked(Overlay(source, dict(intake.files)))
    return before


def _changes(before: dict[str, bytes | None], intake: Intake) -> list[FileChange]:
    return [FileChange(path, before[path], content) for path, content in intake.files.items()]


def _message(origin: str, intake: Intake) -> Message:
    return Message(f"{SUBJECTS['import']} {origin}", "import", intake.steps)
