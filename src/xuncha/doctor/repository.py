"""The state of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xuncha.doctor.surroundings import CHECKS, some
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.store.files import TEMPORARY
from xuncha.sync.sharing import unfinished_operations
from xuncha.trail.git import detached

if TYPE_CHECKING:
    from xuncha.doctor.surroundings import Ailments, Surroundings

_SHOWN: Final = 3


@CHECKS.rule(
    "no-commit",
    "warning",
    scope="repository",
    why="What was never committed is in no history, and nothing brings it back.",
    wrong="Nothing has been committed yet.",
    right="git add -A && git commit -m 台账",
)
def _no_commit(around: Surroundings) -> Ailments:
    if "commit" not in around.scopes:
        said = _("nothing has been committed yet, so nothing could be brought back")
        yield None, said, "git add -A && git commit -m 台账"


@CHECKS.rule(
    "unfinished",
    scope="repository",
    why="While git waits for a merge, a rebase, a cherry-pick or a revert to be concluded, it refuses the commits of commands.",
    wrong="A merge, rebase, cherry-pick or revert waits to be concluded.",
    right="conclude it: git merge --continue; or give it up: git merge --abort (rebase, cherry-pick, revert likewise)",
)
def _unfinished(around: Surroundings) -> Ailments:
    for name in unfinished_operations(around.folder):
        said = _("a git {what} is half done, and until then nothing can be committed").format(what=name)
        mend = _("conclude it: {one}; or give it up: {other}")
        yield None, said, mend.format(one=f"git {name} --continue", other=f"git {name} --abort")


@CHECKS.rule(
    "detached",
    "warning",
    scope="commit",
    why="What is committed on no branch is lost from sight with the next `git switch`.",
    wrong="No branch is checked out; a rebase, which does that on purpose, is told by itself.",
    right="git switch main; to keep what was committed meanwhile, before that: git branch 保留",
)
def _no_branch(around: Surroundings) -> Ailments:
    if not detached(around.root) or unfinished_operations(around.folder):
        return
    branches = (around.ask("for-each-ref", "--format=%(refname:short)", "refs/heads") or "").split()
    main = next((name for name in ("main", "master") if name in branches), (branches or ["main"])[0])
    lost = around.ask("rev-list", "--count", "HEAD", "--not", "--branches", "--remotes", "--tags") or "0"
    if lost == "0":
        said = _("no branch is checked out: what is committed now is on none")
        yield None, said, f"git switch {main}"
    else:
        said = _("no branch is checked out, and commits on none: {n}").format(n=lost)
        yield None, said, f"git branch 保留 && git switch {main} && git merge 保留"


@CHECKS.rule(
    "replaced",
    "warning",
    scope="repository",
    why="`git replace` has git show another object than the one that is meant. The commands look behind that; whoever types git does not.",
    wrong="The repository holds replacements.",
    right="git replace -d on what is named",
)
def _replaced(around: Surroundings) -> Ailments:
    if names := (around.ask("replace", "--list") or "").split():
        said = ngettext(
            "git is told to show something else than it holds: {n} replacement",
            "git is told to show something else than it holds: {n} replacements",
            len(names),
        )
        yield None, said.format(n=len(names)), f"git replace -d {' '.join(names[:_SHOWN])}"


@CHECKS.rule(
    "uncommitted",
    "warning",
    scope="commit",
    why="What was changed by hand and not committed is in no history; commands refuse to mix their change into it.",
    wrong="Files of the ledger differ from the last commit.",
    right="keep it: xuncha edit, or xuncha edit with the number; or take it back: git restore data",
)
def _uncommitted(around: Surroundings) -> Ailments:
    above = around.ask("rev-parse", "--show-prefix") or ""
    # Without the first option git would write its index anew: the doctor changes nothing.
    options = ("--no-optional-locks", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
    listed = around.paths(*options, "--", "data", "templates")
    paths = [entry[len("XY ") :].removeprefix(above) for entry in listed]
    paths = [path for path in paths if not path.rpartition("/")[2].startswith(TEMPORARY)]
    if paths:
        said = ngettext(
            "{n} file of the ledger is not committed: {paths}",
            "{n} files of the ledger are not committed: {paths}",
            len(paths),
        ).format(n=len(paths), paths=some(paths, _SHOWN))
        mend = _("keep: {one}; or take back: {other}")
        yield None, said, mend.format(one="xuncha edit", other="git restore data")
