"""Undo: the last ledger commit taken back by a new one (撤回). History is never rewritten."""

from __future__ import annotations

from pathlib import Path

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.store.files import Overlay
from xuncha.store.loading import check
from xuncha.trail.git import Git, literal
from xuncha.trail.history import Event, history
from xuncha.workflow.change import Leftover, Message, Session, StatusChange, begin
from xuncha.workflow.journal import FileChange
from xuncha.workflow.perform import Result, standing
from xuncha.workflow.verbs import SUBJECTS


def undo(root: Path) -> Result | Leftover:
    """Take back the last thing that a command did.

    That is what an interrupted command left without a commit; else the newest commit of ours that is not taken back yet,
    not what others did elsewhere and a sync brought here.

    Raises:
        RefusedError: there is nothing of ours to take back, or later work stands on it.
        SurroundingsError: git or the disk is against it.
    """
    with begin(root) as session:
        if session.leftover is not None:
            return session.leftover
        events = _last(history(root), session.git)
        subject = events[0].subject
        changes = _changes(session, events[0].commit, subject)
        session.must_be_clean(*[change.path for change in changes])
        findings = check(Overlay(session.source, {change.path: change.after for change in changes}))
        known = check(session.source) if findings else []
        if new := [finding for finding in findings if finding not in known]:
            said = _("“{subject}” cannot be taken back, since later work stands on it: {message}")
            raise RefusedError("later-work", said.format(subject=subject, message=new[0].message))
        steps = [StatusChange(event.id, event.to, event.from_) for event in events if event.id]
        message = Message(f"{SUBJECTS['undo']} {subject}", "undo", steps, undoes=events[0].commit)
        session.commit(changes, message)
    return Result(steps, [event.subject for event in events], standing(root))


_NOT_TAKEN_BACK = frozenset({None, "undo", "sync", "renumber"})
"""What is by hand; what brings others' work and mends numbers for it has no before of its own."""


def _last(events: list[Event], git: Git) -> list[Event]:
    """Return the events of the newest commit made here that can still be taken back."""
    undone = {event.undoes for event in events}
    me = git.user()[1] if events else ""
    for event in events:
        if event.action == "init":
            break
        if event.begins:
            git.must_be_whole()
        if event.action in _NOT_TAKEN_BACK or event.commit in undone:
            continue
        # What somebody else did and has shared was not done here, as far as can be told.
        shared = "for-each-ref", "--count=1", f"--contains={event.commit}", "refs/remotes"
        if event.email == me or not git.text(*shared):
            return [other for other in events if other.commit == event.commit]
    message = _("there is nothing here that a command of xuncha has done and that could be taken back")
    hint = _("what others have done, they take back themselves") if events else ""
    raise RefusedError("nothing-to-undo", message, hint)


def _changes(session: Session, commit: str, subject: str) -> list[FileChange]:
    """Return the changes that give the files of a commit back as they were before it.

    Raises:
        RefusedError: one of them has been changed since.
    """
    git = session.git
    options = ["--root", "-r", "-z", "--no-commit-id", "--name-only", "--no-renames", "--relative"]
    paths = git.run("diff-tree", *options, commit).decode("utf-8", "surrogateescape").split("\0")[:-1]
    found = git.blobs(f"{when}:./{path}" for path in paths for when in ("HEAD", commit, f"{commit}^"))
    changes = []
    for path, now, then, before in zip(paths, found[::3], found[1::3], found[2::3], strict=True):
        if now != then:
            later = git.run("rev-list", f"{commit}..HEAD", "--", *literal(paths)).decode().split()
            message = _("“{subject}” cannot be taken back, since {commit} changed the same files later")
            message = message.format(subject=subject, commit=later[-1][:10])
            raise RefusedError("later-work", message, _("see `xuncha log`"))
        present = session.root / path
        content = present.read_bytes() if present.is_file() else None
        # Git may store other line ends than stand in the folder; what comes back is in those of the folder.
        filters = None not in {content, before} and content != now
        back = git.run("cat-file", "--filters", f"{commit}^:./{path}") if filters else before
        changes.append(FileChange(path, content, back))
    return changes
