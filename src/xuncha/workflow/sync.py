"""Sync: what was recorded here and what was recorded elsewhere, brought together and sent (同步).

All of it is made in git's objects, and checked there; branch and files then only ever go forward to what is finished. So
nobody sees a half of it, or a conflict marker, and whatever is in the way leaves everything as it was
(docs/adr/0018-sync-without-markers.md).
"""

from __future__ import annotations

import contextlib
import itertools
import json
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fasteners import InterProcessLock

from xuncha.errors import Finding, RefusedError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PROBLEMS, Identity
from xuncha.store.editing import rename_evidence
from xuncha.store.faults import UnreadableError
from xuncha.store.loading import check
from xuncha.store.reading import parse
from xuncha.trail import objects, sharing
from xuncha.trail.git import Git, private
from xuncha.trail.objects import Held
from xuncha.trail.tree import Tree
from xuncha.workflow.change import PATIENCE, Message, Session, Step, begin
from xuncha.workflow.numbers import Move, identity_of, in_order, moved, moves, proof_of, same_names
from xuncha.workflow.perform import SUBJECTS, standing
from xuncha.workflow.uniting import Disputed, Side, missed, unite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xuncha.model.register import Register
    from xuncha.trail.objects import Listing
    from xuncha.trail.sharing import Route

_PERSEVERANCE = 60.0
"""Seconds to try again where others are quicker each time."""
_PAUSE = 0.3
"""Seconds at most before each try: who waits longer each time is overtaken each time."""
_MANY = 8
"""Of what is named one by one."""


class Renumbered(NamedTuple):
    """A problem or a measure that took another number."""

    move: Move
    title: str


@dataclass
class Synced:
    """What came of it."""

    name: str
    """Where the branch is shared, such as origin/main."""
    received: int = 0
    """Commits."""
    sent: int = 0
    """Commits."""
    woven: bool = False
    """Whether both sides had something new."""
    renumbered: list[Renumbered] = field(default_factory=list)
    renamed: list[tuple[Identity, str, str]] = field(default_factory=list)
    """Evidence files of a measure that took another name: the old one and the new one."""
    kept: list[Identity] = field(default_factory=list)
    """What one side had taken back, and stays because the other side has worked on it, or after it."""
    rewritten: bool = False
    """Whether commits that were there are there no more."""
    by_hand: list[str] = field(default_factory=list)
    """Files of the ledger that have changes which are not committed, and so are not sent."""
    register: Register | None = None
    """How the ledger stands; None while it breaks rules, or where nothing has come."""


def sync(root: Path, *, take: Side | None = None) -> Synced:
    """Bring together what is here and what is elsewhere, and send it.

    Args:
        root: the ledger's folder.
        take: whose word counts where both sides have changed the same thing in different ways.

    Raises:
        RefusedError: both sides have changed the same thing, or the result breaks a rule; or the remote refuses.
        SurroundingsError: there is no remote, or it cannot be reached; or git or the disk is against it.
    """
    git = Git.for_writing(root)
    way = sharing.route(git)
    done = Synced(way.name)
    with _alone(root):
        end = time.monotonic() + _PERSEVERANCE
        for attempt in itertools.count():
            if attempt:
                time.sleep(random.uniform(0, _PAUSE))  # noqa: S311  so that two do not go on meeting
            if time.monotonic() > end:
                break
            theirs = _fetched(git, way, done)
            with begin(root) as (session, _leftover):
                ahead = _bring_together(session, way, theirs, take, done)
            with contextlib.suppress(sharing.MovedError):
                if ahead:
                    sharing.push(git, way)
                done.sent = ahead
                done.by_hand = _by_hand(git)
                done.register = standing(root) if done.received else None
                return done
    raise SurroundingsError(
        "busy",
        _(
            "others are sending to “{name}” all the time; what was recorded here is kept, and not sent yet"
        ).format(name=way.name),
        _("type it again in a moment: xuncha sync"),
    )


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One sync at a time; other commands need not wait for the network."""
    place = private(root, "sync")
    assert place is not None  # noqa: S101  asked before
    lock = InterProcessLock(place)
    if not lock.acquire(timeout=PATIENCE):
        lock.lockfile.close()
        raise SurroundingsError(
            "locked",
            _("another sync of this ledger has been at work for {n} seconds").format(n=int(PATIENCE)),
            _("wait until it has finished, or end it"),
        )
    try:
        yield
    finally:
        lock.release()


def _fetched(git: Git, way: Route, done: Synced) -> str | None:
    """What is there; says whether something that was there has gone."""
    before = sharing.commit_of(git, way.seen)
    theirs = sharing.fetch(git, way)
    if before and theirs and before != theirs and sharing.ahead_and_behind(git, before, theirs)[0]:
        done.rewritten = True
    return theirs


def _bring_together(session: Session, way: Route, theirs: str | None, take: Side | None, done: Synced) -> int:
    """Take in what is there; gives how many commits are to be sent."""
    git = session.git
    if what := sharing.in_the_middle(git):
        raise SurroundingsError(
            "unfinished",
            _("a `git {what}` is begun here and not concluded").format(what=what),
            _("conclude it, or give it up: git {what} --abort").format(what=what),
        )
    ours = sharing.commit_of(git, "HEAD")
    if ours is None:
        raise SurroundingsError(
            "nothing-committed",
            _("nothing is committed here yet, so there is nothing to bring together"),
            _("type: git add -A && git commit -m 台账; or clone the ledger that there is: git clone ADDRESS"),
        )
    if theirs is None:
        return int(git.text("rev-list", "--count", ours, "--"))
    ahead, behind = sharing.ahead_and_behind(git, ours, theirs)
    if not behind:
        return ahead
    result = _Weaving(git, ours, theirs, way.name, take, done).result() if ahead else theirs
    _room_for(session, ours, result)
    session.advance(ours, result)
    done.received += behind
    return sharing.ahead_and_behind(git, result, theirs)[0]


def _room_for(session: Session, ours: str, result: str) -> None:
    """Refuse to write over what somebody has changed and not committed."""
    paths = objects.in_the_way(session.git, ours, result)
    if not paths:
        return
    above = session.git.text("rev-parse", "--show-prefix")
    within = [path.removeprefix(above) for path in paths if path.startswith(f"{above}{PROBLEMS}/")]
    session.must_be_clean(*within, *([LEDGER_FILE] if f"{above}{LEDGER_FILE}" in paths else []))
    raise RefusedError(
        "uncommitted",
        _("{path} has changes that are not committed, and would be written over; nothing was changed").format(
            path=paths[0]
        ),
        _("commit it, or put it away: git stash"),
    )


def _by_hand(git: Git) -> list[str]:
    """The files of the ledger that have changes which are not committed."""
    listed = git.run("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", "data")
    return [entry[3:].decode("utf-8", "replace") for entry in listed.split(b"\0")[:-1]]


class _Weaving:
    """Two histories made one, in git's objects."""

    def __init__(self, git: Git, ours: str, theirs: str, name: str, take: Side | None, done: Synced) -> None:
        self.git = git
        self.ours = ours
        self.theirs = theirs
        self.name = name
        self.take = take
        self.done = done
        self.renumbered: list[Renumbered] = []
        self.renamed: list[tuple[Identity, str, str]] = []

    def result(self) -> str:
        """The commit in which all of it is.

        Raises:
            RefusedError: it cannot be brought together without somebody's word.
        """
        git = self.git
        base = self._ancestor(self.ours, self.theirs)
        mine, other = objects.listing(git, self.ours), objects.listing(git, self.theirs)
        plan = moves(base, mine, other, objects.entered_anew(git, self.theirs, self.ours, base))
        tip = self.ours
        for move in in_order(plan, up=True):
            tip, mine = self._renumber(tip, mine, move)
        for old, new in same_names(base, mine, other).items():
            tip, mine = self._rename(tip, mine, old, new)
        united = unite(
            git,
            base,
            mine,
            other,
            anew=objects.entered_anew(git, self.ours, self.theirs, base),
            take=self.take,
        )
        if united.disputes and self.take is None:
            raise _disputed(united.disputes)
        down = in_order(plan, up=False)
        later = dict(united.listing)
        for move in down:
            later = _with(later, moved(later, move))
        back = missed(later, other, mine)
        together = united.listing | back
        tip = self._merge(tip, together, _settled(united.disputes, self.take))
        for move in down:
            tip, together = self._renumber(tip, together, move)
        self._must_hold(tip)
        self.done.woven = True
        self.done.kept += sorted(united.kept | {identity for path in back if (identity := identity_of(path))})
        _add(self.done.renumbered, self.renumbered)
        self.done.renamed += self.renamed
        return tip

    def _ancestor(self, one: str, other: str) -> Listing:
        """What two histories began with; where that is more than one commit, what these come to."""
        forks = sharing.forks(self.git, one, other)
        if not forks:
            raise _strangers(self.git, self.name)
        first, *more = forks
        found = objects.listing(self.git, first)
        for fork in more:
            found = unite(
                self.git, self._ancestor(first, fork), found, objects.listing(self.git, fork), take="ours"
            ).listing
        return found

    def _renumber(self, tip: str, listing: Listing, move: Move) -> tuple[str, Listing]:
        """A commit in which one problem or measure takes another number, and nothing else happens."""
        changes = moved(listing, move)
        title = _title(self.git, listing, move.old)
        self.renumbered.append(Renumbered(move, title))
        step = Step(str(move.old), None, str(move.new))
        message = Message(f"{SUBJECTS['renumber']} {move.old} → {move.new} {title}", "renumber", [step])
        tree = objects.changed(self.git, tip, changes)
        return objects.commit(self.git, tree, [tip], message.text()), _with(listing, changes)

    def _rename(self, tip: str, listing: Listing, old: str, new: str) -> tuple[str, Listing]:
        """A commit in which one evidence file takes another name, since there is another one of its name there."""
        identity = proof_of(old)
        held = listing.get(identity.path) if identity else None
        name, free = old.rpartition("/")[2], new.rpartition("/")[2]
        changes: objects.Changes = {old: None, new: listing[old]}
        if identity is None or held is None:
            return tip, listing
        content = self.git.blobs([held.blob])[0] or b""
        try:
            content = rename_evidence(content, name, free)
        except (RefusedError, UnreadableError):
            return tip, listing  # it will be in dispute
        changes[identity.path] = Held(held.mode, objects.store(self.git, [content])[0])
        status = str(parse(content).get("status", ""))
        subject = f"{SUBJECTS['edit']} {identity} 佐证改名：{name} → {free}"
        message = Message(subject, "edit", [Step(str(identity), status, status)])
        tree = objects.changed(self.git, tip, changes)
        self.renamed.append((identity, name, free))
        return objects.commit(self.git, tree, [tip], message.text()), _with(listing, changes)

    def _merge(self, tip: str, together: Listing, settled: str) -> str:
        """The commit that has both histories behind it: the ledger's files as they were brought together, all others as git does."""
        git = self.git
        above = git.text("rev-parse", "--show-prefix")
        own = tuple(f"{above}{part}" for part in (LEDGER_FILE, f"{PROBLEMS}/", f"{EVIDENCE}/"))
        tree, conflicts = objects.woven(git, tip, self.theirs, own)
        if outside := [path for path in conflicts if not path.startswith(own)]:
            raise RefusedError(
                "conflict-elsewhere",
                _(
                    "both sides have changed {paths}, which is no record of this ledger; nothing was changed"
                ).format(paths=_(", ").join(outside[:_MANY])),
                _("bring that together with git, and commit it: git merge {name}; then: xuncha sync").format(
                    name=self.name
                ),
            )
        now = objects.listing(git, tree)
        changes = {
            path: together.get(path) for path in {*now, *together} if now.get(path) != together.get(path)
        }
        message = Message(f"{SUBJECTS['sync']} {self.name}", "sync", reason=settled)
        return objects.commit(
            git, objects.changed(git, tree, changes) if changes else tree, [tip, self.theirs], message.text()
        )

    def _must_hold(self, result: str) -> None:
        """Refuse what breaks a rule that neither side broke."""
        found = check(Tree(self.git.root, result))
        if not found:
            return
        before = {
            (each.path, each.code)
            for side in (self.ours, self.theirs)
            for each in check(Tree(self.git.root, side))
        }
        if new := [each for each in found if (each.path, each.code) not in before]:
            raise _breaks(new)


def _with(listing: Listing, changes: objects.Changes) -> Listing:
    return {path: held for path, held in {**listing, **changes}.items() if held is not None}


def _add(all_of_them: list[Renumbered], new: list[Renumbered]) -> None:
    """Add renumberings to those of earlier attempts; what is moved twice is told once."""
    for each in new:
        earlier = next((one for one in all_of_them if one.move.new == each.move.old), None)
        if earlier is not None:
            all_of_them.remove(earlier)
        all_of_them.append(
            Renumbered(Move(earlier.move.old if earlier else each.move.old, each.move.new), each.title)
        )
    all_of_them.sort()


def _title(git: Git, listing: Listing, identity: Identity) -> str:
    """What a problem or a measure is called; nothing where its file cannot be read."""
    content = git.blobs([listing[identity.path].blob])[0] if identity.path in listing else None
    try:
        return str(parse(content or b"").get("title", ""))
    except UnreadableError:
        return ""


def _breaks(findings: list[Finding]) -> RefusedError:
    return RefusedError(
        "sync-breaks-rules",
        _("brought together, the two sides would break rules that each of them keeps; nothing was changed")
        + "".join(f"\n{each.path}: {each.message}" for each in findings[:_MANY]),
        _("change the record here so that both can stand, and then: xuncha sync"),
    )


def _strangers(git: Git, name: str) -> RefusedError | SurroundingsError:
    if sharing.shallow(git):
        return SurroundingsError(
            "shallow",
            _("this clone holds the last part of history only, and not what it shares with {name}").format(
                name=name
            ),
            _("fetch all of it: git fetch --unshallow"),
        )
    return RefusedError(
        "unrelated",
        _("this ledger and {name} have no history in common; nothing was changed").format(name=name),
        _("see with git remote -v whether the address is the right one; a clone of it: git clone ADDRESS"),
    )


def _disputed(disputes: list[Disputed]) -> RefusedError:
    """What both sides have changed in different ways, one a line."""
    lines = [_in_words(each) for each in disputes]
    return RefusedError(
        "disputed",
        "\n".join([_("both sides have changed the same thing in different ways; nothing was changed"), *lines]),
        _("keep yours with xuncha sync --take ours, or theirs with xuncha sync --take theirs; all else is brought together either way"),
    )  # fmt: skip


def _in_words(disputed: Disputed) -> str:
    what = _what(disputed)
    if disputed.field:
        return _("{what}: here {ours}, there {theirs}").format(
            what=what, ours=_shown(disputed.ours), theirs=_shown(disputed.theirs)
        )
    if disputed.why:
        return _("{what}: changed on both sides, and {why}").format(what=what, why=disputed.why)
    return _("{what}: here and there are different files of this name").format(what=what)


def _settled(disputes: list[Disputed], take: Side | None) -> str:
    """How disputes were settled, as the commit says it."""
    if not disputes or take is None:
        return ""
    side = "取本方" if take == "ours" else "取对方"
    return f"{side}：{'；'.join(_what(each) for each in disputes)}"


def _what(disputed: Disputed) -> str:
    """What is in dispute, as people find it."""
    identity = identity_of(disputed.path)
    place = str(identity) if identity else disputed.path
    return " ".join([place, ".".join(str(part) for part in disputed.field)]).strip()


def _shown(value: object) -> str:
    if value is None:
        return _("nothing")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return _("“{text}”").format(text=text)
