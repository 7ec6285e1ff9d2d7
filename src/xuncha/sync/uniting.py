"""Two states of a ledger's files united: file by file, and within a record field by field."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.store.faults import UnreadableError
from xuncha.sync.numbers import identities
from xuncha.sync.records import merge_record
from xuncha.sync.values import Dispute, Versions
from xuncha.trail import objects
from xuncha.trail.objects import Held

if TYPE_CHECKING:
    from xuncha.sync.values import Side
    from xuncha.trail.git import Git
    from xuncha.trail.objects import Listing


class United(NamedTuple):
    """What comes of two states."""

    listing: Listing
    disputes: list[Dispute]
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
    """Unite two states.

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
    changed_twice: list[str] = []
    for path in sorted({*base, *ours, *theirs}):
        before, one, other = base.get(path), ours.get(path), theirs.get(path)
        if other in {one, before}:
            chosen = one
        elif one == before:
            chosen = other
        elif one and other:
            chosen = one
            changed_twice.append(path)
        else:
            chosen = one or other
            kept |= {identity for identity in [Identity.of_file(path)] if identity}
        if chosen is not None:
            result[path] = chosen
    for path in {*ours, *theirs} - set(result):
        if Identity.of_evidence(path) in kept:
            result[path] = ours.get(path) or theirs[path]
    bases = {path: held for path, held in base.items() if path not in anew}
    merged, disputes = _merged(git, changed_twice, Versions(bases, ours, theirs), take)
    return United(result | merged, disputes, kept)


def _merged(
    git: Git, paths: list[str], listings: Versions, take: Side | None
) -> tuple[Listing, list[Dispute]]:
    """Merge the files that both sides have changed, and return what is in dispute."""
    disputes: list[Dispute] = []
    found: dict[str, bytes] = {}
    records = [path for path in paths if path == LEDGER_FILE or Identity.of_file(path)]
    disputes += [Dispute((), path=path) for path in paths if path not in records]
    names = [held.blob for path in records for side in listings if (held := side.get(path))]
    contents = dict(zip(names, git.blobs(names), strict=True))
    for path in records:
        versions = [contents[side[path].blob] or b"" if path in side else b"" for side in listings]
        try:
            merged = merge_record(*versions, take=take)
        except UnreadableError as error:
            disputes.append(Dispute((), path=path, why=str(error)))
            continue
        disputes += [each._replace(path=path) for each in merged.disputes]
        found[path] = merged.content
    chosen = listings.theirs if take == "theirs" else listings.ours
    blobs = dict(zip(found, objects.store(git, list(found.values())), strict=True))
    result = {
        path: Held(listings.ours[path].mode, blobs[path]) if path in blobs else chosen[path] for path in paths
    }
    return result, disputes


def missed(result: Listing, *others: Listing) -> dict[str, Held]:
    """Return the files that must come back, since later ones stand on them: no number may be left out, no measure without its problem.

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
