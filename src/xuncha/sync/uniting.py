"""Two states of a ledger's files united, file by file and within a record field by field; and what is in dispute, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from itertools import chain
from typing import NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, CommentNumber, Identity
from xuncha.model.moves import Numbered, comments, identities, numbered
from xuncha.model.names import key_name
from xuncha.model.vocabulary import status_name
from xuncha.store.faults import UnreadableError
from xuncha.sync.records import merge_record
from xuncha.sync.values import UNSETTLED, Dispute, Side, Versions, settled
from xuncha.trail import objects
from xuncha.trail.git import Git
from xuncha.trail.objects import Held, Listing


class United(NamedTuple):
    """What comes of two states."""

    listing: Listing
    disputes: list[Dispute]
    kept: set[Numbered]  # what one side had taken back and the other had worked on: it stays


def unite(git: Git, listings: Versions, *, anew: Collection[str] = (), take: Side | None = None) -> United:
    """Unite two states with what both began with; in a dispute `take` decides, and ours stands until it is settled.

    At the paths that are `anew` there stands something else than what both began with.
    """
    result: Listing = {}
    kept: set[Numbered] = set()
    changed_twice: list[str] = []
    base, ours, theirs = listings
    for path in sorted({*base, *ours, *theirs}):
        one, other = ours.get(path), theirs.get(path)
        chosen = settled(base.get(path), (one, other))
        if chosen is UNSETTLED:
            chosen = one or other
            if one and other:
                changed_twice.append(path)
            elif number := numbered(path):
                kept.add(number)
        if chosen:
            result[path] = chosen
    for path in {*ours, *theirs} - set(result):
        if Identity.of_evidence(path) in kept:
            result[path] = ours.get(path) or theirs[path]
    bases = {path: held for path, held in base.items() if path not in anew}
    merged, disputes = _merged(git, changed_twice, listings._replace(before=bases), take)
    return United(result | merged, disputes, kept)


def _merged(
    git: Git, paths: list[str], listings: Versions, take: Side | None
) -> tuple[Listing, list[Dispute]]:
    """Merge the files that both sides have changed, and return what is in dispute."""
    found: dict[str, bytes] = {}
    records = [path for path in paths if path == LEDGER_FILE or numbered(path)]
    disputes = [Dispute((), path=path) for path in paths if path not in records]
    names = [held.blob for path in records for side in listings if (held := side.get(path))]
    contents = dict(zip(names, git.blobs(names), strict=True))
    for path in records:
        versions = [contents[side[path].blob] or b"" if path in side else b"" for side in listings]
        try:
            found[path], disputed = merge_record(*versions, take=take)
            disputes += [each._replace(path=path) for each in disputed]
        except UnreadableError as error:
            disputes.append(Dispute((), path=path, why=str(error)))
    chosen = listings.theirs if take == "theirs" else listings.ours
    blobs = dict(zip(found, objects.store(git, list(found.values())), strict=True))
    merged = {path: Held(listings.ours[path].mode, blob) for path, blob in blobs.items()}
    return {path: chosen[path] for path in paths} | merged, disputes


def missed(result: Listing, *others: Listing) -> Listing:
    """Return the files of others that must come back, since later ones stand on them.

    No number may be left out, and no measure stand without its problem.
    """
    there = identities(result)
    said = {each.number for each in comments(result)}
    unsaid = {CommentNumber(number) for number in range(1, max(said, default=0) + 1) if number not in said}
    last = {identity.problem: identity.measure for identity in sorted(there)}
    wanted = {
        Identity(problem, measure)
        for problem in range(1, max(last, default=0) + 1)
        for measure in range(last.get(problem, 0) + 1)
    } - there
    # A problem that was taken back with its measures comes back with them.
    whole = {identity.problem for identity in wanted if identity.is_problem and identity.problem not in last}
    back: Listing = {}
    for path, held in chain.from_iterable(other.items() for other in others):
        owner = Identity.of_file(path) or Identity.of_evidence(path)
        is_wanted = CommentNumber.of_file(path) in unsaid
        if owner:
            is_wanted = owner in wanted or owner.problem in whole
        if is_wanted and path not in result:
            back.setdefault(path, held)
    return back


def refusal(disputes: list[Dispute]) -> RefusedError:
    """Return the error for what nobody has settled yet, one dispute a line."""
    said = _("both sides have changed the same thing in different ways; nothing was changed")
    hint = _(
        "keep yours with xuncha sync --take ours, or theirs with xuncha sync --take theirs; all else is brought together either way"
    )
    return RefusedError("disputed", "\n".join([said, *map(in_words, disputes)]), hint)


def in_words(dispute: Dispute) -> str:
    """Say what each side wants, in one line."""
    place = _place(dispute, key_name)
    if dispute.location:
        ours, theirs = (_value(dispute, each) for each in (dispute.ours, dispute.theirs))
        return _("{what}: here {ours}, there {theirs}").format(what=place, ours=ours, theirs=theirs)
    if dispute.why:
        return _("{what}: changed on both sides, and {why}").format(what=place, why=dispute.why)
    return _("{what}: here and there are different files of this name").format(what=place)


def settlement(disputes: list[Dispute], take: Side | None) -> str:
    """Return how disputes were settled, as the commit says it; empty where there were none."""
    if not disputes or take is None:
        return ""
    return f"取{'本' if take == 'ours' else '对'}方：{'；'.join(_place(each, str) for each in disputes)}"


def _place(dispute: Dispute, name: Callable[[str], str]) -> str:
    """Return what is in dispute, as people find it; `name` gives the names of keys."""
    place = str(Identity.of_file(dispute.path) or dispute.path)  # of a comment, the file
    return " ".join([place, ".".join(name(str(each)) for each in dispute.location)]).strip()


def _value(dispute: Dispute, value: object) -> str:
    if value is None:
        return _("nothing")
    if dispute.location == ("status",):
        value = status_name(str(value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return _("“{text}”").format(text=text)
