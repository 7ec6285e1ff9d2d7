"""Unites two states of a ledger's files, file by file, with the lines of the side that changed them; and puts disputes in words."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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
from xuncha.store.faults import LINE_END, UnreadableError
from xuncha.store.reading import Data, decode, has_data, parse
from xuncha.sync.merged_text import Weaver
from xuncha.sync.status_events import status_events
from xuncha.sync.values import UNSETTLED, Dispute, Merged, Side, Versions, merge_values, merged_value
from xuncha.trail import objects
from xuncha.trail.git import Git, GitError
from xuncha.trail.objects import Listing, StoredFile

_FIRST_ERROR = 128  # exit codes of `git merge-file` below this count conflicts
_TOGETHER = {"status": "closed", "term": "due"}  # keys that are shown together with a disputed key


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
    """Merge two versions of one file, in the layout of ours; `base` is empty if both sides have created it.

    In a dispute `take` decides; without it, the lines are marked as git does, with marks of that width. Raises
    UnreadableError if one of the three is no record, or a dispute cannot be shown in this layout.
    """
    if theirs in {base, ours}:
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    values = Versions(parse(base) if base else {}, parse(ours), parse(theirs))
    message = _("the layout of this file does not let both changes be written into it")
    layout_error = UnreadableError("odd-layout", 1, 1, message)
    if not all(isinstance(key, str) for each in values for key in each):
        raise layout_error  # a key such as `~` is no field, and its lines cannot be found by its name
    data, disputes = merge_values(*values, take)
    marked = {str(each.location[0]) for each in disputes} if take is None else set()
    _before, mine, other = values
    marked |= {pair for key, pair in _TOGETHER.items() if key in marked and mine.get(pair) != other.get(pair)}
    end = editing.common_line_end(decode(ours))
    texts = Versions(base, ours, theirs).map(lambda each: LINE_END.sub(end, decode(each)))
    texts = texts._replace(ours=decode(ours))  # a file with several kinds of line ends keeps them
    text = next((each for each in _candidate_texts(texts, end, values, data) if has_data(each, data)), None)
    if text is not None and marked:
        text = Weaver(texts, end, frozenset(marked), width).record(values, data)
    if text is None:
        raise layout_error
    return Merged(editing.byte_order_mark(ours) + text.encode(), disputes)


def _candidate_texts(texts: Versions, end: str, values: Versions, data: Data) -> Iterator[str]:
    """Yield texts of the record to try: woven from both; edited into ours; and rewritten below the comments at the top of ours."""
    woven = Weaver(texts, end).record(values, data)
    if woven is not None:
        yield woven
    with contextlib.suppress(RefusedError):
        yield decode(editing.rewritten(texts.ours.encode(), data, values.ours))
    yield editing.leading_comments(texts.ours) + editing.block(data, 0, end)


class MergedFile(NamedTuple):
    """The result of a merge by the driver."""

    disputes: Sequence[Dispute] = ()
    reason_by_lines: str = ""  # why git merged it by lines; empty if it was merged field by field
    in_conflict: bool = False  # whether git could not merge it by lines either


def merge_files(base: Path, ours: Path, theirs: Path, width: int) -> MergedFile:
    """Merge three files into the second one; what is no record is merged by lines, as git does.

    Raises OSError if one of them cannot be read or written.
    """
    try:
        content, disputes = merge_record(*(file.read_bytes() for file in (base, ours, theirs)), width=width)
    except UnreadableError as error:
        labels = [word for label in ("ours", "base", "theirs") for word in ("-L", label)]
        files = map(str, (ours, base, theirs))
        try:
            Git(Path.cwd()).run("merge-file", *labels, f"--marker-size={width}", "--", *files)
        except GitError as refusal:
            is_binary = any(b"\0" in file.read_bytes() for file in (base, ours, theirs))
            if not (0 < refusal.returncode < _FIRST_ERROR or is_binary):
                raise
            return MergedFile(reason_by_lines=str(error), in_conflict=True)
        return MergedFile(reason_by_lines=str(error))
    ours.write_bytes(content)
    return MergedFile(disputes)


class United(NamedTuple):
    """The result of uniting two states."""

    listing: Listing
    disputes: list[Dispute]
    kept: set[Numbered]  # what one side had taken back and the other had worked on; it stays


def unite(git: Git, listings: Versions, *, reused: Collection[str] = (), take: Side | None = None) -> United:
    """Unite two states, given with their common ancestor; in a dispute `take` decides, and without it ours stays.

    The paths in `reused` hold something else than the common ancestor had there.
    """
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
    bases = {path: held for path, held in base.items() if path not in reused}
    merged, disputes = _merge_contents(git, changed_twice, listings._replace(before=bases), take)
    return United(result | merged, disputes, kept)


def _merge_contents(
    git: Git, paths: list[str], listings: Versions, take: Side | None
) -> tuple[Listing, list[Dispute]]:
    """Merge the files that both sides have changed; return the merged files, and the disputes."""
    results: dict[str, bytes] = {}
    records = [path for path in paths if path == LEDGER_FILE or identity_of(path)]
    disputes = [Dispute((), path=path) for path in paths if path not in records]
    names = [held.blob for path in records for side in listings if (held := side.get(path))]
    contents = dict(zip(names, git.blobs(names), strict=True))
    for path in records:
        versions = [contents[side[path].blob] or b"" if path in side else b"" for side in listings]
        try:
            results[path], disputed = merge_record(*versions, take=take)
            disputes += [dispute._replace(path=path) for dispute in disputed]
        except UnreadableError as error:
            disputes.append(Dispute((), path=path, reason=str(error)))
    chosen = listings.theirs if take == "theirs" else listings.ours
    blobs = dict(zip(results, objects.store(git, list(results.values())), strict=True))
    merged = {path: StoredFile(listings.ours[path].mode, blob) for path, blob in blobs.items()}
    return {path: chosen[path] for path in paths} | merged, disputes


def missing_files(result: Listing, *others: Listing) -> Listing:
    """Return the files of others that must come back, because later ones depend on them.

    No number may be left out, and no measure may be without its problem.
    """
    existing = identities(result)
    used = {comment.number for comment in comments(result)}
    unused = {CommentNumber(number) for number in range(1, max(used, default=0) + 1) if number not in used}
    last = {identity.problem: identity.measure for identity in sorted(existing)}
    missing = {
        Identity(problem, measure)
        for problem in range(1, max(last, default=0) + 1)
        for measure in range(last.get(problem, 0) + 1)
    } - existing
    # A problem that was taken back with its measures comes back with them.
    whole = {identity.problem for identity in missing if identity.is_problem and identity.problem not in last}
    restored: Listing = {}
    for path, held in chain.from_iterable(other.items() for other in others):
        owner = Identity.from_path(path) or Identity.from_evidence(path)
        is_wanted = CommentNumber.from_path(path) in unused
        if owner:
            is_wanted = owner in missing or owner.problem in whole
        if is_wanted and path not in result:
            restored.setdefault(path, held)
    return restored


def refusal(disputes: list[Dispute]) -> RefusedError:
    """Return the error for unsettled disputes, one dispute a line."""
    message = _("both sides have changed the same thing in different ways; nothing was changed")
    hint = _(
        "keep yours with xuncha sync --take ours, or theirs with xuncha sync --take theirs; everything else is merged either way"
    )
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


def must_not_take_invalid_closing(
    git: Git, ours: str, theirs: str, disputes: Sequence[Dispute], take: Side | None, settings: Data
) -> None:
    """Refuse to take a closing whose application the other side has turned down or withdrawn, if the policy requires one."""
    policy = settings.get("policy")
    required = policy.get("close_requires") if isinstance(policy, dict) else None
    if not isinstance(required, list) or {"submission", "second_person"}.isdisjoint(required):
        return
    for dispute in disputes:
        span, values = (theirs, ours), (dispute.ours, dispute.theirs)
        if take == "theirs":
            span, values = span[::-1], values[::-1]
        if dispute.location != ("status",) or values[0] != "closed" or values[1] in {"closed", "submitted"}:
            continue
        events = status_events(git, *span, dispute.path)
        if any(change.to == "submitted" and commit.trailers.action != "undo" for commit, change in events):
            continue  # there is a new application
        message = _(
            "{what}; the application for that closing is no longer valid, and the policy requires one; nothing was changed"
        )
        hint = _(
            "reopen it, so that a new application can be made: xuncha reopen {id} --reason …; then: xuncha sync"
        )
        if take == "theirs":
            hint = _(
                "keep the version here: xuncha sync --take ours; or take back what was done here against the closing: xuncha undo"
            )
        number = Identity.from_path(dispute.path)
        raise RefusedError("closed-over", message.format(what=dispute_line(dispute)), hint.format(id=number))


def settlement_reason(disputes: list[Dispute], take: Side | None) -> str:
    """Return how disputes were settled, as the commit states it; empty if there were none."""
    if not disputes or take is None:
        return ""
    return f"取{'本' if take == 'ours' else '对'}方：{'；'.join(_subject(each, str) for each in disputes)}"


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
