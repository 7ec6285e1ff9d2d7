"""The state of the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xuncha.doctor.catalogue import Ailment, check
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.store.files import TEMPORARY
from xuncha.sync.sharing import unfinished_operations
from xuncha.trail.git import detached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.doctor.around import Around

_SHOWN: Final = 3


@check(
    "no-commit",
    "warning",
    needs="repository",
    well=lambda: _("there is a commit to go back to"),
    why="What was never committed is in no history, and nothing brings it back.",
    mend="git add -A && git commit -m 台账",
)
def no_commit(around: Around) -> Iterator[Ailment]:
    """Nothing has been committed yet."""
    if around.head is None:
        yield Ailment(
            _("nothing has been committed yet, so nothing could be brought back"),
            "git add -A && git commit -m 台账",
        )


@check(
    "unfinished",
    "error",
    needs="repository",
    well=lambda: _("no merge or rebase is half done"),
    why="While git waits for a merge, a rebase, a cherry-pick or a revert to be concluded, it refuses the commits of commands.",
    mend="conclude it: git merge --continue; or give it up: git merge --abort (rebase, cherry-pick, revert likewise)",
)
def unfinished(around: Around) -> Iterator[Ailment]:
    """A merge, rebase, cherry-pick or revert waits to be concluded."""
    for name in unfinished_operations(around.folder):
        yield Ailment(
            _("a git {what} is half done, and until then nothing can be committed").format(what=name),
            _("conclude it: {one}; or give it up: {other}").format(
                one=f"git {name} --continue", other=f"git {name} --abort"
            ),
        )


@check(
    "detached",
    "warning",
    needs="commit",
    well=lambda: _("a branch is checked out"),
    why="What is committed on no branch is lost from sight with the next `git switch`.",
    mend="git switch main; to keep what was committed meanwhile, before that: git branch 保留",
)
def no_branch(around: Around) -> Iterator[Ailment]:
    """No branch is checked out; a rebase, which does that on purpose, is told by itself."""
    if not detached(around.root) or unfinished_operations(around.folder):
        return
    branches = (around.ask("for-each-ref", "--format=%(refname:short)", "refs/heads") or "").split()
    main = next((name for name in ("main", "master") if name in branches), (branches or ["main"])[0])
    lost = around.ask("rev-list", "--count", "HEAD", "--not", "--branches", "--remotes", "--tags") or "0"
    if lost != "0":
        yield Ailment(
            _("no branch is checked out, and commits on none: {n}").format(n=lost),
            f"git branch 保留 && git switch {main} && git merge 保留",
        )
    else:
        yield Ailment(_("no branch is checked out: what is committed now is on none"), f"git switch {main}")


@check(
    "replaced",
    "warning",
    needs="repository",
    well=lambda: _("git shows the history that it holds"),
    why="`git replace` has git show another object than the one that is meant. The commands look behind that; whoever types git does not.",
    mend="git replace -d on what is named",
)
def replaced(around: Around) -> Iterator[Ailment]:
    """The repository holds replacements."""
    found = around.paths("for-each-ref", "--format=%(refname:lstrip=2)%00", "refs/replace")
    names = [name.strip() for name in found if name.strip()]
    if names:
        yield Ailment(
            ngettext(
                "git is told to show something else than it holds: {n} replacement",
                "git is told to show something else than it holds: {n} replacements",
                len(names),
            ).format(n=len(names)),
            f"git replace -d {' '.join(names[:_SHOWN])}",
        )


@check(
    "uncommitted",
    "warning",
    needs="commit",
    well=lambda: _("every change of the ledger is committed"),
    why="What was changed by hand and not committed is in no history; commands refuse to mix their change into it.",
    mend="keep it: xuncha edit, or xuncha edit with the number; or take it back: git restore data",
)
def uncommitted(around: Around) -> Iterator[Ailment]:
    """Files of the ledger differ from the last commit."""
    above = around.ask("rev-parse", "--show-prefix") or ""
    # Without the option git would write its index anew: the doctor changes nothing.
    listed = around.paths("--no-optional-locks", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", "data", "templates")  # fmt: skip
    paths = [entry[len("XY ") :].removeprefix(above) for entry in listed]
    paths = [path for path in paths if not path.rpartition("/")[2].startswith(TEMPORARY)]
    if not paths:
        return
    named = _(", ").join(paths[:_SHOWN]) + (" …" if len(paths) > _SHOWN else "")
    yield Ailment(
        ngettext(
            "{n} file of the ledger is not committed: {paths}",
            "{n} files of the ledger are not committed: {paths}",
            len(paths),
        ).format(n=len(paths), paths=named),
        _("keep: {one}; or take back: {other}").format(one="xuncha edit", other="git restore data"),
    )
