"""Merges two states of a ledger's files, file by file, with the lines of the side that changed them; and puts disputes into words."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, CommentNumber, Identity
from xuncha.model.moves import Numbered, comments, identities, identity_of
from xuncha.model.names import key_name
from xuncha.model.vocabulary import status_name
from xuncha.store import editing
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import Data, decode, parse
from xuncha.sync.values import UNSETTLED, Dispute, Merged, Side, Versions, merge_values, merged_value
from xuncha.system import temporary_folder
from xuncha.trail import objects
from xuncha.trail.git import Git, GitError
from xuncha.trail.objects import Listing, StoredFile

_FIRST_ERROR = 128  # exit codes of `git merge-file` below this count conflicts


def read_records(git: Git, listing: Listing, paths: Iterable[str]) -> dict[str, Data]:
    """Read those of some files that a listing has and that are readable; return their data by path."""
    existing = [path for path in paths if path in listing]
    records = {}
    for path, content in zip(existing, git.blobs(listing[path].blob for path in existing), strict=True):
        with contextlib.suppress(UnreadableError):
            records[path] = parse(content or b"")
    return records


def merge_record(
    base: bytes, ours: bytes, theirs: bytes, *, take: Side | None = None, width: int = 7
) -> Merged[bytes]:
    """Merge two versions of one file field by field; `base` is empty if both sides have created it.

    The merged fields are edited into all three files, and git merges the lines in which these still differ: comments and layout.
    In a dispute `take` decides; without it, the lines are marked as git does, with marks of that width. Raises UnreadableError if
    one of the three is no record.
    """
    if theirs in {base, ours}:
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    values = Versions(parse(base) if base else {}, parse(ours), parse(theirs))
    data, disputes = merge_values(*values, take)
    text = decode(ours)
    anew = editing.leading_comments(text) + editing.block(data, 0, editing.common_line_end(text))
    before, *sides = (_with_data(data, [content, anew.encode()]) for content in (base, ours, theirs))
    content = merged_value(before, sides)
    if content is UNSETTLED:
        merged = (merge_lines([before, *sides], option)[0] for option in ("--union", "--ours"))
        content = _with_data(data, chain(merged, sides))
    if disputes and take is None:
        other = _with_data(merge_values(values.before, values.theirs, values.ours).result, [content])
        content = merge_lines([b"", content, other], f"--marker-size={width}")[0]
    return Merged(content, disputes)


def _with_data(data: Data, contents: Iterable[bytes]) -> bytes:
    """Return the first of some contents into which the data of a record can be edited, with that data."""
    for content in contents:
        with contextlib.suppress(RefusedError, UnreadableError):
            return editing.rewritten(content, data)
    message = _("the layout of this file does not let both changes be written into it")
    raise UnreadableError("odd-layout", 1, 1, message)


def merge_lines(contents: Iterable[bytes], *options: str) -> tuple[bytes, bool]:
    """Merge three contents, base, ours and theirs, line by line, as git does; return the result, and whether it has conflicts.

    Raises GitError if git takes one of them for something other than text.
    """
    with temporary_folder() as folder:
        for name, content in zip(("base", "ours", "theirs"), contents, strict=True):
            (folder / name).write_bytes(content)
        git, names = Git(folder), ("ours", "base", "theirs")
        labels = [word for name in names for word in ("-L", name)]
        output = git.run("merge-file", "--stdout", *labels, *options, *names, ok_codes=range(_FIRST_ERROR))
        return output, git.returncode > 0


class MergedFile(NamedTuple):
    """The result of a merge by the driver."""

    disputes: Sequence[Dispute] = ()
    reason_by_lines: str = ""  # why git merged it by lines; empty if it was merged field by field
    in_conflict: bool = False  # whether git could not merge it by lines either


def merge_files(base: Path, ours: Path, theirs: Path, width: int) -> MergedFile:
    """Merge three files into the second one; what is no record is merged by lines, as git does.

    Raises OSError if one of them cannot be read or written.
    """
    contents = [file.read_bytes() for file in (base, ours, theirs)]
    try:
        content, disputes = merge_record(*contents, width=width)
        merged = MergedFile(disputes)
    except UnreadableError as error:
        try:
            content, in_conflict = merge_lines(contents, f"--marker-size={width}")
        except GitError:  # it is no text: ours stays
            content, in_conflict = contents[1], True
        merged = MergedFile((), str(error), in_conflict)
    ours.write_bytes(content)
    return merged


class United(NamedTuple):
    """The result of uniting two states."""

    listing: Listing
    disputes: list[Dispute]
    kept: set[Numbered]  # what one side had taken back and the other had worked on; it stays


def unite(git: Git, listings: Versions, *, take: Side | None = None) -> United:
    """Unite two states, given with their common ancestor; in a dispute `take` decides, and without it ours stays."""
    result: Listing = {}
    kept: set[Numbered] = set()
    changed_twice: list[str] = []
    base, ours, theirs = listings
    for path in sorted({*base, *ours, *theirs}):
        our_file, their_file = ours.get(path), theirs.get(path)
        chosen = merged_value(base.get(path), (our_file, their_file))
        if chosen is UNSETTLED:
            chosen = our_file or their_file
            if our_file and their_file:
                changed_twice.append(path)
            elif number := identity_of(path):
                kept.add(number)
        if chosen:
            result[path] = chosen
    for path in {*ours, *theirs} - set(result):
        if Identity.from_evidence(path) in kept:
            result[path] = ours.get(path) or theirs[path]
    merged, disputes = _merge_contents(git, changed_twice, listings, take)
    return United(result | merged, disputes, kept)


def _merge_contents(
    git: Git, paths: list[str], listings: Versions, take: Side | None
) -> tuple[Listing, list[Dispute]]:
    """Merge the files that both sides have changed; return the merged files, and the disputes."""
    results: dict[str, bytes] = {}
    records = [path for path in paths if path == LEDGER_FILE or identity_of(path)]
    taken: Side = take or "ours"
    disputes = [Dispute((), path=path, taken=taken) for path in paths if path not in records]
    names = [held.blob for path in records for side in listings if (held := side.get(path))]
    contents = dict(zip(names, git.blobs(names), strict=True))
    for path in records:
        versions = [contents[side[path].blob] or b"" if path in side else b"" for side in listings]
        try:
            results[path], disputed = merge_record(*versions, take=take)
            disputes += [dispute._replace(path=path) for dispute in disputed]
        except UnreadableError as error:
            disputes.append(Dispute((), path=path, reason=str(error), taken=taken))
    chosen = getattr(listings, taken)
    blobs = dict(zip(results, objects.store(git, list(results.values())), strict=True))
    merged = {path: StoredFile(listings.ours[path].mode, blob) for path, blob in blobs.items()}
    return {path: chosen[path] for path in paths} | merged, disputes


def missing_files(result: Listing, *others: Listing) -> Listing:
    """Return the files of others that must come back, because later ones depend on them.

    No number may be left out, no measure may be without its problem, and no ledger without its settings.
    """
    existing, used = identities(result), comments(result)
    last = {identity.problem: identity.measure for identity in sorted(existing)}
    problems = range(1, max(last, default=0) + 1)
    needed: set[Numbered] = {Identity(each, n) for each in problems for n in range(last.get(each, 0) + 1)}
    needed |= {CommentNumber(n) for n in range(1, max((each.number for each in used), default=0))}
    missing = needed - existing - used
    # A problem that was taken back with its measures comes back with them.
    whole = {each for each in problems if each not in last}
    restored: Listing = {}
    for path, held in chain.from_iterable(other.items() for other in others):
        owner = identity_of(path) or Identity.from_evidence(path)
        in_whole = isinstance(owner, Identity) and owner.problem in whole
        is_missing = path == LEDGER_FILE or owner in missing or in_whole
        if is_missing and path not in result:
            restored.setdefault(path, held)
    return restored


def refusal(disputes: list[Dispute]) -> RefusedError:
    """Return the error for unsettled disputes, one dispute a line."""
    message = _("both sides have changed the same thing in different ways; nothing was changed")
    hint = _(
        "keep yours with xuncha sync --take ours, or theirs with xuncha sync --take theirs; everything else is merged either way"
    )
    if any(each.location == ("status",) and "closed" in each[1:3] for each in disputes):
        hint += _("; what one side has returned or reopened is not closed")
    return RefusedError("disputed", "\n".join([message, *map(dispute_line, disputes)]), hint)


def dispute_line(dispute: Dispute) -> str:
    """Return what each side wants, in one line."""
    subject = _subject(dispute, key_name)
    if dispute.location:
        values = zip((dispute.ours, dispute.theirs), dispute.authors, strict=True)
        ours, theirs = (
            _("{value} ({by})", value=_value(dispute, value), by=by) if by else _value(dispute, value)
            for value, by in values
        )
        return _("{what}: here {ours}, there {theirs}", what=subject, ours=ours, theirs=theirs)
    if dispute.reason:
        return _("{what}: changed on both sides, and {why}", what=subject, why=dispute.reason)
    return _("{what}: the two sides have different files of this name", what=subject)


def settlement_reason(disputes: list[Dispute]) -> str:
    """Return how disputes were settled, as the commit states it, each with the side that was taken; empty if there were none."""
    sides = {"ours": "取本方", "theirs": "取对方"}
    subjects = {side: [_subject(each, str) for each in disputes if each.taken == side] for side in sides}
    return "；".join(f"{sides[side]}：{'；'.join(each)}" for side, each in subjects.items() if each)


def _subject(dispute: Dispute, name: Callable[[str], str]) -> str:
    """Return what a dispute is about, as people look for it; `name` returns the name of a key."""
    place = str(Identity.from_path(dispute.path) or dispute.path)  # of a comment, the file
    return " ".join([place, ".".join(name(str(key)) for key in dispute.location)]).strip()


def _value(dispute: Dispute, value: object) -> str:
    if value is None:
        return _("nothing")
    if dispute.location == ("status",):
        value = status_name(str(value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return _("“{text}”", text=text)
