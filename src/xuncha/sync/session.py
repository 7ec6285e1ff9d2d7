"""Sync (同步): joins the changes of this clone with those of the remote, and sends them (docs/adr/0018-sync-without-markers.md)."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fasteners import InterProcessLock

from xuncha import system
from xuncha.errors import RefusedError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import COMMENTS, LEDGER_FILE, PROBLEMS, Identity
from xuncha.model.moves import path_now
from xuncha.model.register import Register
from xuncha.sync import sharing
from xuncha.sync.joining import Adjustments, Joining
from xuncha.sync.sharing import Route, SentTags
from xuncha.sync.values import Side
from xuncha.trail import objects
from xuncha.trail.git import Git
from xuncha.trail.repository import git_dir, private_path
from xuncha.trail.tags import PREFIX
from xuncha.workflow.change import TIMEOUT, Session, begin
from xuncha.workflow.perform import valid_register

_RETRY_SECONDS = 60.0  # seconds to try again if others push first each time
_MAX_PAUSE = 0.3  # seconds, at most, before each new try; with growing pauses, others would always be first


@dataclass
class Synced(Adjustments):
    """The result of a sync; `received` and `sent` count commits."""

    name: str = ""  # the remote branch, such as origin/main
    received: int = 0
    sent: int = 0
    joined: bool = False  # whether both sides had new commits
    reopened: list[str] = field(default_factory=list)  # closed here before, and not after
    earlier_deadlines: list[tuple[str, str, str]] = field(default_factory=list)
    """Measures whose deadline is earlier after the sync: id, old day and new day (docs/adr/0017)."""
    anchors: SentTags = field(default_factory=SentTags)
    before: str = "HEAD"  # the last commit here before the sync
    rewritten: bool = False  # whether the remote lost commits that it had
    uncommitted: list[str] = field(default_factory=list)  # files with uncommitted changes, which are not sent
    register: Register | None = None  # after the sync; None if it breaks rules, or nothing came

    def compare(self, before: Register | None) -> None:
        """Record the closings and deadlines that differ from before the sync; nothing if the ledger breaks rules."""
        if before is None or self.register is None:
            return
        moves = [renumbered.move for renumbered in self.renumbered]
        rows = {row.id: row for row in self.register.measures}
        titles = {row.title for row in before.measures}
        for row in before.measures:
            row_now = rows.get(str(Identity.from_path(path_now(Identity.parse(row.id).path, moves))))
            if row_now is None:
                continue
            if row.status == "closed" != row_now.status:
                self.reopened.append(row_now.id)
            # With the title of another one, it may be that one, to which a removal has given this number.
            is_same = row_now.title == row.title or row_now.title not in titles
            if is_same and row.due and row_now.due and row_now.due < row.due:
                self.earlier_deadlines.append((row_now.id, row.due, row_now.due))


def sync(root: Path, *, take: Side | None = None) -> Synced:
    """Join this clone with the remote, and push the result; `take` is the side that wins in a dispute.

    Raises RefusedError if both sides have changed the same thing, the result breaks a rule, or the remote refuses it;
    SurroundingsError if there is no remote, it cannot be reached, or git or the disk fails.
    """
    git = Git.in_repository(root, writes=True)
    route = sharing.find_route(git)
    synced, before = Synced(name=route.name, before=git.head() or "HEAD"), valid_register(root)
    with _sync_lock(root):
        end, pause = time.monotonic() + _RETRY_SECONDS, 0.0
        while time.monotonic() < end:
            time.sleep(pause)
            pause = random.uniform(0, _MAX_PAUSE)  # noqa: S311  so that two clones do not collide again and again
            old_tip = git.commit_hash(route.tracking_ref)
            theirs = sharing.fetch(git, route)
            if old_tip and theirs and old_tip != theirs and not sharing.is_ancestor(git, old_tip, theirs):
                synced.rewritten = True
            with begin(root) as session:
                count = _integrate(session, route, theirs, take, synced)
            with contextlib.suppress(sharing.MovedError):
                if count:
                    sharing.push(git, route)
                synced.sent = count
                paths = map(system.encoded, git.changed_files("data"))
                synced.uncommitted = [path.decode("utf-8", "replace") for path in paths]
                if synced.received:
                    synced.register = valid_register(root)
                    synced.compare(before)
                synced.anchors = sharing.push_tags(git, route, PREFIX)
                return synced
    text = _("others are sending to “{name}” all the time; what was recorded here is kept, but not sent yet")
    raise SurroundingsError("busy", text.format(name=route.name), _("type it again in a moment: xuncha sync"))


@contextlib.contextmanager
def _sync_lock(root: Path) -> Iterator[None]:
    """Hold the lock of sync: one sync at a time, while other commands need not wait for the network."""
    place = private_path(root, "sync")
    assert place is not None  # noqa: S101  `sync` has found the repository
    lock = InterProcessLock(place)
    if not lock.acquire(timeout=TIMEOUT):
        lock.lockfile.close()
        message = _("another sync of this ledger has been running for {n} seconds", n=int(TIMEOUT))
        raise SurroundingsError("locked", message, _("wait until it has finished, or end it"))
    try:
        yield
    finally:
        lock.release()


def _integrate(session: Session, route: Route, theirs: str | None, take: Side | None, synced: Synced) -> int:
    """Join what the remote has into the branch, and return the number of commits to send."""
    git = session.git
    for operation in sharing.unfinished_operations(git_dir(git.root)):
        message = _("a `git {what}` was started here and not completed", what=operation)
        hint = _("complete it, or abort it: git {what} --abort", what=operation)
        raise SurroundingsError("unfinished", message, hint)
    ours = git.head()
    if ours is None:
        message = _("nothing is committed here yet, so there is nothing to merge")
        hint = _("type: git add -A && git commit -m 台账; or clone the existing ledger: git clone ADDRESS")
        raise SurroundingsError("nothing-committed", message, hint)
    if theirs is None:
        return git.count_commits(ours, "--")[0]
    if sharing.is_ancestor(git, theirs, ours):
        return sharing.count_ahead(git, ours, theirs) if ours != theirs else 0
    joined = not sharing.is_ancestor(git, ours, theirs)
    result = Joining(git, ours, theirs, route.name, take, synced).join() if joined else theirs
    _must_not_overwrite(session, ours, result)
    session.advance(ours, result)
    synced.received += sharing.count_ahead(git, theirs, ours)
    synced.joined |= joined
    return sharing.count_ahead(git, result, theirs)


def _must_not_overwrite(session: Session, ours: str, result: str) -> None:
    """Refuse to overwrite uncommitted changes."""
    paths = objects.blocking_files(session.git, ours, result)
    if not paths:
        return
    prefix = session.git.prefix
    record_folders = f"{prefix}{PROBLEMS}/", f"{prefix}{COMMENTS}/"
    record_paths = [path.removeprefix(prefix) for path in paths if path.startswith(record_folders)]
    session.must_be_clean(*record_paths, *([LEDGER_FILE] if f"{prefix}{LEDGER_FILE}" in paths else []))
    text = _("{path} has changes that are not committed, and would be overwritten; nothing was changed")
    raise RefusedError("uncommitted", text.format(path=paths[0]), _("commit it, or set it aside: git stash"))
