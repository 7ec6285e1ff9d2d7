"""Git itself."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from xuncha.doctor.catalogue import Ailment, check
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.doctor.around import Around

_OLDEST: Final = (2, 38)
_TRUST = re.compile(r"git config --global --add safe\.directory .+")


@check(
    "no-git",
    "error",
    needs="nothing",
    well=lambda: _("git runs"),
    why="Every change is a commit: without git a ledger can be looked at, and not changed.",
    mend="install git (https://git-scm.com), and see that `git --version` answers in a new window",
)
def no_git(around: Around) -> Iterator[Ailment]:
    """Git is not installed, not in PATH, or does not run."""
    if around.version is None:
        yield Ailment(
            _("git is not installed, or does not run: nothing can be changed"),
            _("install git (https://git-scm.com) and try again"),
        )


@check(
    "old-git",
    "warning",
    needs="git",
    well=lambda: _("git is new enough"),
    why="`sync` merges without touching the files that are being worked on, which git can do since 2.38.",
    mend="install a newer git; all but `sync` works without",
)
def old_git(around: Around) -> Iterator[Ailment]:
    """Git is older than 2.38."""
    if around.version is not None and around.version < _OLDEST:
        yield Ailment(
            _("git {version} is too old for `xuncha sync`, which needs 2.38; all else works").format(
                version=".".join(map(str, around.version))
            ),
            _("install a newer git (https://git-scm.com)"),
        )


@check(
    "no-repository",
    "error",
    needs="nothing",
    well=lambda: _("the ledger is in a git repository"),
    why="A ledger outside a repository has no history, and cannot be changed by a command.",
    mend="git init && git add -A && git commit -m 台账",
)
def no_repository(around: Around) -> Iterator[Ailment]:
    """The ledger is in no repository."""
    if around.folder is None:
        yield Ailment(
            _("the ledger is in no git repository: it has no history, and cannot be changed"),
            "git init && git add -A && git commit -m 台账",
        )


@check(
    "not-yours",
    "error",
    needs="folder",
    well=lambda: _("git trusts this folder"),
    why="Git does not open a repository that belongs to another account, since its settings can start programs.",
    mend="the command that git itself names: git config --global --add safe.directory PATH; on a share, once on each computer",
)
def not_yours(around: Around) -> Iterator[Ailment]:
    """Git refuses the folder of another owner."""
    if around.distrusted:
        match = _TRUST.search(around.refusal or "")
        yield Ailment(
            _("the folder belongs to another account, so git does not open it"),
            match[0].strip() if match else f"git config --global --add safe.directory '{around.root}'",
        )


@check(
    "git-refuses",
    "error",
    needs="trust",
    well=lambda: _("git opens the repository"),
    why="A damaged `.git`, or a line in git's settings that it cannot read, stops every command of git.",
    mend="git names the file and the line; where the repository itself is damaged, make a fresh clone beside it",
)
def git_refuses(around: Around) -> Iterator[Ailment]:
    """Git does not open the repository for another reason."""
    if around.refusal is not None:
        yield Ailment(_("git does not open the repository: {said}").format(said=around.refusal), "git status")


@check(
    "no-user",
    "error",
    needs="repository",
    well=lambda: _("git knows who you are"),
    why="A commit names who made it, and git makes none without.",
    mend="git config --global user.name 姓名 && git config --global user.email 邮箱",
)
def no_user(around: Around) -> Iterator[Ailment]:
    """Git knows no name or no e-mail; or has guessed them."""
    mend = "git config --global user.name 姓名 && git config --global user.email 邮箱"
    try:
        name, address = around.git.user()
    except SurroundingsError:
        yield Ailment(_("git does not know who you are, and makes no commit"), mend)
        return
    set_up = {
        around.ask("config", "--get", "user.email"),
        os.environ.get("GIT_AUTHOR_EMAIL"),
        os.environ.get("EMAIL"),
    }
    if not any(set_up):
        yield Ailment(
            _("git has only guessed who you are: {name} <{address}>").format(name=name, address=address),
            mend,
            milder=True,
        )
