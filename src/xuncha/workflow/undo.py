"""Undo (撤回): take back the last ledger commits by a new commit. History is never rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.vocabulary import NEVER_UNDONE, StatusChange
from xuncha.store.files import Overlay
from xuncha.store.loading import check
from xuncha.trail.git import Git, TruncatedError
from xuncha.trail.history import Event, history, undone_commits
from xuncha.workflow.change import Leftover, Message, Session, begin
from xuncha.workflow.committer import addresses
from xuncha.workflow.perform import Result, valid_register
from xuncha.workflow.verbs import SUBJECTS

_MAX_SUBJECTS = 3  # the most subjects that the subject of an undo repeats


def undo(root: Path, count: int = 1, *, others: bool = False, commit: str | None = None) -> Result | Leftover:
    """Take back the last actions of commands, in one commit: all of them, or nothing.

    The last one may be what an interrupted command left without a commit; else they are the newest commits of commands that are
    not taken back yet, leaving out those of other people.

    With `others`, those of other people are taken back too. `commit` is the full hash of the one commit that is meant, which must
    be the last one; None for the newest.

    Raises RefusedError if there is not so much to take back, or later work depends on it; SurroundingsError if git
    or the disk fails, or the history here is not complete.
    """
    with begin(root) as session:
        if session.leftover is not None and commit is None:
            return session.leftover
        events = history(root)
        if commit is not None:
            if commit != session.git.head():
                text = _("something else was done meanwhile")
                raise RefusedError("changed-meanwhile", text, _("look at the log, and decide again"))
            events = [event for event in events if event.commit == commit]
        events = _newest(session.git, events, count, None if others else addresses(root))
        commits = list(dict.fromkeys(event.commit for event in events))
        subjects = {event.commit: event.subject for event in events}
        changes = _changes(session, [(commit, subjects[commit]) for commit in commits])
        session.must_be_clean(*changes)
        findings = check(Overlay(session.source, changes))
        existing = check(session.source) if findings else []
        titles = list(subjects.values())
        if new := [finding for finding in findings if finding not in existing]:
            text = _("“{subject}” cannot be taken back, since later work depends on it: {message}")
            message = text.format(subject="；".join(titles), message=new[0].message)
            raise RefusedError("later-work", message)
        subject = "；".join(titles[:_MAX_SUBJECTS]) + (f"；等{count}项" if count > _MAX_SUBJECTS else "")
        undoing = Message(f"{SUBJECTS['undo']} {subject}", "undo", _steps(events), undoes=commits)
        # An undo that closes something again is signed like a closing, if the policy requires that.
        closes = any(step.to == "closed" != step.from_ for step in undoing.steps)
        register = valid_register(root) if closes else None
        signed = register is not None and "signed_commit" in register.frame.close_requires
        session.commit(changes, undoing, signed=signed)
    return Result(undoing.steps, titles, valid_register(root), commit=session.commit_id)


def is_undoable(event: Event) -> bool:
    """Return whether an event is of a kind that can be taken back, if nothing else prevents it."""
    return event.action not in {None, *NEVER_UNDONE} and not event.is_merge


def _newest(git: Git, events: Sequence[Event], count: int, emails: set[str] | None) -> list[Event]:
    """Return the events of the newest commits that can be taken back: of the e-mails in `emails`, or of everybody if it is None."""
    already_undone = undone_commits(events)
    chosen: dict[str, list[Event]] = {}
    foreign: list[Event] = []
    for event in events:
        if event.commit in chosen:
            chosen[event.commit].append(event)
            continue
        if event.action == "init" or len(chosen) == count:
            break
        if event.is_first:
            git.check_complete()
        if not is_undoable(event) or event.commit in already_undone:
            continue
        if emails is None or event.email.casefold() in emails:
            chosen[event.commit] = [event]
        else:
            foreign.append(event)
    if len(chosen) == count:
        return [event for group in chosen.values() for event in group]
    message = _("there is nothing here that was done by xuncha and can be taken back")
    if chosen:
        message = _("fewer than {n} changes by xuncha can be taken back here; nothing was changed", n=count)
    hint = _("let others take back what they did; to do it for them: xuncha undo --others")
    raise RefusedError("nothing-to-undo", message, hint if foreign else "")


def _steps(events: Sequence[Event]) -> list[StatusChange]:
    """Return the change of status of each problem and measure: from that after the newest commit to that before the oldest."""
    steps: dict[str, StatusChange] = {}
    for event in events:
        if event.id and event.action != "renumber":
            last = steps.get(event.id)
            steps[event.id] = StatusChange(event.id, last.from_ if last else event.to, event.from_)
    return list(steps.values())


def _changes(session: Session, commits: Sequence[tuple[str, str]]) -> dict[str, bytes | None]:
    """Return the contents that the files of some commits had before these commits.

    `commits` holds hashes and subjects, the newest first. Raises RefusedError if one of the files was changed later.
    """
    git = session.git
    restored: dict[str, bytes | None] = {}
    """The contents of the files when the commits so far are taken back."""
    sources: dict[str, str] = {}  # the commit before which a file had this content
    at_head: dict[str, bytes | None] = {}
    for commit, subject in commits:
        paths = _changed_paths(git, commit)
        blobs = git.blobs(f"{when}:./{path}" for path in paths for when in ("HEAD", commit, f"{commit}^"))
        for path, head, then, before in zip(paths, blobs[::3], blobs[1::3], blobs[2::3], strict=True):
            at_head.setdefault(path, head)
            if restored.get(path, head) != then:
                message = _("“{subject}” cannot be taken back, since {path} was changed later")
                message = message.format(subject=subject, path=path)
                raise RefusedError("later-work", message, _("see `xuncha log`"), path)
            restored[path], sources[path] = before, commit
    changes: dict[str, bytes | None] = {}
    for path, before in restored.items():
        if before == at_head[path]:
            continue
        file = session.root / path
        content = file.read_bytes() if file.is_file() else None
        # Git may store other line ends than the files in the folder have; restored files keep those of the folder.
        filters = None not in {content, before} and content != at_head[path]
        changes[path] = git.run("cat-file", "--filters", f"{sources[path]}^:./{path}") if filters else before
    if not changes:
        text = _("this changes nothing: the ledger already says so")
        raise RefusedError("nothing-changed", text)
    return changes


def _changed_paths(git: Git, commit: str) -> list[str]:
    """Return the files that a commit changed, as paths from the ledger's folder."""
    options = ["--root", "-r", "-z", "--no-commit-id", "--name-only", "--no-renames", "--relative"]
    if paths := git.fields("diff-tree", *options, commit):
        return paths
    raise TruncatedError  # no command makes a commit in which nothing changes
