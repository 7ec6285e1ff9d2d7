"""Numbers that two clones gave to different records: the unsent one gets another number; and what one side removed and the other changed, which people must resolve."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from xuncha import system
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import COMMENTS, PROBLEMS, CommentNumber, Identity
from xuncha.model.moves import Move, Numbered, comments, identities, identity_of, path_after
from xuncha.store.reading import Data
from xuncha.sync.merging import read_records
from xuncha.sync.sharing import is_ancestor
from xuncha.sync.values import Versions
from xuncha.trail.git import Git, literals
from xuncha.trail.objects import Changes, Listing
from xuncha.trail.replay import Commit, log
from xuncha.workflow.evidence import folded_case, unused_name


def moves(listings: Versions) -> list[Move]:
    """Return the new numbers for our problems, measures and comments, so that theirs can keep their numbers.

    What was entered here follows the last number of the other side, in order. The highest come first, so that each finds its new
    number free.
    """
    base, ours, theirs = listings
    present = {**base, **theirs}
    there = identities(present)
    # A folder 004 is that of problem 4.
    paths = {number.path for path in ours if (number := identity_of(path))}
    entered = {path for path in paths - base.keys() if ours.get(path) != theirs.get(path)}
    own = identities(entered)
    last = max((each.problem for each in there), default=0)
    found = _next_numbers({each for each in own if each.is_problem}, last)
    moved_problems = {move.old for move in found if move.old != move.new}
    for problem in sorted({Identity(each.problem) for each in own} - moved_problems):
        last = max((each.measure for each in there if each.problem == problem.problem), default=0)
        measures = {each for each in own if each.problem == problem.problem and each.measure}
        found += _next_numbers(measures, last)
    last = max((each.number for each in comments(present)), default=0)
    found += [
        Move(old, CommentNumber(number)) for number, old in enumerate(sorted(comments(entered)), last + 1)
    ]
    return [move for move in reversed(found) if move.old != move.new]


def _next_numbers(numbers: Iterable[Identity], last: int) -> list[Move]:
    """Return the moves of what was entered here, in order, to the numbers that follow the last one of the other side."""
    return [
        Move(old, Identity(number) if old.is_problem else Identity(old.problem, number))
        for number, old in enumerate(sorted(numbers), start=last + 1)
    ]


def file_changes(listing: Listing, move: Move) -> Changes:
    """Return the changes of files if one record gets another number: with its evidence and, for a problem, its measures."""
    places = {path: new for path in listing if (new := path_after(path, move)) != path}
    return dict.fromkeys(places) | {new: listing[path] for path, new in places.items()}


def evidence_renamings(base: Listing, ours: Listing, theirs: Listing) -> dict[str, str]:
    """Map each of our evidence files to a path that is free on both sides, if theirs has a different new file that some system takes for the same name."""
    renamed = {}
    names: defaultdict[str, set[str]] = defaultdict(set)
    for path in {*ours, *theirs}:
        folder, _slash, name = path.rpartition("/")
        names[folder].add(name)
    taken = {
        folded_case(path): path
        for path in theirs
        if theirs[path] != base.get(path) and Identity.from_evidence(path)
    }
    for path in sorted(ours.keys() - base.keys()):
        other = taken.get(folded_case(path))
        if other and (other != path or ours[path].blob != theirs[path].blob):
            folder, _slash, name = path.rpartition("/")
            free_name = unused_name(name, names[folder])
            names[folder].add(free_name)
            renamed[path] = f"{folder}/{free_name}"
    return renamed


class _Ended(NamedTuple):
    """A number that one side took from a record."""

    commit: Commit
    number: Numbered
    is_removal: bool = False
    """Whether the record was removed, which renumbers what follows; else its number was given to something else."""

    def affects(self, path: str, owners: Iterable[Identity]) -> bool:
        """Return whether a file belongs to what lost its number. `owners` are the problems and measures to which it belongs."""
        number = self.number
        if isinstance(number, CommentNumber):
            return path == number.path
        if self.is_removal:
            return any(
                each >= number and (number.is_problem or each.problem == number.problem) for each in owners
            )
        return any(number in {each, Identity(each.problem)} for each in owners)


def must_not_change_removed(git: Git, listings: Versions, ours: str, theirs: str) -> None:
    """Refuse to join histories if one side removed something, or gave its number anew, and the other side has since changed it.

    A removal changes what it renumbers, too. `ours` and `theirs` are the last commits of both sides. Raises RefusedError if they
    collide; the person who removed it has to take that back first.
    """
    base, here, there = listings
    removed_here, removed_there = ([*_removals(git, *span)] for span in ((theirs, ours), (ours, theirs)))
    for without, tip, mine, other, own, others in (
        (theirs, ours, here, there, removed_here, removed_there),
        (ours, theirs, there, here, removed_there, removed_here),
    ):
        changed = [path for path in sorted({*base, *other}) if other.get(path) != base.get(path)]
        ended = [*own, *_given_anew(git, without, tip, base, mine)]
        owners = {path: _owners(git, path, base, other) for path in changed if ended}
        for each in ended:
            # A file that neither side has now counts only if one removal moved what the other side removed.
            is_own = each.is_removal and each.number not in {removal.number for removal in others}
            moved = {old for old, _new in each.commit.trailers.renumbered} if is_own else set()
            affected = ((path, held) for path, held in owners.items() if each.affects(path, held))
            collisions = (
                path
                for path, held in affected
                if other.get(path) != mine.get(path) or not moved.isdisjoint(map(str, held))
            )
            if (touched := next(collisions, None)) is None:
                continue
            text = _(
                "{id} was removed by {author} ({commit}), and the other side has meanwhile changed {path}, which that removes or renumbers; nothing was changed"
            )
            if not each.is_removal:
                text = _(
                    "{author} has given the number {id} to something else ({commit}), and the other side has changed {path} meanwhile; nothing was changed"
                )
            hint = _("take that back (xuncha undo), and do it again after a sync")
            if tip == theirs:
                hint = _(
                    "let {author} take it back (xuncha undo, then xuncha sync), or take back what was recorded here (xuncha undo); then: xuncha sync"
                )
            author, commit = each.commit.author, each.commit.hash[:10]
            text = text.format(id=each.number, author=author, commit=commit, path=touched)
            raise RefusedError("removed-meanwhile", text, hint.format(author=author))


def must_not_shadow_folder(listing: Listing) -> None:
    """Refuse a result that has a file where it also has a folder. Raises RefusedError if it does."""
    for path in listing:
        for folder in PurePosixPath(path).parents:
            if str(folder) in listing:
                message = _("{path} is a file on one side and a folder on the other; nothing was changed")
                hint = _("rename yours: git mv {path} {path}-2 && git commit -m 改名; then: xuncha sync")
                hint = hint.format(path=shlex.quote(str(folder)))
                raise RefusedError("file-and-folder", message.format(path=folder), hint)


def _removals(git: Git, without: str, tip: str) -> Iterator[_Ended]:
    """Yield the removals of one side that were not undone."""
    undone: set[str] = set()
    for commit in log(git, f"{without}..{tip}", "--", PROBLEMS):
        undone.update(commit.trailers.undoes)
        if commit.trailers.action == "remove" and commit.hash not in undone:
            # Anything but a number was not written by a command.
            numbers = map(Identity.try_parse, commit.trailers.ids)
            yield from (_Ended(commit, number, is_removal=True) for number in numbers if number)


def _given_anew(git: Git, without: str, tip: str, base: Listing, mine: Listing) -> Iterator[_Ended]:
    """Yield what one side took back and whose number it gave to something else.

    Git is asked about each path alone: then it ignores the side of a merge that contributed nothing to the file. On that side,
    something else may have had this number.
    """
    options = ("--diff-filter=A", "--no-renames")
    span = ("--format=", "--name-only", "-z", "--relative", f"{without}..{tip}", "--", PROBLEMS, COMMENTS)
    names = git.run("log", *options, *span).replace(b"\n", b"\0").split(b"\0")
    for path in sorted({system.decoded(name) for name in names if name} & base.keys() & mine.keys()):
        if (number := identity_of(path)) and mine[path] != base[path]:
            commit = next(log(git, "-1", *options, tip, "--", *literals([path])))
            if not is_ancestor(git, commit.hash, without):
                yield _Ended(commit, number)


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
