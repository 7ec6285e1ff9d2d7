"""Undo: the last ledger commit taken back by a new one (撤回). History is never rewritten."""

from __future__ import annotations

from pathlib import Path

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.store.files import Overlay
from xuncha.store.loading import check
from xuncha.trail.git import Git, GitError, literal
from xuncha.trail.history import Event, history
from xuncha.workflow.change import Leftover, Message, Session, StatusChange, begin
from xuncha.workflow.journal import FileChange
from xuncha.workflow.perform import Result, standing
from xuncha.workflow.verbs import SUBJECTS


def undo(root: Path) -> Result | Leftover:
    """Take back the last thing that a command did.

    What an interrupted command left without a commit is the last thing, where there is such; else it is the newest
    commit of ours that is not taken back yet: not what others did elsewhere and a sync brought here.

    Returns:
        What was done; or what an interrupted command had left.

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
            raise RefusedError(
                "later-work",
                _("“{subject}” cannot be taken back, since later work stands on it: {message}").format(
                    subject=subject, message=new[0].message
                ),
            )
        steps = [StatusChange(event.id, event.to, event.from_) for event in events if event.id]
        message = Message(f"{SUBJECTS['undo']} {subject}", "undo", steps, undoes=events[0].commit)
        session.commit(changes, message)
    return Result(steps, [event.subject for event in events], standing(root))


_NOT_TAKEN_BACK = frozenset({None, "undo", "sync", "renumber"})
"""What is by hand; what brings others' work and mends numbers for it has no before of its own."""


def _last(events: list[Event], git: Git) -> list[Event]:
    """Return the events of the newest commit made here that can still be taken back."""
    undone = {event.undoes for event in events if event.undoes}
    me = git.user()[1] if events else ""
    for event in events:
        if event.action == "init":
            break
        if event.action in _NOT_TAKEN_BACK or event.commit in undone or _came_from_elsewhere(event, me, git):
            continue
        return [other for other in events if other.commit == event.commit]
    raise RefusedError(
        "nothing-to-undo",
        _("there is nothing here that a command of xuncha has done and that could be taken back"),
        _("what others have done, they take back themselves") if events else "",
    )


def _came_from_elsewhere(event: Event, me: str, git: Git) -> bool:
    """Return whether somebody else did it and it has been shared: then it was not done here, as far as can be told."""
    if event.email == me:
        return False
    return bool(git.text("for-each-ref", "--count=1", f"--contains={event.commit}", "refs/remotes"))


def _changes(session: Session, commit: str, subject: str) -> list[FileChange]:
    """Return the changes that give the files of a commit back as they were before it.

    Raises:
        RefusedError: one of them has been changed since.
    """
    git = session.git
    options = ["--root", "-r", "-z", "--no-commit-id", "--name-only", "--no-renames", "--relative"]
    listed = git.run("diff-tree", *options, commit).decode("utf-8", "surrogateescape")
    paths = listed.split("\0")[:-1]
    changes = []
    for path in paths:
        now, then = f"HEAD:./{path}", f"{commit}:./{path}"
        if _blob(session, now) != _blob(session, then):
            later = git.run("rev-list", f"{commit}..HEAD", "--", *literal(paths)).decode().split()
            raise RefusedError(
                "later-work",
                _("“{subject}” cannot be taken back, since {commit} changed the same files later").format(
                    subject=subject, commit=later[-1][:10]
                ),
                _("see `xuncha log`"),
            )
        present = session.root / path
        content = present.read_bytes() if present.is_file() else None
        # Git may store other line ends than stand in the folder; what comes back is in those of the folder.
        filters = content is not None and content != _blob(session, now)
        changes.append(FileChange(path, content, _blob(session, f"{commit}^:./{path}", filters=filters)))
    return changes


def _blob(session: Session, name: str, *, filters: bool = False) -> bytes | None:
    """Return a file at a revision as git stores it, or as it would stand in the folder; None if it is not there."""
    try:
        return session.git.run("cat-file", "--filters" if filters else "blob", name)
    except GitError:
        return None
