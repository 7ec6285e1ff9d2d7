"""Git itself."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

from xuncha.doctor.surroundings import CHECKS
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.doctor.surroundings import Ailments, Surroundings

_OLDEST: Final = (2, 38)
_TRUST: Final = re.compile(r"git config --global --add safe\.directory .+")
_BEGIN: Final = "git init && git add -A && git commit -m 台账"
_NAME_YOURSELF: Final = "git config --global user.name 姓名 && git config --global user.email 邮箱"


@CHECKS.rule(
    "no-git",
    why="Every change is a commit: without git a ledger can be looked at, and not changed.",
    wrong="Git is not installed, not in PATH, or does not run.",
    right="install git (https://git-scm.com), and see that `git --version` answers in a new window",
)
def _no_git(around: Surroundings) -> Ailments:
    if around.version is None:
        said = _("git is not installed, or does not run: nothing can be changed")
        yield None, said, _("install git (https://git-scm.com) and try again")


@CHECKS.rule(
    "old-git",
    "warning",
    scope="git",
    why="`sync` merges without touching the files that are being worked on, which git can do since 2.38.",
    wrong="Git is older than 2.38.",
    right="install a newer git; all but `sync` works without",
)
def _old_git(around: Surroundings) -> Ailments:
    if around.version and around.version < _OLDEST:
        said = _("git {version} is too old for `xuncha sync`, which needs 2.38; all else works")
        version = ".".join(map(str, around.version))
        yield None, said.format(version=version), _("install a newer git (https://git-scm.com)")


@CHECKS.rule(
    "no-repository",
    why="A ledger outside a repository has no history, and cannot be changed by a command.",
    wrong="The ledger is in no repository.",
    right=_BEGIN,
)
def _no_repository(around: Surroundings) -> Ailments:
    if around.folder is None:
        yield (
            None,
            _("the ledger is in no git repository: it has no history, and cannot be changed"),
            _BEGIN,
        )


@CHECKS.rule(
    "not-yours",
    scope="folder",
    why="Git does not open a repository that belongs to another account, since its settings can start programs.",
    wrong="Git refuses the folder of another owner.",
    right="the command that git itself names: git config --global --add safe.directory PATH; on a share, once on each computer",
)
def _not_yours(around: Surroundings) -> Ailments:
    if around.is_distrusted:
        match = _TRUST.search(around.refusal or "")
        mend = match[0].strip() if match else f"git config --global --add safe.directory '{around.root}'"
        yield None, _("the folder belongs to another account, so git does not open it"), mend


@CHECKS.rule(
    "git-refuses",
    scope="trust",
    why="A damaged `.git`, or a line in git's settings that it cannot read, stops every command of git.",
    wrong="Git does not open the repository for another reason.",
    right="git names the file and the line; where the repository itself is damaged, make a fresh clone beside it",
)
def _git_refuses(around: Surroundings) -> Ailments:
    if around.refusal is not None:
        said = _("git does not open the repository: {said}").format(said=around.refusal)
        yield None, said, "git status"


@CHECKS.rule(
    "no-user",
    scope="repository",
    why="A commit names who made it, and git makes none without.",
    wrong="Git knows no name or no e-mail; or has guessed them.",
    right=_NAME_YOURSELF,
)
def _no_user(around: Surroundings) -> Ailments:
    try:
        name, address = around.git.user()
    except SurroundingsError:
        yield None, _("git does not know who you are, and makes no commit"), _NAME_YOURSELF
        return
    variables = [os.environ.get(variable) for variable in ("GIT_AUTHOR_EMAIL", "EMAIL")]
    if not any([*variables, around.ask("config", "--get", "user.email")]):
        said = _("git has only guessed who you are: {name} <{address}>")
        yield "note", said.format(name=name, address=address), _NAME_YOURSELF
