"""Limits on what a commit may hold below the ledger's folder: a few nested objects of git can mean more files than fit in memory.

Git itself knows no limit. So a listing is read only up to one, and before git compares the commits of a history, each folder
is counted once, however often it occurs.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from xuncha import system
from xuncha.chinese.characters import without_unsafe
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import PARTS
from xuncha.trail.contents import git_pipe, read_objects, split_nul, verified
from xuncha.trail.git import Git, GitError, Leaf, TruncatedError, read_batch

MAX_FILES: Final = 200_000  # files and folders that a ledger may have at one commit
MAX_DEPTH: Final = 16  # levels of folders below the ledger's own
_MAX_FOLDER_SIZE: Final = MAX_FILES * 64
"""Bytes up to which a folder object is read. A larger one counts as too large, even if it has few files with long names."""
_ENTRY: Final = {2 * size: re.compile(rb"([0-7]+) ([^\0]*)\0(.{%d})" % size, re.DOTALL) for size in (20, 32)}
_FOLDER: Final = {
    2 * size: re.compile(rb"40000 [^\0/]+\0(.{%d})|[0-7]+ [^\0/]+\0.{%d}" % (size, size), re.DOTALL)
    for size in (20, 32)
}
"""An entry of a folder object, by the number of digits of a hash. Group 1 is git's name of a subfolder; a file has none. Nothing is between entries."""
_LISTING_LINE: Final = re.compile(rb"([0-9]{6}) [a-z]+ ([0-9a-f]{40}(?:[0-9a-f]{24})?)\t(.*)", re.DOTALL)
"""A line of `git ls-tree`: the mode, the kind, git's name of the content, and the path."""
_DATA_NAMES: Final = frozenset(system.encoded(PurePosixPath(part).name) for part in PARTS)
"""The names in the folder `data` that belong to the ledger."""
_DATA: Final = b"data"
_MAX_SEPARATE: Final = 5  # how many folders that are too large by themselves may be left out one by one


class LargeFolder(NamedTuple):
    """A folder that holds more than a ledger may."""

    commit: str
    path: str

    @property
    def message(self) -> str:
        """The message that the folder is too large to be read."""
        text = _("{path} has more than {n} files, or folders more than {deep} levels deep: it is not read")
        return text.format(path=self.label, n=f"{MAX_FILES:,}", deep=MAX_DEPTH)

    @property
    def label(self) -> str:
        """The path as text; bytes that are not UTF-8 are written with a backslash."""
        return system.encoded(self.path).decode("utf-8", "backslashreplace")


def ls_tree(git: Git, commit: str, *paths: str, folders: bool = False, recursive: bool = True) -> list[Leaf]:
    """List the files of a commit at and below some paths of the ledger; with `folders`, the folders too.

    The answer of git is checked against the hashes of the folders, so an incomplete one is detected. Without `recursive`,
    the contents of subfolders are not listed, and the path of a folder must end with a slash. Raises GitError if there
    is no such commit or tree, or the answer is incomplete; RefusedError if there are more files than any ledger has.
    """
    found: list[Leaf] = []
    with git_pipe(git, "ls-tree", "-z", "-t", *(["-r"] if recursive else []), commit, "--", *paths) as pipe:
        for line in split_nul(pipe):
            if not (match := _LISTING_LINE.fullmatch(line)):
                raise TruncatedError
            mode, name, path = match.groups()
            if path.count(b"/") > MAX_DEPTH or len(found) == MAX_FILES:
                raise _too_many_files(commit, path)
            found.append(Leaf(mode.decode(), name.decode(), system.decoded(path)))
    _check_listing(git, commit, paths, found, recursive=recursive)
    return found if folders else [leaf for leaf in found if leaf.mode != "040000"]


def _check_listing(
    git: Git, commit: str, paths: Sequence[str], found: list[Leaf], *, recursive: bool
) -> None:
    """Check that the entries listed of each folder give its hash, and that nothing exists where none is listed. Raises GitError otherwise."""
    files, requested = set(paths), {path.rstrip("/") for path in paths}
    tops = tuple(f"{path}/" for path in requested)
    below: dict[str, list[bytes]] = defaultdict(list)
    folders: dict[str, str] = {}
    for mode, name, path in found:
        parent, _slash, last = path.rpartition("/")
        entry = mode.lstrip("0").encode(), system.encoded(last), bytes.fromhex(name)
        below[parent].append(b"%s %s\0%s" % entry)
        is_listed = path in requested or (recursive and ("." in requested or path.startswith(tops)))
        if mode == "040000" and is_listed:
            folders[path] = name
    entry_counts: dict[str, int] = {}
    for path, name in folders.items():
        try:
            verified(name, "tree", b"".join(below[path]))
        except GitError:
            entry_counts[name] = len(below[path])
    # Git lists some old file modes as other ones, so the hash differs; the number of entries must still be right.
    for tree in read_objects(git, entry_counts, _MAX_FOLDER_SIZE) if entry_counts else ():
        if len(_parse_folder(tree.content, tree.name)) != entry_counts[tree.name]:
            raise TruncatedError
    absent = list(requested - {leaf.path for leaf in found} - {"."})
    kinds = git.kinds(f"{commit}:./{path}" for path in absent)
    # A path with a slash at the end asks only for a folder, not for a link in its place.
    if any(kind and (path in files or kind == "tree") for path, kind in zip(absent, kinds, strict=True)):
        raise TruncatedError


def _too_many_files(commit: str, path: bytes) -> RefusedError:
    message = _("commit {commit} holds more than {n} files below {path}, or folders more than {deep} deep")
    folder = path.decode("utf-8", "backslashreplace").split("/")
    shown = "/".join(folder[: min(3, len(folder) - 1)]) or "."
    message = message.format(commit=commit[:10], n=f"{MAX_FILES:,}", path=shown, deep=MAX_DEPTH)
    return RefusedError("too-many-files", message, _("no ledger has so many: see `xuncha audit`"), "")


def large_folders(git: Git, commits: Iterable[str], seen: dict[str, str] | None = None) -> list[LargeFolder]:
    """Find the folders of the ledger that are too large in some commits (hashes); name each with the first of these commits.

    Such a folder is `data/problems`, `data/evidence`, or a folder in one of them. Every entry of the ledger's folder and of
    `data` is added to `seen`: its path, and the first commit that has it. Raises GitError if a folder that was read is damaged:
    its content does not match its hash.
    """
    commits = list(commits)
    seen = {} if seen is None else seen
    tops: dict[str, LargeFolder] = {}  # by git's name: the first place of each folder
    versions = _data_versions(git, commits, seen)
    for version, _name, content in _read_folders(git, versions):
        commit = versions[version]
        if content is None:
            return [LargeFolder(commit, "data")]
        for mode, last, name in _parse_folder(content, commit):
            seen.setdefault(f"data/{last.decode('utf-8', 'backslashreplace')}", commit)
            if mode == b"40000" and last in _DATA_NAMES:
                tops.setdefault(name.hex(), LargeFolder(commit, f"data/{last.decode()}"))
    if _all_fit(git, tops):
        return []
    sizes = _folder_sizes(git, tops)
    found: dict[str, LargeFolder] = {}
    for top, (commit, part) in tops.items():
        if sizes[top].fits:
            continue
        read = _read_folders(git, [top])
        entries = [each for _top, _name, content in read for each in _parse_folder(content or b"", top)]
        below = {system.decoded(last): sizes[name.hex()] for mode, last, name in entries if mode == b"40000"}
        too_large = [each for each, size in below.items() if not size.fits]
        other_files = sum(size.files for size in below.values() if size.fits)
        one_by_one = other_files <= MAX_FILES and 0 < len(too_large) <= _MAX_SEPARATE
        for path in [f"{part}/{each}" for each in too_large] if one_by_one else [part]:
            found.setdefault(path, LargeFolder(commit, path))
    return list(found.values())


def comparable(git: Git, commits: Sequence[str]) -> list[str]:
    """Return the commits (hashes) of which git may compare all files with those of the first parent: neither has more than a ledger may.

    Raises GitError if a folder is damaged.
    """
    names = {f"{each}{parent}^{{tree}}": each for each in commits for parent in ("", "^")}
    trees = [(names[name], tree) for name, tree, _content in _read_folders(git, names)]
    sizes = _folder_sizes(git, (tree for _commit, tree in trees))
    too_large = {commit for commit, tree in trees if not sizes[tree].fits}
    return [each for each in commits if each not in too_large]


def _data_versions(git: Git, commits: Sequence[str], seen: dict[str, str]) -> dict[str, str]:
    """Read the folders on the way to `data`, which must not be damaged either, and add the entries of the ledger's folder to `seen`.

    Returns the first commit of each version of `data`, by git's name of that version.
    """
    found: dict[str, str] = {}
    above = git.prefix.split("/")[:-1]
    for depth in range(len(above) + 1):
        path = "/".join(above[:depth])
        trees = set()
        names = {f"{commit}:{path}": commit for commit in commits}
        for folder, tree, content in _read_folders(git, names):
            if depth == len(above) and tree not in trees:
                trees.add(tree)
                commit = names[folder]
                if content is None:  # too large to be read here, but git finds `data` in it
                    found[f"{commit}:./{_DATA.decode()}"] = commit
                for mode, last, name in _parse_folder(content or b"", commit):
                    seen.setdefault(last.decode("utf-8", "backslashreplace"), commit)
                    if mode == b"40000" and last == _DATA:
                        found.setdefault(name.hex(), commit)
    return found


class _Size(NamedTuple):
    files: int  # files and folders in a folder, at any depth
    depth: int  # levels of folders, this one included

    @property
    def fits(self) -> bool:
        return self.files <= MAX_FILES and self.depth <= MAX_DEPTH


_TOO_LARGE: Final = _Size(MAX_FILES + 1, MAX_DEPTH + 1)


def _all_fit(git: Git, names: Iterable[str]) -> bool:
    """Return whether no folder can be too large, even if each were as full as the fullest one at its depth.

    This bound is quick to find for folders that hardly differ from commit to commit. Only if it exceeds the limits are the
    files counted.
    """
    waiting = dict.fromkeys(names)  # in their order, since neighbours are similar
    bound, folders = 0, 1
    for _level in range(MAX_DEPTH):
        fullest, inner = 0, 0
        below: dict[bytes | None, None] = {}
        before, ends = b"", [0]
        for name, _name, content in _read_folders(git, waiting):
            if content is None:
                return False
            place = _changed_entry(content, before, ends, len(name) // 2)
            span = () if place is None else ends[place : place + 2]
            matches = list(_FOLDER[len(name)].finditer(content, *span))
            if place is None:
                ends = [0, *(match.end() for match in matches)]
                if ends[-1] != len(content) or [match.start() for match in matches] != ends[:-1]:
                    return False
                hashes = [match[1] for match in matches]
                fullest = max(fullest, len(hashes))
                inner = max(inner, len(hashes) - hashes.count(None))
            before = content
            below.update((match[1], None) for match in matches)
        bound += folders * fullest
        folders *= inner
        waiting = dict.fromkeys(each.hex() for each in below if each)
        if bound > MAX_FILES or not waiting:
            return bound <= MAX_FILES
    return False


def _changed_entry(content: bytes, before: bytes, ends: Sequence[int], hash_length: int) -> int | None:
    """Return the index of the only entry in which a folder differs from another one, if just its hash differs.

    That is what most commits change in a folder. None if anything else differs. `ends` holds 0 and the end of each entry, in bytes.
    """
    if len(content) != len(before):
        return None
    place = bisect_left(
        range(1, len(ends)), True, key=lambda number: content[: ends[number]] != before[: ends[number]]
    )
    if place + 1 == len(ends):
        return None
    end = ends[place + 1]
    is_same = content[end:] == before[end:] and content[: end - hash_length] == before[: end - hash_length]
    return place if is_same else None


def _folder_sizes(git: Git, names: Iterable[str]) -> Mapping[str, _Size]:
    """Count the files and levels of folders, by git's names of them; each folder is read once."""
    below: dict[str, tuple[int, tuple[str, ...]]] = {}
    interned: dict[bytes, str] = {}
    waiting = set(names)
    for _level in range(MAX_DEPTH + 1):
        for name, _name, content in _read_folders(git, waiting):
            if content is not None:
                entries = _parse_folder(content, name)
                inner = [each for mode, _last, each in entries if mode == b"40000"]
                names_of = (interned.get(each) or interned.setdefault(each, each.hex()) for each in inner)
                below[name] = len(entries), tuple(names_of)
        waiting = {each for name in waiting if name in below for each in below[name][1]} - below.keys()
    sizes: dict[str, _Size] = {}

    def size(name: str, depth: int) -> _Size:
        if name not in sizes:
            if name not in below or not depth:
                return _TOO_LARGE
            count, inner = below[name]
            parts = [sizes[each] if each in sizes else size(each, depth - 1) for each in inner]
            total = min(count + sum([each.files for each in parts]), MAX_FILES + 1)
            sizes[name] = _Size(total, max([each.depth for each in parts], default=0) + 1)
        return sizes[name]

    return defaultdict(lambda: _TOO_LARGE, {name: size(name, MAX_DEPTH + 1) for name in below})


def _read_folders(git: Git, names: Iterable[str]) -> Iterator[tuple[str, str, bytes | None]]:
    """Read folder objects by any names of them; other objects are skipped.

    Yields for each the name that was given, git's own name, and its bytes; None instead of the bytes if it is too large.
    """
    if not (names := list(names)):
        return
    lines = system.encoded("".join(f"{name}\n" for name in names))
    with git_pipe(git, "cat-file", "--batch", "--buffer", stdin=lines) as pipe:
        # Git's output comes first in `zip`: so it is read, and checked, to its end.
        for (own, kind, size, blocks), name in zip(read_batch(pipe, len(names)), names, strict=False):
            if kind == "tree":
                is_read = size <= _MAX_FOLDER_SIZE
                yield name, own, verified(own, kind, b"".join(blocks)) if is_read else None


def _parse_folder(content: bytes, name: str) -> list[tuple[bytes, bytes, bytes]]:
    """Parse a folder object into mode, file name and hash of each entry; `name`, the folder's own hash, shows how long hashes are.

    Raises GitError if a file name is a path into another folder: when git writes files out, such an entry replaces the file there.
    """
    found: list[tuple[bytes, bytes, bytes]] = _ENTRY[len(name)].findall(content)
    if path_like := next((last for _mode, last, _name in found if b"/" in last), None):
        text = _("a folder at {commit} is damaged: it contains an entry whose name is a path, {path}")
        path = path_like.decode("utf-8", "backslashreplace")
        raise GitError(text.format(commit=name[:10], path=without_unsafe(path, "\N{REPLACEMENT CHARACTER}")))
    return found
