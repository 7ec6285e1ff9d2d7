"""Make trees and commits in git's objects alone: the working tree and the index change only when they are finished."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from xuncha import system
from xuncha.model.identity import PARTS
from xuncha.system import temporary_folder
from xuncha.trail.git import UTF8, Git, literals
from xuncha.trail.limits import ls_tree


class StoredFile(NamedTuple):
    """A file as git keeps it."""

    mode: str
    blob: str


Listing = dict[str, StoredFile]  # the files of a ledger at one commit, by path
Changes = dict[str, StoredFile | None]  # the new versions of files, by path; None removes one


def listing(git: Git, commit: str) -> Listing:
    """List the files of the ledger at a commit. Raises RefusedError if there are more than any ledger has."""
    return {leaf.path: StoredFile(leaf.mode, leaf.name) for leaf in ls_tree(git, commit, *PARTS)}


def store(git: Git, contents: Sequence[bytes]) -> list[str]:
    """Store contents in git unchanged, and return their hashes in the same order."""
    with temporary_folder() as folder:
        paths = [folder / str(number) for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        return git.hash_files(paths, "-w", "--no-filters")


def changed_tree(git: Git, tree: str, changes: Changes) -> str:
    """Make a tree in which some files are changed, and return its hash."""
    lines = []
    for path, held in sorted(changes.items(), key=lambda item: item[1] is not None):  # removals make room
        mode, blob = held or ("0", "0" * len(tree))
        lines.append(f"{mode} {blob}\t".encode() + system.encoded(git.prefix + path) + b"\0")
    with temporary_folder() as folder:
        index = {"GIT_INDEX_FILE": str(folder / "index")}
        git.run("read-tree", tree, environ=index)
        git.run("update-index", "-z", "--index-info", stdin=b"".join(lines), environ=index)
        return git.run("write-tree", environ=index).decode().strip()


def commit(git: Git, tree: str, parents: Iterable[str], message: str) -> str:
    """Make a commit, signed if git is set up to sign, and return its hash."""
    sign = git.run("config", "--type=bool", "commit.gpgSign", ok_codes=(0, 1)).strip() == b"true"
    options = [option for parent in parents for option in ("-p", parent)]
    options += ["-S"] if sign else []
    return git.text(*UTF8, "commit-tree", tree, *options, "-F", "-", stdin=message.encode())


def git_at_top(git: Git) -> Git:
    """Return git at the top of the repository, where it names files relative to the top."""
    return Git(Path(git.text("rev-parse", "--show-toplevel")), writes=git.writes)


def diff_files(git: Git, before: str, after: str) -> Iterator[tuple[str, str, str]]:
    """Yield the files of the whole repository that differ between two commits.

    Each comes with its path from the top of the repository, and its blob in both commits; zeros where it does not exist.
    """
    words = git.fields("diff-tree", "-r", "-z", "--no-renames", before, after, size=2)
    for facts, path in zip(words[::2], words[1::2], strict=True):
        _old, _new, blob_before, blob_after, _kind = facts.split(" ")
        yield path, blob_before, blob_after


def blocking_files(git: Git, before: str, after: str) -> list[str]:
    """Return the files, from the top of the repository, that have uncommitted changes and would be overwritten."""
    dirty = set(git_at_top(git).changed_files())
    return [path for path, _old, _new in diff_files(git, before, after) if path in dirty] if dirty else []


def fast_forward(git: Git, commit: str) -> None:
    """Move the checked-out branch, its index and its files forward to a later commit. Raises GitError if something is in the way."""
    git.run("merge", "--ff-only", "--quiet", "--no-stat", "--no-autostash", "--no-overwrite-ignore", commit)


def fast_forward_remains(git: Git, before: str, after: str) -> Mapping[str, str]:
    """Find what an interrupted fast-forward has left in files and index, if the branch itself was not moved yet.

    Returns the files, from the top of the repository, each with the blob that it had before.
    """
    if git.text("rev-parse", "HEAD") != before:
        return {}
    top = git_at_top(git)
    differing = list(diff_files(git, before, after))
    existing = [path for path, _old, _new in differing if (top.root / path).is_file()]
    present = dict(zip(existing, top.hash_files(existing), strict=True))
    staged = top.staged()
    nothing = "0" * len(before)
    remains = {}
    for path, old, new in differing:
        actual = present.get(path, nothing)
        if actual == staged.get(path, nothing) == old:
            continue
        if actual not in {old, new, nothing}:
            # If git was killed while it wrote the file, it holds the first part of its new content.
            if new == nothing:
                continue
            target = top.run("cat-file", "--filters", f"--path={path}", new)
            if not target.startswith((top.root / path).read_bytes()):
                continue
        remains[path] = old
    return remains


def undo_fast_forward(git: Git, remains: Mapping[str, str]) -> None:
    """Undo what an interrupted fast-forward has left."""
    top = git_at_top(git)
    restored = [path for path, blob in remains.items() if blob.strip("0")]
    if remains:
        names = system.encoded("\0".join(literals(remains)))
        top.run("reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul", stdin=names)
    if restored:
        top.run("checkout-index", "--force", "-z", "--stdin", stdin=system.encoded("\0".join(restored)))
    for path in remains.keys() - {*restored}:
        (top.root / path).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # the folder holds other files
            (top.root / path).parent.rmdir()
