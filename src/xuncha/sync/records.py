"""Three versions of one record merged into one file: of each field the lines of the side that changed it; all else as it was."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.store import editing
from xuncha.store.faults import LINE_END, UnreadableError
from xuncha.store.reading import decode, parse, says
from xuncha.sync.values import Dispute, Merged, Side, Versions, merge_values
from xuncha.sync.weaving import Weaver
from xuncha.trail.git import Git, GitError
from xuncha.trail.objects import Listing

_ERROR = 128  # the exit code from which on `git merge-file` counts no conflicts
_WITH = {"status": "closed", "term": "due"}  # what is shown in dispute together with a key that is


def read_records(git: Git, listing: Listing, paths: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read those of these files that a listing has and that can be read, by their paths."""
    known = [path for path in paths if path in listing]
    found = {}
    for path, content in zip(known, git.blobs(listing[path].blob for path in known), strict=True):
        with contextlib.suppress(UnreadableError):
            found[path] = parse(content or b"")
    return found


def merge_record(
    base: bytes, ours: bytes, theirs: bytes, *, take: Side | None = None, width: int = 7
) -> Merged[bytes]:
    """Merge two versions of one file, in the layout of ours; `base` is empty where both have made it anew.

    In a dispute `take` decides; without it, the lines are marked as git does, with marks of that width. Raises
    UnreadableError if one of the three is no record; or something is in dispute, and cannot be shown in this layout.
    """
    if theirs in {base, ours}:
        return Merged(ours)
    if ours == base:
        return Merged(theirs)
    values = Versions(parse(base) if base else {}, parse(ours), parse(theirs))
    message = _("the layout of this file does not let both changes be written into it")
    odd = UnreadableError("odd-layout", 1, 1, message)
    if not all(isinstance(key, str) for each in values for key in each):
        raise odd  # `~: …` is no field of a record, and its lines are not found by its name
    data, disputes = merge_values(*values, take)
    marked = {str(each.location[0]) for each in disputes} if take is None else set()
    _before, mine, other = values
    marked |= {near for key, near in _WITH.items() if key in marked and mine.get(near) != other.get(near)}
    end = editing.common_line_end(decode(ours))
    texts = Versions(base, ours, theirs).map(lambda each: LINE_END.sub(end, decode(each)))
    texts = texts._replace(ours=decode(ours))  # a file with several kinds of line ends keeps them
    text = next((each for each in _layouts(texts, end, values, data) if says(each, data)), None)
    if text is not None and marked:
        text = Weaver(texts, end, frozenset(marked), width).record(values, data)
    if text is None:
        raise odd
    return Merged(editing.byte_order_mark(ours) + text.encode(), disputes)


def _layouts(texts: Versions, end: str, values: Versions, data: dict[str, Any]) -> Iterator[str]:
    """Yield the record as text: woven; else edited into ours; else written anew under the comments at the top of ours."""
    woven = Weaver(texts, end).record(values, data)
    if woven is not None:
        yield woven
    changed = [key for key in data | values.ours if data.get(key) != values.ours.get(key)]
    if set(changed) <= set(editing.KEYS):
        edits = [editing.Set(key, data[key]) if key in data else editing.Remove(key) for key in changed]
        with contextlib.suppress(RefusedError):
            yield decode(editing.apply(texts.ours.encode(), edits))
    yield editing.comments_at_the_top(texts.ours) + "".join(
        editing.block({key: value}, 0, end) for key, value in data.items()
    )


class MergedFile(NamedTuple):
    """A file that the driver has merged."""

    disputes: Sequence[Dispute] = ()
    not_by_field: str = ""  # why git merged it by lines; empty where it was merged field by field
    in_conflict: bool = False  # whether git could not merge it by lines either


def merge_files(base: Path, ours: Path, theirs: Path, width: int) -> MergedFile:
    """Merge three files into the second; what is no record is merged by lines, as git does.

    Raises OSError if one of them cannot be read or written.
    """
    try:
        content, disputes = merge_record(*(each.read_bytes() for each in (base, ours, theirs)), width=width)
    except UnreadableError as error:
        labels = [word for label in ("ours", "base", "theirs") for word in ("-L", label)]
        files = map(str, (ours, base, theirs))
        try:
            Git(Path.cwd()).run("merge-file", *labels, f"--marker-size={width}", "--", *files)
        except GitError as refusal:
            is_binary = any(b"\0" in each.read_bytes() for each in (base, ours, theirs))
            if not (0 < refusal.ended < _ERROR or is_binary):
                raise
            return MergedFile(not_by_field=str(error), in_conflict=True)
        return MergedFile(not_by_field=str(error))
    ours.write_bytes(content)
    return MergedFile(disputes)
