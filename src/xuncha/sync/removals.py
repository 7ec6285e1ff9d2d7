"""Removals and the work of others: where one side has closed up numbers that the other has worked under, nobody can join them unasked."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import PurePosixPath

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import PROBLEMS, CommentNumber, Identity
from xuncha.sync.records import read_records
from xuncha.sync.values import Versions
from xuncha.trail.git import Git
from xuncha.trail.objects import Listing
from xuncha.trail.replay import Commit, log


def must_not_meet(git: Git, listings: Versions, ours: str, theirs: str) -> None:
    """Refuse to join a removal with what the other side has done meanwhile to what was removed or renumbered by it.

    `ours` and `theirs` are the last commits of both sides. Raises RefusedError if they meet; whoever removed it has
    to take that back first.
    """
    base, here, there = listings
    for without, tip, other in ((theirs, ours, there), (ours, theirs, here)):
        for commit, gone in _removals(git, without, tip):
            touched = sorted(
                path
                for path in {*base, *other}
                if other.get(path) != base.get(path)
                and here.get(path) != there.get(path)
                and any(_concerned(each, gone) for each in _owners(git, path, base, other))
            )
            if not touched:
                continue
            said = _(
                "{id} was removed by {author} ({commit}), which renumbers what follows, and the other side has changed {path} meanwhile; nothing was changed"
            )
            hint = _("take the removal back (xuncha undo), and remove it again after a sync")
            if tip == theirs:
                hint = _(
                    "let {author} take it back (xuncha undo, then xuncha sync), and remove it again after your sync"
                )
            said = said.format(id=gone, author=commit.author, commit=commit.hash[:10], path=touched[0])
            raise RefusedError("removed-meanwhile", said, hint.format(author=commit.author))


def must_not_mix(git: Git, listings: Versions, anew: Versions) -> None:
    """Refuse to put what one side has recorded of a problem under another problem, to which the other side gave its number.

    `anew` are the paths at which either side has taken something back, and entered something else. Raises
    RefusedError if they meet.
    """
    base, *sides = listings
    entered = anew[1:]
    for place, (here, there) in enumerate((sides, sides[::-1])):
        for path in sorted(entered[place] - entered[1 - place]):
            number = Identity.of_file(path)
            if number is None or not number.is_problem or here.get(path) in {None, base.get(path)}:
                continue
            if not place and there.get(path) not in {None, base.get(path)}:
                continue  # then all of the new one takes another number
            touched = sorted(
                each
                for each, held in there.items()
                if held not in {base.get(each), here.get(each)}
                and any(owner.problem == number.problem for owner in _owners(git, each, base, there))
            )
            if not touched:
                continue
            said = _(
                "{id} was taken back and its number given to another problem here, and the other side has changed {path} of the old one; nothing was changed"
            )
            hint = _("take the new one back (xuncha undo), and enter it again after a sync")
            if place:
                said = _(
                    "{id} was taken back there and its number given to another problem, and {path} of the old one was changed here; nothing was changed"
                )
                hint = _("take back what was recorded of the old one (xuncha undo), and type: xuncha sync")
            raise RefusedError("number-given-anew", said.format(id=number, path=touched[0]), hint)


def must_have_room(listing: Listing) -> None:
    """Refuse a result in which a file would stand in the place of a folder. Raises RefusedError if one does."""
    for path in listing:
        for folder in PurePosixPath(path).parents:
            if str(folder) in listing:
                said = _("{path} is a file on one side and a folder on the other; nothing was changed")
                hint = _("rename yours: git mv {path} {path}-2 && git commit -m 改名; then: xuncha sync")
                hint = hint.format(path=shlex.quote(str(folder)))
                raise RefusedError("file-and-folder", said.format(path=folder), hint)


def _removals(git: Git, without: str, tip: str) -> Iterator[tuple[Commit, Identity]]:
    """Yield the removals of one side that were not taken back, each with what was removed."""
    undone: set[str] = set()
    for commit in log(git, f"{without}..{tip}", "--", PROBLEMS):
        undone.update(commit.trailers.undoes)
        if commit.trailers.action == "remove" and commit.hash not in undone:
            found = map(Identity.perhaps, commit.trailers.ids)  # what is none was written by no command
            yield from ((commit, each) for each in found if each)


def _owners(git: Git, path: str, base: Listing, other: Listing) -> set[Identity]:
    """Return what a file belongs to; of a comment, what it is about there and was not about before."""
    if CommentNumber.of_file(path):
        about = {_about(git, other, path)} - {_about(git, base, path)}
    else:
        about = {Identity.of_file(path) or Identity.of_evidence(path)}
    return {each for each in about if each}


def _about(git: Git, listing: Listing, path: str) -> Identity | None:
    """Return what a comment is about; None where there is no such comment, or it does not say."""
    about = read_records(git, listing, [path]).get(path, {}).get("about")
    return Identity.perhaps(about) if isinstance(about, str) else None


def _concerned(identity: Identity, gone: Identity) -> bool:
    """Return whether something is what a removal took away, or follows it."""
    return identity >= gone and (gone.is_problem or identity.problem == gone.problem)
