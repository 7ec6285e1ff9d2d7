"""Commit some files of a ledger, whatever else is staged, with the hooks and the signing that are set up."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Final

from xuncha import system
from xuncha.trail.git import MANY, Git, GitError, literal

_UTF8: Final = ("-c", "i18n.commitEncoding=UTF-8")  # whatever is set up for what others write
_AT_ONCE: Final = ("-c", "core.fsyncMethod=batch")
"""Brings many objects to the disk together; a git before 2.36 does it one by one."""


def commit(git: Git, message: str, paths: Sequence[str], *, new: Sequence[str], signed: bool = False) -> None:
    """Commit these files alone; `new` are those of them that git does not know yet.

    `signed` asks for a signature even where git is not set up to give one. Raises GitError if it was refused; the index is
    as it was.
    """
    options = ["--quiet", *(["--gpg-sign"] if signed else []), "--file=-"]
    asked, content = (*_UTF8, "commit", *options), message.encode()
    at_once = len(paths) >= MANY
    if at_once:
        git.run("diff", "--cached", "--quiet", "--no-ext-diff", answers=(0, 1))
        at_once = git.ended == 0  # nothing else is staged
    git = Git(git.root, writes=True)
    if at_once:
        try:
            _list(git, paths, "--add", "--remove")
            git.run(*asked, stdin=content)
        except BaseException:
            known = system.encoded("\0".join(literal(set(paths) - set(new))))
            with contextlib.suppress(GitError):  # the index is locked: then nothing was added either
                _list(git, new, "--force-remove")
                if known:
                    by_list = ("--pathspec-from-file=-", "--pathspec-file-nul")
                    git.run("reset", "--quiet", *by_list, stdin=known)
            raise
        return
    try:
        if new:
            git.run("add", "--force", "--intent-to-add", "--", *literal(new))  # .gitignore or not
        git.run(*asked, "--only", "--", *literal(paths), stdin=content)
    except BaseException:
        if new:
            with contextlib.suppress(GitError):  # as above
                git.run("rm", "--cached", "--quiet", "--ignore-unmatch", "--", *literal(new))
        raise


def _list(git: Git, paths: Sequence[str], *options: str) -> None:
    listed = system.encoded("".join(f"{path}\0" for path in paths))
    git.run(*_AT_ONCE, "update-index", *options, "-z", "--stdin", stdin=listed)
