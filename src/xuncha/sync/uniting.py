"""Two states of a ledger's files brought together: file by file, and within a record field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.store.faults import UnreadableError
from xuncha.sync.numbers import identities
from xuncha.sync.records import merge_record
from xuncha.trail import objects
from xuncha.trail.objects import Held

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from xuncha.trail.git import Git
    from xuncha.trail.objects import Listing

Side = Literal["ours", "theirs"]


class Disputed(NamedTuple):
    """One thing that both sides have changed in different ways."""

    path: str
    field: tuple[str | int, ...]
    """Of a record; nothing where it is the file as a whole."""
    ours: Any
    theirs: Any
    why: str = ""
    """Why a record cannot be brought together field by field."""


class United(NamedTuple):
    """What comes of two states."""

    listing: Listing
    disputes: list[Disputed]
    kept: set[Identity]
    """What one side had taken back and the other had worked on: it stays."""


def unite(
    git: Git,
    base: Listing,
    ours: Listing,
    theirs: Listing,
    *,
    anew: Collection[str] = (),
    take: Side | None = None,
) -> United:
    """Bring two states together.

    Args:
        git: where the contents are.
        base: what both began with.
        ours: what is here.
        theirs: what is there.
        anew: paths at which there stands something else than what both began with.
        take: whose word counts in a dispute; else ours, until it is settled.
    """
    result: Listing = {}
    kept: set[Identity] = set()
    both: list[str] = []
    for path in sorted({*base, *ours, *theirs}):
        before, one, other = base.get(path), ours.get(path), theirs.get(path)
        if other in {one, before}:
            chosen = one
        elif one == before:
            chosen = other
        elif one is None or other is None:
            chosen = one or other
            kept |= {identity for identity in [Identity.of_file(path)] if identity}
        else:
            chosen = one
            both.append(path)
        if chosen is not None:
            result[path] = chosen
    for path in {*ours, *theirs} - set(result):
        if Identity.of_evidence(path) in kept:
            result[path] = ours.get(path) or theirs[path]
    bases = {path: held for path, held in base.items() if path not in anew}
    return United(result, _merge(git, both, (bases, ours, theirs), result, take), kept)


def _merge(
    git: Git, paths: list[str], sides: tuple[Listing, Listing, Listing], result: Listing, take: Side | None
) -> list[Disputed]:
    """Merge the files that both sides have changed, into the result; and say what is in dispute."""
    disputes: list[Disputed] = []
    found: list[tuple[str, bytes]] = []
    records = [path for path in paths if path == LEDGER_FILE or Identity.of_file(path)]
    for path in set(paths) - set(records):
        disputes.append(Disputed(path, (), None, None))
        if take == "theirs":
            result[path] = sides[2][path]
    for path, (before, one, other) in _contents(git, records, sides):
        try:
            merged = merge_record(before, one, other, take=take)
        except UnreadableError as error:
            disputes.append(Disputed(path, (), None, None, str(error)))
            if take == "theirs":
                result[path] = sides[2][path]
            continue
        disputes += [Disputed(path, each.location, each.ours, each.theirs) for each in merged.disputes]
        found.append((path, merged.content))
    blobs = objects.store(git, [content for _path, content in found])
    for (path, _content), blob in zip(found, blobs, strict=True):
        result[path] = Held(sides[1][path].mode, blob)
    return disputes


def _contents(
    git: Git, paths: list[str], sides: tuple[Listing, Listing, Listing]
) -> Iterator[tuple[str, tuple[bytes, bytes, bytes]]]:
    """The contents of each file: before, here, there; nothing where there was no file."""
    names = [side[path].blob for path in paths for side in sides if path in side]
    contents = dict(zip(names, git.blobs(names), strict=True))
    for path in paths:
        before, one, other = ((contents[side[path].blob] or b"") if path in side else b"" for side in sides)
        yield path, (before, one, other)


def missed(result: Listing, *others: Listing) -> dict[str, Held]:
    """The files that must come back, since later ones stand on them: no number may be left out, no measure without its problem.

    Args:
        result: the files as they would stand.
        others: where they may still be.
    """
    there = identities(result)
    last: dict[int, int] = {}
    for identity in there:
        last[identity.problem] = max(last.get(identity.problem, 0), identity.measure)
    wanted = {
        Identity(problem, measure)
        for problem in range(1, max(last, default=0) + 1)
        for measure in range(last.get(problem, 0) + 1)
    } - there
    # A problem that was taken back with its measures comes back with them.
    whole = {identity.problem for identity in wanted if identity.is_problem and identity.problem not in last}
    back: dict[str, Held] = {}
    for other in others:
        for path, held in other.items():
            owner = Identity.of_file(path) or Identity.of_evidence(path)
            if owner and path not in result and (owner in wanted or owner.problem in whole):
                back.setdefault(path, held)
    return back
