"""Trees and commits made in git's objects alone: the working tree and the index do not see them before they are finished."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from xuncha import system
from xuncha.model.identity import PARTS
from xuncha.system import temporary_folder
from xuncha.trail.git import UTF8, Git, literal
from xuncha.trail.limits import listed


class Held(NamedTuple):
    """A file as git holds it."""

    mode: str
    blob: str


Listing = dict[str, Held]  # the files of a ledger at one commit, by their paths
Changes = dict[str, Held | None]  # what becomes of files; None takes one away


def listing(git: Git, commit: str) -> Listing:
    """List the settings, the problems, the measures and their evidence at a commit. Raises RefusedError if there are more than any ledger has."""
    return {leaf.path: Held(leaf.mode, leaf.name) for leaf in listed(git, commit, *PARTS)}


def store(git: Git, contents: Sequence[bytes]) -> list[str]:
    """Keep contents as they are, and return their names, in order."""
    with temporary_folder() as folder:
        paths = [folder / str(number) for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        return git.hash_files(paths, "-w", "--no-filters")


def changed(git: Git, tree: str, changes: Changes) -> str:
    """Make a tree in which some files are changed, and return its name."""
    above = git.run("rev-parse", "--show-prefix").rstrip(b"\n")
    lines = []
    for path, held in sorted(changes.items(), key=lambda item: item[1] is not None):  # what goes makes room
        mode, blob = held or ("0", "0" * len(tree))
        lines.append(f"{mode} {blob}\t".encode() + above + system.encoded(path) + b"\0")
    with temporary_folder() as folder:
        index = {"GIT_INDEX_FILE": str(folder / "index")}
        git.run("read-tree", tree, surroundings=index)
        git.run("update-index", "-z", "--index-info", stdin=b"".join(lines), surroundings=index)
        return git.run("write-tree", surroundings=index).decode().strip()


def commit(git: Git, tree: str, parents: Iterable[str], message: str) -> str:
    """Make a commit, signed where git is set up to sign, and return its name."""
    sign = git.run("config", "--type=bool", "commit.gpgSign", answers=(0, 1)).strip() == b"true"
    options = [option for parent in parents for option in ("-p", parent)] + ["-S"] * sign
    return git.text(*UTF8, "commit-tree", tree, *options, "-F", "-", stdin=message.encode())


def at_the_top(git: Git) -> Git:
    """Give git at the top of the repository, where it names files from there."""
    return Git(Path(git.text("rev-parse", "--show-toplevel")), writes=git.writes)


def arrivals(git: Git, before: str, after: str) -> Iterator[tuple[str, str, str]]:
    """Find the files of the whole repository that differ between two commits.

    Yields for each its path from the top of the repository, and its blob in either commit; zeros where there is no file.
    """
    words = git.words("diff-tree", "-r", "-z", "--no-renames", before, after, by=2)
    for facts, path in zip(words[::2], words[1::2], strict=True):
        _old, _new, one, other, _kind = facts.split(" ")
        yield path, one, other


def in_the_way(git: Git, before: str, after: str) -> list[str]:
    """Find the files, from the top of the repository, that have changes of their own and would be written over."""
    dirty = set(at_the_top(git).by_hand())
    return [path for path, _old, _new in arrivals(git, before, after) if path in dirty] if dirty else []


def fast_forward(git: Git, commit: str) -> None:
    """Bring the branch that is checked out, its index and its files to a commit that follows it. Raises GitError if something is in the way."""
    git.run("merge", "--ff-only", "--quiet", "--no-stat", "--no-autostash", "--no-overwrite-ignore", commit)


def half_arrived(git: Git, before: str, after: str) -> Mapping[str, str]:
    """Find what a fast-forward that was cut short has left in files and index; the branch still stands where it stood.

    Returns the files, from the top of the repository, each with the blob that it had before.
    """
    if git.text("rev-parse", "HEAD") != before:
        return {}
    top = at_the_top(git)
    waiting = list(arrivals(git, before, after))
    there = [path for path, _old, _new in waiting if (top.root / path).is_file()]
    present = dict(zip(there, top.hash_files(there), strict=True))
    staged = top.staged()
    nothing = "0" * len(before)
    left = {}
    for path, old, new in waiting:
        here = present.get(path, nothing)
        if here == staged.get(path, nothing) == old:
            continue
        if here not in {old, new, nothing}:
            # Git was killed while it wrote the file if this is the first part of what it was to become.
            begun = (top.root / path).read_bytes()
            wanted = b"" if new == nothing else top.run("cat-file", "--filters", f"--path={path}", new)
            if new == nothing or not wanted.startswith(begun):
                continue
        left[path] = old
    return left


def unwind(git: Git, left: Mapping[str, str]) -> None:
    """Take back what a fast-forward that was cut short has left."""
    top = at_the_top(git)
    back = [path for path, blob in left.items() if blob.strip("0")]
    if left:
        names = system.encoded("\0".join(literal(left)))
        top.run("reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", stdin=names)
    if back:
        top.run("checkout-index", "--force", "-z", "--stdin", stdin=system.encoded("\0".join(back)))
    for path in left.keys() - {*back}:
        (top.root / path).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # other files are in it
            (top.root / path).parent.rmdir()
