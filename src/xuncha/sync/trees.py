"""Trees of two histories brought together by git, with our driver for records."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.sync import registration, sharing
from xuncha.trail.git import Git, GitError, literal
from xuncha.trail.objects import at_the_top

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_CONFLICTS = 1


def woven(git: Git, ours: str, theirs: str, own: Sequence[str]) -> tuple[str, list[str]]:
    """The tree in which git brings two commits together, and the files in which it cannot, from the top of the repository.

    Args:
        git: where they are.
        ours: the one commit.
        theirs: the other one.
        own: how the paths begin of which it does not matter what git makes of them.

    Raises:
        SurroundingsError: this git cannot do that without a working tree.
    """
    try:
        printed = at_the_top(git).run(
            "-c", f"merge.xuncha.driver={_driver(git, own)}", "merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs,
            answers=(0, _CONFLICTS),
        )  # fmt: skip
    except GitError as error:
        if "write-tree" in error.said or "usage:" in error.said:
            raise SurroundingsError(
                "git-too-old",
                _("this git is too old to bring two histories together safely: git 2.38 or later is needed"),
                _("install a newer one (https://git-scm.com); nothing was changed"),
            ) from error
        raise
    tree, *paths = printed.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return tree, [path for path in dict.fromkeys(paths) if path]


def _driver(git: Git, own: Sequence[str]) -> str:
    """The driver for records, such as those of another ledger of the repository; quick where nobody asks for its answer."""
    usual = registration.registered(git) or registration.command()
    cases = "|".join(f"{shlex.quote(start.replace('%', '%%'))}*" for start in own)
    return f"case %P in {cases}) exit 0;; esac; {usual}"


def entered_anew(git: Git, without: str, commit: str, known: Collection[str]) -> set[str]:
    """Which of these paths hold something else now: it was taken back and entered again by commits that the other history has not."""
    form = ("--format=", "--name-only", "-z", "--diff-filter=A", "--no-renames", "--relative")
    span = f"{without}..{commit}"
    listed = git.run("log", *form, span, "--", "data/problems").replace(b"\n", b"\0").split(b"\0")
    entered = {os.fsdecode(path) for path in listed if path}
    return {
        path for path in entered & set(known) if not sharing.behind(git, _entry(git, commit, path), without)
    }


def _entry(git: Git, commit: str, path: str) -> str:
    """The commit by which a file that is there came to be there.

    Asked for one file, git does not look at the side of a merge from which it took nothing of it: there, something else
    may have stood under this number.
    """
    return git.text(
        "log", "-1", "--format=%H", "--diff-filter=A", "--no-renames", commit, "--", *literal([path])
    )
