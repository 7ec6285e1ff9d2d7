"""Two histories of a ledger made one (合并), in git's objects: nothing here touches a file, an index or a branch."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from xuncha.errors import Finding, Place, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PROBLEMS, Identity
from xuncha.model.vocabulary import status_name
from xuncha.store.editing import rename_evidence
from xuncha.store.faults import UnreadableError
from xuncha.store.loading import check
from xuncha.store.reading import parse
from xuncha.sync import sharing, trees
from xuncha.sync.numbers import Move, in_order, moved, moves, same_names
from xuncha.sync.uniting import Disputed, Side, missed, unite
from xuncha.trail import objects
from xuncha.trail.objects import Held
from xuncha.trail.tree import Tree
from xuncha.workflow.change import Message, StatusChange
from xuncha.workflow.verbs import SUBJECTS

if TYPE_CHECKING:
    from xuncha.trail.git import Git
    from xuncha.trail.objects import Listing

_MANY = 8
"""Of what is named one by one."""


class Renumbered(NamedTuple):
    """A problem or a measure that took another number."""

    move: Move
    title: str


class Joined(NamedTuple):
    """Two histories made one."""

    commit: str
    renumbered: list[Renumbered]
    renamed: list[tuple[Identity, str, str]]
    """Evidence files of a measure that took another name: the old one and the new one."""
    kept: list[Identity]
    """What one side had taken back, and stays because the other side has worked on it, or after it."""


class Joining:
    """Two histories, to be made one in git's objects.

    Args:
        git: where they are.
        ours: the last commit here.
        theirs: the last commit there.
        name: of the branch there, as people know it.
        take: whose word counts where both have changed the same thing in different ways.
    """

    def __init__(self, git: Git, ours: str, theirs: str, name: str, take: Side | None) -> None:
        self.git = git
        self.ours = ours
        self.theirs = theirs
        self.name = name
        self.take = take
        self.renumbered: list[Renumbered] = []
        self.renamed: list[tuple[Identity, str, str]] = []

    def result(self) -> Joined:
        """Make them one.

        Raises:
            RefusedError: it cannot be brought together without somebody's word.
        """
        git = self.git
        base = self._ancestor(self.ours, self.theirs)
        mine, other = objects.listing(git, self.ours), objects.listing(git, self.theirs)
        plan = moves(base, mine, other, trees.entered_anew(git, self.theirs, self.ours, base))
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
            anew=trees.entered_anew(git, self.ours, self.theirs, base),
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
        kept = united.kept | {identity for path in back if (identity := Identity.of_file(path))}
        return Joined(tip, self.renumbered, self.renamed, sorted(kept))

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
        step = StatusChange(str(move.old), None, str(move.new))
        message = Message(f"{SUBJECTS['renumber']} {move.old} → {move.new} {title}", "renumber", [step])
        tree = objects.changed(self.git, tip, changes)
        return objects.commit(self.git, tree, [tip], message.text()), _with(listing, changes)

    def _rename(self, tip: str, listing: Listing, old: str, new: str) -> tuple[str, Listing]:
        """A commit in which one evidence file takes another name, since there is another one of its name there."""
        identity = Identity.of_evidence(old)
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
        subject = f"{SUBJECTS['attach']} {identity} 改名：{name} → {free}"
        message = Message(subject, "attach", [StatusChange(str(identity), status, status)])
        tree = objects.changed(self.git, tip, changes)
        self.renamed.append((identity, name, free))
        return objects.commit(self.git, tree, [tip], message.text()), _with(listing, changes)

    def _merge(self, tip: str, together: Listing, settled: str) -> str:
        """The commit that has both histories behind it: the ledger's files as they were brought together, all others as git does."""
        git = self.git
        above = git.text("rev-parse", "--show-prefix")
        own = tuple(f"{above}{part}" for part in (LEDGER_FILE, f"{PROBLEMS}/", f"{EVIDENCE}/"))
        tree, conflicts = trees.woven(git, tip, self.theirs, own)
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
            (each.place.path, each.code)
            for side in (self.ours, self.theirs)
            for each in check(Tree(self.git.root, side))
        }
        if new := [each for each in found if (each.place.path, each.code) not in before]:
            raise _breaks(new)


def _with(listing: Listing, changes: objects.Changes) -> Listing:
    return {path: held for path, held in {**listing, **changes}.items() if held is not None}


def _title(git: Git, listing: Listing, identity: Identity) -> str:
    """What a problem or a measure is called; nothing where its file cannot be read."""
    content = git.blobs([listing[identity.path].blob])[0] if identity.path in listing else None
    try:
        return str(parse(content or b"").get("title", ""))
    except UnreadableError:
        return ""


def _breaks(findings: list[Finding[Place]]) -> RefusedError:
    return RefusedError(
        "sync-breaks-rules",
        _("brought together, the two sides would break rules that each of them keeps; nothing was changed")
        + "".join(f"\n{each.place.path}: {each.message}" for each in findings[:_MANY]),
        _("change the record here so that both can stand, and then: xuncha sync"),
    )


def _strangers(git: Git, name: str) -> RefusedError:
    git.must_be_whole()
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
            what=what, ours=_shown(disputed, disputed.ours), theirs=_shown(disputed, disputed.theirs)
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
    identity = Identity.of_file(disputed.path)
    place = str(identity) if identity else disputed.path
    return " ".join([place, ".".join(str(part) for part in disputed.field)]).strip()


def _shown(disputed: Disputed, value: object) -> str:
    if value is None:
        return _("nothing")
    if disputed.field == ("status",):
        value = status_name(str(value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return _("“{text}”").format(text=text)
