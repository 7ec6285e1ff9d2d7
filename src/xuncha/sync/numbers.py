"""Numbers that two clones gave to different records: the unsent record gets another one; and removals of what the other side has worked on, which a person must resolve."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import starmap
from pathlib import PurePosixPath
from typing import TypeVar

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import PROBLEMS, CommentNumber, Identity
from xuncha.model.moves import Move, comments, identities, identity_of, path_after
from xuncha.store.reading import Data
from xuncha.sync.merging import read_records
from xuncha.sync.values import Dispute, Versions, merged_value
from xuncha.trail.git import Git
from xuncha.trail.objects import Changes, Listing
from xuncha.trail.replay import Commit, log
from xuncha.workflow.evidence import unused_name

_N = TypeVar("_N", Identity, CommentNumber)


def moves(base: Listing, ours: Listing, theirs: Listing, reused: Collection[str]) -> list[Move]:
    """Return the new numbers for our problems, measures and comments, so that theirs can keep their numbers.

    `reused` are the paths that hold another record here than in `base`, the common ancestor.
    """
    listings = Versions(base, ours, theirs)
    own, kept = _own_and_kept(identities(ours), identities(theirs), listings, reused)
    last = max((each.problem for each in kept if each.is_problem), default=0)
    pairs = _next_numbers({each for each in own if each.is_problem}, last)
    moved_problems = {old.problem for old, _new in pairs}
    for number in sorted({each.problem for each in own} - moved_problems):
        last = max((each.measure for each in kept if each.problem == number), default=0)
        pairs += _next_numbers({each for each in own if each.problem == number and each.measure}, last)
    added, kept_comments = _own_and_kept(comments(ours), comments(theirs), listings, reused)
    last = max((each.number for each in kept_comments), default=0)
    renamed = ((old, CommentNumber(number)) for number, old in enumerate(sorted(added), start=last + 1))
    return [*starmap(Move, pairs), *(Move(old, new) for old, new in renamed if old != new)]


def with_normal_paths(listing: Listing) -> Listing:
    """Return a listing in which each record has the path of its number, even if somebody wrote the number with more zeros."""
    renamed = dict(listing)
    for path, held in listing.items():
        number = identity_of(path)
        if number and number.path not in listing:
            renamed[number.path] = renamed.pop(path, held)
    return renamed


def _own_and_kept(
    here: set[_N], there: set[_N], listings: Versions, reused: Collection[str]
) -> tuple[set[_N], set[_N]]:
    """Return what was entered on this side only, and what keeps its number: what the other side has, or both had before."""
    base, ours, theirs = listings
    entered = {number for number in here if number.path not in base or number.path in reused}
    own = {number for number in entered if ours.get(number.path) != theirs.get(number.path)}
    kept = {number for number in own if theirs.get(number.path) not in {None, base.get(number.path)}}
    for number in (there | here) - own:
        if merged_value(base.get(number.path), (ours.get(number.path), theirs.get(number.path))):
            kept.add(number)
    return own, kept


def _next_numbers(numbers: Iterable[Identity], last: int) -> list[tuple[Identity, Identity]]:
    """Return pairs of old and new number for what was entered here, in order: the new ones follow the last number that stays."""
    return [
        (old, new)
        for number, old in enumerate(sorted(numbers), start=last + 1)
        if (new := Identity(number) if old.is_problem else Identity(old.problem, number)) != old
    ]


def sorted_moves(moves: Iterable[Move], *, up: bool) -> list[Move]:
    """Sort the moves to higher numbers (`up`), or those to lower ones, so that each finds its new number free."""
    return sorted((move for move in moves if move.is_higher == up), reverse=up)


def file_changes(listing: Listing, move: Move) -> Changes:
    """Return the changes of files if one record gets another number: with its evidence and, for a problem, its measures."""
    places = {path: new for path in listing if (new := path_after(path, move)) != path}
    return dict.fromkeys(places) | {new: listing[path] for path, new in places.items()}


def evidence_renamings(base: Listing, ours: Listing, theirs: Listing) -> dict[str, str]:
    """Map each of our evidence files that has the name of a different file of theirs to a path that is free on both sides."""
    renamed = {}
    names: defaultdict[str, set[str]] = defaultdict(set)
    for path in {*ours, *theirs}:
        folder, _slash, name = path.rpartition("/")
        names[folder].add(name)
    for path in sorted(set(ours) & set(theirs)):
        if Identity.from_evidence(path) and path not in base and ours[path].blob != theirs[path].blob:
            folder, _slash, name = path.rpartition("/")
            free_name = unused_name(name, names[folder])
            names[folder].add(free_name)
            renamed[path] = f"{folder}/{free_name}"
    return renamed


def must_not_change_removed(git: Git, listings: Versions, ours: str, theirs: str) -> None:
    """Refuse to join a removal if the other side has since changed what it removed or renumbered.

    `ours` and `theirs` are the last commits of both sides. Raises RefusedError if they collide; the person who removed it
    has to take that back first.
    """
    base, here, there = listings
    for without, tip, other in ((theirs, ours, there), (ours, theirs, here)):
        for commit, target in _removals(git, without, tip):
            changed = (path for path in {*base, *other} if other.get(path) != base.get(path))
            differing = [path for path in changed if here.get(path) != there.get(path)]
            owners = {path: _owners(git, path, base, other) for path in sorted(differing)}
            touched = [path for path, held in owners.items() if any(_affected(each, target) for each in held)]
            if not touched:
                continue
            text = _(
                "{id} was removed by {author} ({commit}), which renumbers what follows, and the other side has changed {path} meanwhile; nothing was changed"
            )
            hint = _("take the removal back (xuncha undo), and remove it again after a sync")
            if tip == theirs:
                hint = _(
                    "let {author} take it back (xuncha undo, then xuncha sync), and remove it again after your sync"
                )
            text = text.format(id=target, author=commit.author, commit=commit.hash[:10], path=touched[0])
            raise RefusedError("removed-meanwhile", text, hint.format(author=commit.author))


def must_not_mix_problems(git: Git, listings: Versions, reused: Versions) -> None:
    """Refuse to put records of one problem under another problem to which the other side gave the same number.

    `reused` are the paths where a side has taken something back and entered something else. Raises RefusedError if records
    would be mixed.
    """
    base, *sides = listings
    entered = reused[1:]
    for index, (here, there) in enumerate((sides, sides[::-1])):
        for path in sorted(entered[index] - entered[1 - index]):
            number = Identity.from_path(path)
            if number is None or not number.is_problem or here.get(path) in {None, base.get(path)}:
                continue
            if not index and there.get(path) not in {None, base.get(path)}:
                continue  # the whole new problem gets another number
            touched = sorted(
                file
                for file, held in there.items()
                if held not in {base.get(file), here.get(file)}
                and any(owner.problem == number.problem for owner in _owners(git, file, base, there))
            )
            if not touched:
                continue
            message = _(
                "{id} was taken back and its number given to another problem here, and the other side has changed {path} of the old one; nothing was changed"
            )
            hint = _("take the new one back (xuncha undo), and enter it again after a sync")
            if index:
                message = _(
                    "{id} was taken back there and its number given to another problem, and {path} of the old one was changed here; nothing was changed"
                )
                hint = _("take back what was recorded of the old one (xuncha undo), and type: xuncha sync")
            raise RefusedError("number-given-anew", message.format(id=number, path=touched[0]), hint)


def must_not_mix_measures(disputes: Iterable[Dispute], reused: Collection[str]) -> None:
    """Refuse to settle a dispute between a measure and another one that took its number; `reused` are the paths of the latter. Raises RefusedError."""
    for each in disputes:
        if each.path in reused and each.location == ("title",):
            message = _(
                "{id} was taken back there and its number given to another measure, and the old one was changed here; nothing was changed"
            )
            hint = _("take back what was recorded of the old one (xuncha undo), and type: xuncha sync")
            raise RefusedError("number-given-anew", message.format(id=identity_of(each.path)), hint)


def must_not_shadow_folder(listing: Listing) -> None:
    """Refuse a result that has a file where it also has a folder. Raises RefusedError if it does."""
    for path in listing:
        for folder in PurePosixPath(path).parents:
            if str(folder) in listing:
                message = _("{path} is a file on one side and a folder on the other; nothing was changed")
                hint = _("rename yours: git mv {path} {path}-2 && git commit -m 改名; then: xuncha sync")
                hint = hint.format(path=shlex.quote(str(folder)))
                raise RefusedError("file-and-folder", message.format(path=folder), hint)


def _removals(git: Git, without: str, tip: str) -> Iterator[tuple[Commit, Identity]]:
    """Yield the removals of one side that were not undone, each with what it removed."""
    undone: set[str] = set()
    for commit in log(git, f"{without}..{tip}", "--", PROBLEMS):
        undone.update(commit.trailers.undoes)
        if commit.trailers.action == "remove" and commit.hash not in undone:
            # Anything but a number was not written by a command.
            numbers = map(Identity.try_parse, commit.trailers.ids)
            yield from ((commit, number) for number in numbers if number)


def _owners(git: Git, path: str, base: Listing, other: Listing) -> set[Identity]:
    """Return what a file belongs to; for a comment, what it is about on the other side and was not about before."""
    if CommentNumber.from_path(path):
        old, new = (read_records(git, side, [path]).get(path, {}) for side in (base, other))
        about = {about_of(new)} - {about_of(old)}
    else:
        about = {Identity.from_path(path) or Identity.from_evidence(path)}
    return {identity for identity in about if identity}


def about_of(comment: Data) -> Identity | None:
    """Return what a comment is about; None if it is about nothing, or there is no comment."""
    about = comment.get("about")
    return Identity.try_parse(about) if isinstance(about, str) else None


def _affected(identity: Identity, target: Identity) -> bool:
    """Return whether something is what a removal removed, or comes after it."""
    return identity >= target and (target.is_problem or identity.problem == target.problem)
