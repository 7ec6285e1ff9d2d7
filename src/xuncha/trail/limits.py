"""Limits on what a commit may hold below the ledger's folder: a few nested objects of git can mean more files than fit in memory."""

from __future__ import annotations

import re
from typing import Final

from xuncha import system
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.trail.contents import git_pipe, split_nul
from xuncha.trail.git import Git, Leaf, TruncatedError

MAX_FILES: Final = 200_000  # files and folders that a ledger may have at one commit
MAX_DEPTH: Final = 16  # levels of folders below the ledger's own
_LISTING_LINE: Final = re.compile(rb"([0-9]{6}) [a-z]+ ([0-9a-f]{40}(?:[0-9a-f]{24})?)\t(.*)", re.DOTALL)
"""A line of `git ls-tree`: the mode, the kind, git's name of the content, and the path."""


def ls_tree(git: Git, commit: str, *paths: str, folders: bool = False, recursive: bool = True) -> list[Leaf]:
    """List the files of a commit at and below some paths of the ledger; with `folders`, the folders too.

    Without `recursive`, the contents of subfolders are not listed, and the path of a folder must end with a slash. Raises
    GitError if there is no such commit or tree, or git says nothing about what exists; RefusedError if there are more files
    than any ledger has.
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
    if not found and any(git.kinds(f"{commit}:./{path.rstrip('/')}" for path in paths)):
        raise TruncatedError
    return found if folders else [leaf for leaf in found if leaf.mode != "040000"]


def _too_many_files(commit: str, path: bytes) -> RefusedError:
    message = _("commit {commit} holds more than {n} files below {path}, or folders more than {deep} deep")
    folder = path.decode("utf-8", "backslashreplace").split("/")
    shown = "/".join(folder[: min(3, len(folder) - 1)]) or "."
    message = message.format(commit=commit[:10], n=f"{MAX_FILES:,}", path=shown, deep=MAX_DEPTH)
    return RefusedError("too-many-files", message)
