"""Undo: the last ledger commits taken back by a new one (撤回). History is never rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.store.files import Overlay
from xuncha.store.loading import check
from xuncha.trail.git import CutShortError, Git, literal
from xuncha.trail.history import Event, history, taken_back
from xuncha.workflow.change import Leftover, Message, Session, StatusChange, begin
from xuncha.workflow.committer import addresses
from xuncha.workflow.journal import FileChange
from xuncha.workflow.perform import Result, standing
from xuncha.workflow.verbs import SUBJECTS

_NOT_TAKEN_BACK = frozenset({None, "undo", "sync", "renumber", "init"})
"""What is by hand; what brings others' work and mends numbers for it has no before of its own, and the beginning has none."""
_SHOWN = 3  # subjects that the subject of an undo repeats


def undo(root: Path, count: int = 1, *, others: bool = False, commit: str | None = None) -> Result | Leftover:
    """Take back the last things that commands did, in one commit: all of them, or nothing.

    The last one may be what an interrupted command left without a commit; else they are the newest commits of commands that are not
    taken back yet, without what other people did.

    With `others`, what other people did is taken back too. `commit` is the one commit that is meant, in full, which must be
    the last one; None for the newest.

    Raises RefusedError if there is not so much to take back, or later work stands on it; SurroundingsError if git
    or the disk is against it, or the history here is not whole.
    """
    with begin(root) as session:
        if session.leftover is not None and commit is None:
            return session.leftover
        events = history(root)
        if commit is not None:
            if commit != session.git.head():
                said = _("something else was done meanwhile")
                raise RefusedError("changed-meanwhile", said, _("look at the log, and decide again"))
            events = [event for event in events if event.commit == commit]
        events = _last(session.git, events, count, None if others else addresses(root))
        commits = list(dict.fromkeys(event.commit for event in events))
        subjects = {event.commit: event.subject for event in events}
        changes = _changes(session, [(commit, subjects[commit]) for commit in commits])
        session.must_be_clean(*[change.path for change in changes])
        findings = check(Overlay(session.source, {change.path: change.after for change in changes}))
        known = check(session.source) if findings else []
        titles = list(subjects.values())
        if new := [finding for finding in findings if finding not in known]:
            said = _("“{subject}” cannot be taken back, since later work depends on it: {message}")
            message = said.format(subject="；".join(titles), message=new[0].message)
            raise RefusedError("later-work", message)
        named = "；".join(titles[:_SHOWN]) + (f"；等{count}项" if count > _SHOWN else "")
        done = Message(f"{SUBJECTS['undo']} {named}", "undo", _steps(events), undoes=commits)
        # What is closed again by it is signed like a closing, where that is asked.
        closes = any(each.to == "closed" != each.from_ for each in done.steps)
        register = standing(root) if closes else None
        session.commit(
            changes, done, signed=register is not None and "signed_commit" in register.frame.close_requires
        )
    return Result(done.steps, titles, standing(root), commit=session.made)


def can_be_taken_back(event: Event) -> bool:
    """Return whether an event is of those that are taken back, if nothing else is against it."""
    return event.action not in _NOT_TAKEN_BACK and not event.joins


def _last(git: Git, events: Sequence[Event], count: int, mine: set[str] | None) -> list[Event]:
    """Return the events of the newest commits that can be taken back; of some e-mails alone, or of everybody."""
    undone = taken_back(events)
    found: dict[str, list[Event]] = {}
    foreign: list[Event] = []
    for event in events:
        if event.commit in found:
            found[event.commit].append(event)
            continue
        if event.action == "init" or len(found) == count:
            break
        if event.begins:
            git.must_be_whole()
        if not can_be_taken_back(event) or event.commit in undone:
            continue
        if mine is None or event.email.casefold() in mine:
            found[event.commit] = [event]
        else:
            foreign.append(event)
    if len(found) == count:
        return [event for each in found.values() for event in each]
    message = _("there is nothing here that was done by xuncha and can be taken back")
    if found:
        message = ngettext(
            "only {n} commit of a command can be taken back here, and nothing was changed",
            "only {n} commits of commands can be taken back here, and nothing was changed",
            len(found),
        ).format(n=len(found))
    hint = _("let others take back what they did; to do it for them: xuncha undo --others")
    raise RefusedError("nothing-to-undo", message, hint if foreign else "")


def _steps(events: Sequence[Event]) -> list[StatusChange]:
    """Return what becomes of each problem and measure: from what the newest commit made of it to what stood before the oldest."""
    steps: dict[str, StatusChange] = {}
    for event in events:
        if event.id and event.action != "renumber":
            last = steps.get(event.id)
            steps[event.id] = StatusChange(event.id, last.from_ if last else event.to, event.from_)
    return list(steps.values())


def _changes(session: Session, commits: Sequence[tuple[str, str]]) -> list[FileChange]:
    """Return the changes that give the files of some commits back as they were before them.

    The newest comes first, each with its subject. Raises RefusedError if one of the files has been changed since.
    """
    git = session.git
    stands: dict[str, bytes | None] = {}
    """What the files hold when the commits so far are taken back."""
    sources: dict[str, str] = {}  # the commit before which a file held that
    begun: dict[str, bytes | None] = {}
    for commit, subject in commits:
        paths = _touched(git, commit)
        found = git.blobs(f"{when}:./{path}" for path in paths for when in ("HEAD", commit, f"{commit}^"))
        for path, head, then, before in zip(paths, found[::3], found[1::3], found[2::3], strict=True):
            begun.setdefault(path, head)
            if stands.get(path, head) != then:
                later = git.run("rev-list", f"{commit}..HEAD", "--", *literal([path])).decode().split()
                message = _("“{subject}” cannot be taken back, since {commit} changed the same files later")
                message = message.format(subject=subject, commit=(later or ["HEAD"])[-1][:10])
                raise RefusedError("later-work", message, _("see `xuncha log`"))
            stands[path], sources[path] = before, commit
    changes = []
    for path, before in stands.items():
        if before == begun[path]:
            continue
        present = session.root / path
        content = present.read_bytes() if present.is_file() else None
        # Git may store other line ends than stand in the folder; what comes back is in those of the folder.
        filters = None not in {content, before} and content != begun[path]
        back = git.run("cat-file", "--filters", f"{sources[path]}^:./{path}") if filters else before
        changes.append(FileChange(path, content, back))
    if not changes:
        said = _("this changes nothing: the ledger already says so")
        raise RefusedError("nothing-changed", said)
    return changes


def _touched(git: Git, commit: str) -> list[str]:
    """Return the files that a commit changed, as the ledger names them."""
    options = ["--root", "-r", "-z", "--no-commit-id", "--name-only", "--no-renames", "--relative"]
    if found := git.words("diff-tree", *options, commit):
        return found
    raise CutShortError  # no command makes a commit in which nothing changes
