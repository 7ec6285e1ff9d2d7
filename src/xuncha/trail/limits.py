"""How much a commit may hold below the ledger's folder: some objects of git, nested, can stand for more files than any memory holds.

Git itself walks whatever it is asked for. So what is listed is read only up to a limit, and before git compares the commits
of a history, each folder is counted once, however often it stands there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from io import BytesIO
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from xuncha import system
from xuncha.chinese.characters import without_unsafe
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import PARTS
from xuncha.trail.contents import pieces, piped, stored, whole
from xuncha.trail.git import CutShortError, Git, GitError, Leaf, read_batch

MOST: Final = 200_000  # files and folders that a ledger may have at one commit
DEEPEST: Final = 16  # folders that may stand one in another, below the ledger's own
_LARGEST_FOLDER: Final = MOST * 64
"""Bytes of a folder in git that is looked into; one with longer names holds fewer files, and is taken for too large all the same."""
_ENTRY: Final = {2 * size: re.compile(rb"([0-7]+) ([^\0]*)\0(.{%d})" % size, re.DOTALL) for size in (20, 32)}
_FOLDER: Final = {
    2 * size: re.compile(rb"40000 [^\0/]+\0(.{%d})|[0-7]+ [^\0/]+\0.{%d}" % (size, size), re.DOTALL)
    for size in (20, 32)
}
"""An entry of a folder, by the digits of a hash; of another folder its name in git, of a file nothing. Nothing else may stand between the entries."""
_LISTED: Final = re.compile(rb"([0-9]{6}) [a-z]+ ([0-9a-f]{40}(?:[0-9a-f]{24})?)\t(.*)", re.DOTALL)
"""A line of `git ls-tree`: the mode, the kind, git's name of the content, and the path."""
_PARTS: Final = frozenset(system.encoded(PurePosixPath(part).name) for part in PARTS)
"""What of the folder `data` is the ledger's."""
_DATA: Final = b"data"
_MOST_APART: Final = 5  # folders that are too large by themselves and may be left out one by one


class Swollen(NamedTuple):
    """A folder that holds more than a ledger does."""

    commit: str
    path: str

    @property
    def message(self) -> str:
        """Say so."""
        said = _("{path} has more than {n} files, or folders more than {deep} levels deep: it is not read")
        return said.format(path=self.shown, n=f"{MOST:,}", deep=DEEPEST)

    @property
    def shown(self) -> str:
        """The path as a text."""
        return system.encoded(self.path).decode("utf-8", "backslashreplace")


def listed(git: Git, commit: str, *paths: str, folders: bool = False, deep: bool = True) -> list[Leaf]:
    """List the files that a commit holds at and below some paths of the ledger; with `folders`, those too.

    What git lists is compared with the hashes of the folders: so a git that does not tell all is found out. If not
    `deep`, what is in folders in these folders is not listed, and the path of a folder has a slash behind it. Raises
    GitError if there is no such commit or tree, or git has not told all; RefusedError if there are more than any
    ledger has.
    """
    found: list[Leaf] = []
    with piped(git, "ls-tree", "-z", "-t", *(["-r"] if deep else []), commit, "--", *paths) as pipe:
        for line in pieces(pipe):
            if not (match := _LISTED.fullmatch(line)):
                raise CutShortError
            mode, name, path = match.groups()
            if path.count(b"/") > DEEPEST or len(found) == MOST:
                raise _too_much(commit, path)
            found.append(Leaf(mode.decode(), name.decode(), system.decoded(path)))
    _must_be_all(git, commit, paths, found, deep=deep)
    return found if folders else [leaf for leaf in found if leaf.mode != "040000"]


def _must_be_all(git: Git, commit: str, paths: Sequence[str], found: list[Leaf], *, deep: bool) -> None:
    """Check that what is listed of each folder makes its hash, and that what is not listed is not there. Raises GitError if it does not."""
    files, asked = set(paths), {path.rstrip("/") for path in paths}
    tops = tuple(f"{path}/" for path in asked)
    below: dict[str, list[bytes]] = defaultdict(list)
    folders: dict[str, str] = {}
    for mode, name, path in found:
        above, _slash, last = path.rpartition("/")
        entry = mode.lstrip("0").encode(), system.encoded(last), bytes.fromhex(name)
        below[above].append(b"%s %s\0%s" % entry)
        if mode == "040000" and (path in asked or (deep and ("." in asked or path.startswith(tops)))):
            folders[path] = name
    doubtful: dict[str, int] = {}
    for path, name in folders.items():
        try:
            whole(name, "tree", b"".join(below[path]))
        except GitError:
            doubtful[name] = len(below[path])
    # Git shows some old modes of files as other ones.
    for tree in stored(git, doubtful, _LARGEST_FOLDER) if doubtful else ():
        if len(_entries(tree.content, tree.name)) != doubtful[tree.name]:
            raise CutShortError
    absent = list(asked - {leaf.path for leaf in found} - {"."})
    there = git.kinds(f"{commit}:./{path}" for path in absent) if absent else []
    # With a slash behind it, only a folder is asked for, and no link in its place.
    if any(kind and (path in files or kind == "tree") for path, kind in zip(absent, there, strict=True)):
        raise CutShortError


def _too_much(commit: str, path: bytes) -> RefusedError:
    said = _("commit {commit} holds more than {n} files below {path}, or folders more than {deep} deep")
    folder = path.decode("utf-8", "backslashreplace").split("/")
    shown = "/".join(folder[: min(3, len(folder) - 1)]) or "."
    said = said.format(commit=commit[:10], n=f"{MOST:,}", path=shown, deep=DEEPEST)
    return RefusedError("too-many-files", said, _("no ledger has so many: see `xuncha audit`"), "")


def fits(git: Git, commit: str, path: str) -> bool:
    """Whether what a commit holds below a path can be listed."""
    try:
        listed(git, commit, path)
    except GitError:  # there is no such commit, so nothing in it
        return True
    except RefusedError:
        return False
    return True


def swollen(git: Git, commits: Iterable[str], seen: dict[str, str] | None = None) -> list[Swollen]:
    """Find the folders of the ledger that hold too much, in some commits, by their hashes; of each, the first of these commits.

    What is named is `data/problems` or `data/evidence`, or a folder in one of them. All that stands in the ledger's folder and in
    `data` is entered into `seen`: by its path, the first commit that has it. Raises GitError if one of the folders that were
    looked into is damaged: it does not hold what its name says.
    """
    commits = list(commits)
    seen = {} if seen is None else seen
    tops: dict[str, Swollen] = {}  # by git's name: where each folder stands first
    for commit, _name, content in _folders(git, _look_above(git, commits, seen)):
        if content is None:
            return [Swollen(commit, "data")]
        for mode, last, name in _entries(content, commit):
            seen.setdefault(f"data/{last.decode('utf-8', 'backslashreplace')}", commit)
            if mode == b"40000" and last in _PARTS:
                tops.setdefault(name.hex(), Swollen(commit, f"data/{last.decode()}"))
    if _all_fit(git, tops):
        return []
    sizes = _measured(git, tops)
    found: dict[str, Swollen] = {}
    for top, (commit, part) in tops.items():
        if sizes[top].fits:
            continue
        below: dict[str, _Size] = {}
        for _same, _name, content in _folders(git, {top: top}):
            entries = _entries(content or b"", top)
            below = {
                system.decoded(last): sizes[name.hex()] for mode, last, name in entries if mode == b"40000"
            }
        apart = [each for each, size in below.items() if not size.fits]
        others = sum(size.files for size in below.values() if size.fits)
        alone = others <= MOST and 0 < len(apart) <= _MOST_APART
        for path in [f"{part}/{each}" for each in apart] if alone else [part]:
            found.setdefault(path, Swollen(commit, path))
    return list(found.values())


def _look_above(git: Git, commits: Sequence[str], seen: dict[str, str]) -> dict[str, str]:
    """Read the folders through which git comes to `data`, which must not be damaged either, and enter what stands beside that.

    Returns the first commit of each `data`, by git's name of it.
    """
    found: dict[str, str] = {}
    above = git.run("rev-parse", "--show-prefix").rstrip(b"\n").split(b"/")[:-1]
    for depth in range(len(above) + 1):
        path = system.decoded(b"/".join(above[:depth]))
        trees = set()
        for commit, tree, content in _folders(git, {f"{commit}:{path}": commit for commit in commits}):
            if depth == len(above) and tree not in trees:
                trees.add(tree)
                if content is None:  # git finds one folder in it all the same
                    found[f"{commit}:./{_DATA.decode()}"] = commit
                for mode, last, name in _entries(content or b"", commit):
                    seen.setdefault(last.decode("utf-8", "backslashreplace"), commit)
                    if mode == b"40000" and last == _DATA:
                        found.setdefault(name.hex(), commit)
    return found


class _Size(NamedTuple):
    files: int  # files and folders in a folder, at any depth
    deep: int  # folders one in another

    @property
    def fits(self) -> bool:
        return self.files <= MOST and self.deep <= DEEPEST


_ENDLESS: Final = _Size(MOST + 1, DEEPEST + 1)


def _all_fit(git: Git, names: Iterable[str]) -> bool:
    """Whether no folder can hold too much, were each as full as the fullest at its depth.

    That is quickly said of folders which hardly differ from commit to commit; only where it cannot be said are they counted.
    """
    waiting = dict.fromkeys(names)  # in their order, since neighbours are alike
    most, folders = 0, 1
    for _level in range(DEEPEST):
        fullest, inner = 0, 0
        below: dict[bytes | None, None] = {}
        before, ends = b"", [0]
        for name, _name, content in _folders(git, {each: each for each in waiting}):
            if content is None:
                return False
            place = _only_other(content, before, ends, len(name) // 2)
            found = list(
                _FOLDER[len(name)].finditer(content, *ends[place : place + 2] if place is not None else ())
            )
            if place is None:
                ends = [0, *(match.end() for match in found)]
                if ends[-1] != len(content) or [match.start() for match in found] != ends[:-1]:
                    return False
                told = [match[1] for match in found]
                fullest = max(fullest, len(told))
                inner = max(inner, len(told) - told.count(None))
            before = content
            below.update((match[1], None) for match in found)
        most += folders * fullest
        folders *= inner
        waiting = dict.fromkeys(each.hex() for each in below if each)
        if most > MOST or not waiting:
            return most <= MOST
    return False


def _only_other(content: bytes, before: bytes, ends: Sequence[int], hash_length: int) -> int | None:
    """Return the place of the one entry of a folder in which it is unlike another folder, and in nothing but its hash.

    That is what most commits make of a folder. None where more is unlike, or the length. `ends` are those of the entries.
    """
    if len(content) != len(before):
        return None
    place = bisect_left(
        range(1, len(ends)), True, key=lambda number: content[: ends[number]] != before[: ends[number]]
    )
    if place + 1 == len(ends):
        return None
    end = ends[place + 1]
    alike = content[end:] == before[end:] and content[: end - hash_length] == before[: end - hash_length]
    return place if alike else None


def _measured(git: Git, names: Iterable[str]) -> Mapping[str, _Size]:
    """Count what folders hold, by git's names of them; each is read once."""
    below: dict[str, tuple[int, tuple[str, ...]]] = {}
    same: dict[bytes, str] = {}
    waiting = set(names)
    for _level in range(DEEPEST + 1):
        for name, _name, content in _folders(git, {each: each for each in waiting}):
            if content is not None:
                entries = _entries(content, name)
                inner = [
                    same.get(each) or same.setdefault(each, each.hex())
                    for mode, _last, each in entries
                    if mode == b"40000"
                ]
                below[name] = len(entries), tuple(inner)
        waiting = {each for name in waiting if name in below for each in below[name][1]} - below.keys()
    sizes: dict[str, _Size] = {}

    def size(name: str, deeper: int) -> _Size:
        if name not in sizes:
            if name not in below or not deeper:
                return _ENDLESS
            count, inner = below[name]
            held = [sizes[each] if each in sizes else size(each, deeper - 1) for each in inner]
            total = min(count + sum([each.files for each in held]), MOST + 1)
            sizes[name] = _Size(total, max([each.deep for each in held], default=0) + 1)
        return sizes[name]

    return defaultdict(lambda: _ENDLESS, {name: size(name, DEEPEST + 1) for name in below})


def _folders(git: Git, asked: Mapping[str, str]) -> Iterator[tuple[str, str, bytes | None]]:
    """Read folders as git keeps them, by any names of them; what is no folder is passed over.

    Yields for each what is given beside its name, git's own name, and its bytes; None for one that is too large.
    """
    lines = system.encoded("".join(f"{name}\n" for name in asked))
    with (
        piped(git, "cat-file", "--batch", "--buffer", stdin=lines)
        if asked
        else nullcontext(BytesIO()) as pipe
    ):
        # What git prints comes first: so it is read to its end.
        told = read_batch(pipe, len(asked))
        for (name, kind, size, blocks), given in zip(told, asked.values(), strict=False):
            if kind == "tree":
                yield given, name, whole(name, kind, b"".join(blocks)) if size <= _LARGEST_FOLDER else None


def _entries(content: bytes, name: str) -> list[tuple[bytes, bytes, bytes]]:
    """Read a folder: the modes, the names, and git's names of what is in it; `name` shows how long these are.

    Raises GitError if a name leads into another folder: when git writes files out, such a one takes the place of the file there.
    """
    found: list[tuple[bytes, bytes, bytes]] = _ENTRY[len(name)].findall(content)
    if odd := next((last for _mode, last, _name in found if b"/" in last), None):
        said = _("a folder at {commit} is damaged: it contains an entry whose name is a path, {path}")
        path = odd.decode("utf-8", "backslashreplace")
        raise GitError(said.format(commit=name[:10], path=without_unsafe(path, "\N{REPLACEMENT CHARACTER}")))
    return found
