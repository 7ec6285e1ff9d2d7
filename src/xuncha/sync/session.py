"""Sync (同步): what was recorded here and what was recorded elsewhere, joined and sent (docs/adr/0018-sync-without-markers.md)."""

from __future__ import annotations

import contextlib
import itertools
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
from xuncha.model.moves import Move, place_now
from xuncha.model.register import Register
from xuncha.sync import sharing
from xuncha.sync.joining import Adjustments, Joining, Renumbered
from xuncha.sync.sharing import Route, SentTags
from xuncha.sync.values import Side
from xuncha.trail import objects
from xuncha.trail.git import Git
from xuncha.trail.repository import git_dir, private
from xuncha.trail.tags import PREFIX
from xuncha.workflow.change import PATIENCE, Session, begin
from xuncha.workflow.perform import standing

_PERSEVERANCE = 60.0  # seconds to try again where others are quicker each time
_PAUSE = 0.3  # seconds at most before each try: who waits longer each time is overtaken each time


@dataclass
class Synced(Adjustments):
    """What came of a sync; what was received and sent in commits."""

    name: str = ""  # where the branch is shared, such as origin/main
    received: int = 0
    sent: int = 0
    joined: bool = False  # whether both sides had something new
    reopened: list[str] = field(default_factory=list)  # what was closed here, and is not by what has come
    earlier: list[tuple[str, str, str]] = field(default_factory=list)
    """The ids of measures whose time limits are earlier than here, as they were, and as they are (docs/adr/0017)."""
    anchors: SentTags = field(default_factory=SentTags)
    before: str = "HEAD"  # the commit that was here
    rewritten: bool = False  # whether commits that were there are there no more
    by_hand: list[str] = field(default_factory=list)  # files with changes that are not committed, so not sent
    register: Register | None = None  # how it stands; None while it breaks rules, or nothing has come

    def add(self, new: Adjustments) -> None:
        """Add the adjustments of one more attempt; what is moved twice is told once."""
        self.kept += new.kept
        self.renamed += new.renamed
        self.followed += new.followed
        self.citing += new.citing
        for each in new.renumbered:
            earlier = next((one for one in self.renumbered if one.move.new == each.move.old), each)
            self.renumbered = [one for one in self.renumbered if one is not earlier]
            self.renumbered.append(Renumbered(Move(earlier.move.old, each.move.new), each.title))
        self.renumbered.sort()

    def compare(self, before: Register | None) -> None:
        """Note what has come out otherwise than it stood here: closings and time limits; nothing where the ledger breaks rules."""
        if before is None or self.register is None:
            return
        moves = [each.move for each in self.renumbered]
        now = {row.id: row for row in self.register.measures}
        for row in before.measures:
            there = now.get(str(Identity.of_file(place_now(Identity.parse(row.id).path, moves))))
            if there is None:
                continue
            if row.status == "closed" != there.status:
                self.reopened.append(there.id)
            if row.due and there.due and there.due < row.due:
                self.earlier.append((there.id, row.due, there.due))


def sync(root: Path, *, take: Side | None = None) -> Synced:
    """Join what is here with what is elsewhere, and send it; `take` says whose word counts in a dispute.

    Raises RefusedError if both sides have changed the same thing, or the result breaks a rule; or the remote refuses;
    SurroundingsError if there is no remote, or it cannot be reached; or git or the disk is against it.
    """
    git = Git.in_repository(root, to_write=True)
    way = sharing.route(git)
    done, before = Synced(name=way.name, before=git.head() or "HEAD"), standing(root)
    with _alone(root):
        end = time.monotonic() + _PERSEVERANCE
        for attempt in itertools.count():
            if attempt:
                time.sleep(random.uniform(0, _PAUSE))  # noqa: S311  so that two do not go on meeting
            if time.monotonic() > end:
                break
            seen = git.commit_of(way.seen)
            theirs = sharing.fetch(git, way)
            if seen and theirs and seen != theirs and not sharing.behind(git, seen, theirs):
                done.rewritten = True
            with begin(root) as session:
                ahead = _take_in(session, way, theirs, take, done)
            with contextlib.suppress(sharing.MovedError):
                if ahead:
                    sharing.push(git, way)
                done.sent = ahead
                paths = map(system.encoded, git.by_hand("data"))
                done.by_hand = [path.decode("utf-8", "replace") for path in paths]
                if done.received:
                    done.register = standing(root)
                    done.compare(before)
                done.anchors = sharing.push_tags(git, way, PREFIX)
                return done
    said = _("others are sending to “{name}” all the time; what was recorded here is kept, and not sent yet")
    raise SurroundingsError("busy", said.format(name=way.name), _("type it again in a moment: xuncha sync"))


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the lock of sync: one at a time, while other commands need not wait for the network."""
    place = private(root, "sync")
    assert place is not None  # noqa: S101  asked before
    lock = InterProcessLock(place)
    if not lock.acquire(timeout=PATIENCE):
        lock.lockfile.close()
        said = _("another sync of this ledger has been at work for {n} seconds").format(n=int(PATIENCE))
        raise SurroundingsError("locked", said, _("wait until it has finished, or end it"))
    try:
        yield
    finally:
        lock.release()


def _take_in(session: Session, way: Route, theirs: str | None, take: Side | None, done: Synced) -> int:
    """Take in what is there, and return how many commits are to be sent."""
    git = session.git
    for what in sharing.unfinished_operations(git_dir(git.root)):
        said = _("a `git {what}` is begun here and not concluded").format(what=what)
        hint = _("conclude it, or give it up: git {what} --abort").format(what=what)
        raise SurroundingsError("unfinished", said, hint)
    ours = git.head()
    if ours is None:
        said = _("nothing is committed here yet, so there is nothing to bring together")
        hint = _(
            "type: git add -A && git commit -m 台账; or clone the ledger that there is: git clone ADDRESS"
        )
        raise SurroundingsError("nothing-committed", said, hint)
    if theirs is None:
        return git.counts(ours, "--")[0]
    if sharing.behind(git, theirs, ours):
        return sharing.ahead(git, ours, theirs) if ours != theirs else 0
    joining = None if sharing.behind(git, ours, theirs) else Joining(git, ours, theirs, way.name, take)
    result = joining.join() if joining else theirs
    _must_not_overwrite(session, ours, result)
    session.advance(ours, result)
    done.received += sharing.ahead(git, theirs, ours)
    if joining:
        done.joined = True
        done.add(joining.adjustments)
    return sharing.ahead(git, result, theirs)


def _must_not_overwrite(session: Session, ours: str, result: str) -> None:
    """Refuse to write over what somebody has changed and not committed."""
    paths = objects.in_the_way(session.git, ours, result)
    if not paths:
        return
    above = session.git.text("rev-parse", "--show-prefix")
    own = f"{above}{PROBLEMS}/", f"{above}{COMMENTS}/"
    within = [path.removeprefix(above) for path in paths if path.startswith(own)]
    session.must_be_clean(*within, *([LEDGER_FILE] if f"{above}{LEDGER_FILE}" in paths else []))
    said = _("{path} has changes that are not committed, and would be written over; nothing was changed")
    raise RefusedError("uncommitted", said.format(path=paths[0]), _("commit it, or put it away: git stash"))
