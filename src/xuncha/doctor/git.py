"""Git and the repository."""

from __future__ import annotations

import os
import shlex
from typing import Final

from xuncha.doctor.surroundings import CHECKS, DoctorFindings, Surroundings
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.language import listed, mark, ngettext
from xuncha.store.files import TEMPORARY
from xuncha.sync import registration
from xuncha.sync.sharing import unfinished_operations
from xuncha.system import find_program
from xuncha.trail.presence import hidden_files
from xuncha.trail.programs import program_settings
from xuncha.trail.repository import is_detached
from xuncha.trail.runner import TRUST_COMMAND

_OLDEST: Final = (2, 38)
_COMMIT_COMMAND: Final = "git add -A && git commit -m 台账"
_INIT_COMMAND: Final = f"git init && {_COMMIT_COMMAND}"
_NAME_COMMAND: Final = "git config --global user.name 姓名 && git config --global user.email 邮箱"
_LIMIT: Final = 3  # names that a message or a command lists


@CHECKS.rule("no-git", well=mark("git runs"),
    why="Every change is a commit: without git a ledger can be viewed but not changed.",
    wrong="Git is not installed, not in PATH, or does not run.",
    right="install git (https://git-scm.com), and check that `git --version` works in a new window",
)  # fmt: skip
def _no_git(surroundings: Surroundings) -> DoctorFindings:
    if surroundings.version is None:
        message = _("git does not run, and nothing can be changed: {said}", said=surroundings.version_output)
        install = _("install git (https://git-scm.com) and try again")
        # A git that is there names what is wrong, such as a line of its settings.
        yield None, message, "git --version" if find_program("git") else install


@CHECKS.rule("old-git", "warning", scope="git", well=mark("git is new enough"),
    why="`sync` merges without touching the files that are being worked on, which git can do since 2.38.",
    wrong="Git is older than 2.38.", right="install a newer git; everything except `sync` works without it",
)  # fmt: skip
def _old_git(surroundings: Surroundings) -> DoctorFindings:
    if surroundings.version and surroundings.version < _OLDEST:
        message = _("git {version} is too old for `xuncha sync`, which needs 2.38; everything else works")
        version = ".".join(map(str, surroundings.version))
        yield None, message.format(version=version), _("install a newer git (https://git-scm.com)")


@CHECKS.rule("no-repository", well=mark("the ledger is in a git repository"),
    why="A ledger outside a repository has no history, and cannot be changed by a command.",
    wrong="The ledger is not in a repository.", right=_INIT_COMMAND,
)  # fmt: skip
def _no_repository(surroundings: Surroundings) -> DoctorFindings:
    if surroundings.git_folder is None:
        message = _("the ledger is not in a git repository: it has no history, and cannot be changed")
        yield None, message, _INIT_COMMAND


@CHECKS.rule("not-yours", scope="folder", well=mark("git trusts this folder"),
    why="Git does not open a repository that belongs to another account, since its settings can start programs.",
    wrong="Git refuses the folder of another owner.",
    right="run the command that git itself suggests: git config --global --add safe.directory PATH; on a share, once on each computer",
)  # fmt: skip
def _not_yours(surroundings: Surroundings) -> DoctorFindings:
    if surroundings.is_distrusted:
        match = TRUST_COMMAND.search(surroundings.git_error or "")
        command = f"git config --global --add safe.directory '{surroundings.root}'"
        remedy = match[0].strip() if match else command
        yield None, _("the folder belongs to another account, so git does not open it"), remedy


@CHECKS.rule("git-refuses", scope="trust", well=mark("git opens the repository"),
    why="A damaged `.git`, or a line in git's settings that it cannot read, stops every command of git.",
    wrong="Git does not open the repository for another reason.",
    right="git names the file and the line; where the repository itself is damaged, make a fresh clone beside it",
)  # fmt: skip
def _git_refuses(surroundings: Surroundings) -> DoctorFindings:
    if surroundings.git_error is not None:
        message = _("git does not open the repository: {said}", said=surroundings.git_error)
        yield None, message, "git status"


@CHECKS.rule("no-user", scope="repository", well=mark("git knows who you are"),
    why="A commit names who made it, and git makes no commit without a name.",
    wrong="Git has no name or no e-mail, or has guessed them.", right=_NAME_COMMAND,
)  # fmt: skip
def _no_user(surroundings: Surroundings) -> DoctorFindings:
    try:
        name, address = surroundings.git.user()
    except SurroundingsError as error:
        if error.code != "no-user":
            raise
        yield None, _("git does not know who you are, so it cannot commit"), _NAME_COMMAND
        return
    environment_email = os.environ.get("GIT_AUTHOR_EMAIL") or os.environ.get("EMAIL")
    if not (environment_email or surroundings.git.setting("user.email")):
        message = _("git does not have your name and e-mail, and guesses: {name} <{address}>")
        yield "note", message.format(name=name, address=address), _NAME_COMMAND


@CHECKS.rule("no-commit", "warning", scope="repository", well=mark("there is a commit to go back to"),
    why="What was never committed is not in the history, and cannot be recovered.",
    wrong="Nothing has been committed yet.", right=_COMMIT_COMMAND,
)  # fmt: skip
def _no_commit(surroundings: Surroundings) -> DoctorFindings:
    if "commit" not in surroundings.scopes:
        message = _("nothing has been committed yet, so nothing could be restored")
        yield None, message, _COMMIT_COMMAND


@CHECKS.rule("unfinished", scope="repository", well=mark("no merge or rebase is unfinished"),
    why="Until a merge, a rebase, a cherry-pick or a revert is completed, git refuses the commits that commands make.",
    wrong="A merge, rebase, cherry-pick or revert has not been completed.",
    right="complete it: git merge --continue; or abort it: git merge --abort (rebase, cherry-pick, revert likewise)",
)  # fmt: skip
def _unfinished(surroundings: Surroundings) -> DoctorFindings:
    for name in unfinished_operations(surroundings.git_folder):
        message = _(
            "a git {what} is unfinished, and until it is finished nothing can be committed", what=name
        )
        remedy = _("complete it: {one}; or abort it: {other}")
        yield None, message, remedy.format(one=f"git {name} --continue", other=f"git {name} --abort")


@CHECKS.rule("detached", "warning", scope="commit", well=mark("a branch is checked out"),
    why="Commits on no branch are no longer visible after the next `git switch`.",
    wrong="No branch is checked out; a rebase, which does that on purpose, is reported separately.",
    right="git switch main; to keep the commits made meanwhile, type first: git branch 保留",
)  # fmt: skip
def _no_branch(surroundings: Surroundings) -> DoctorFindings:
    if not is_detached(surroundings.root) or unfinished_operations(surroundings.git_folder):
        return
    branches = surroundings.git_output("for-each-ref", "--format=%(refname:short)", "refs/heads").split()
    main = next((name for name in ("main", "master", *branches) if name in branches), "main")
    kept = ("--not", "--branches", "--remotes", "--tags", "--")
    lost = surroundings.git_output("rev-list", "--count", "HEAD", *kept)
    if lost == "0":
        message = _("no branch is checked out: what is committed now is on no branch")
        yield None, message, f"git switch {shlex.quote(main)}"
    else:
        message = _("no branch is checked out; commits on no branch: {n}", n=lost)
        yield None, message, f"git branch 保留 && git switch {shlex.quote(main)} && git merge 保留"


@CHECKS.rule("works-elsewhere", scope="repository", well=mark("git works in the ledger's own folder"),
    why="`core.worktree` names the folder whose files git commits; in a copied repository that may be somebody else's.",
    wrong="The repository's settings make git work in a folder other than the ledger's own.", right="git --work-tree=. config --unset core.worktree",
)  # fmt: skip
def _works_elsewhere(surroundings: Surroundings) -> DoctorFindings:
    if folder := surroundings.git.other_worktree():
        message = _("a setting of this repository makes git work in {path}, so nothing is changed here")
        yield None, message.format(path=folder), "git --work-tree=. config --unset core.worktree"


@CHECKS.rule("replaced", "warning", scope="repository", well=mark("git shows the history that it stores"),
    why="`git replace` and grafts make git show a history other than the stored one. The commands of xuncha see through that; people "
"who use git directly do not.",
    wrong="The repository holds replacements or grafts.", right="git replace -d on each named object; rm .git/info/grafts",
)  # fmt: skip
def _replaced(surroundings: Surroundings) -> DoctorFindings:
    names = surroundings.git_output("replace", "--list").split()
    grafts = [folder / "info/grafts" for folder in surroundings.git_folders]
    files = [surroundings.relative_name(file) for file in grafts if file.is_file() and file.stat().st_size]
    if names or files:
        message = _("git is set here to show a different history from the one it stores: {path}")
        commands = [f"git replace -d {shlex.join(names[:_LIMIT])}"] * bool(names)
        commands += [f"rm {shlex.join(files)}"] * bool(files)
        yield None, message.format(path=listed([*names, *files], _LIMIT)), " && ".join(commands)


@CHECKS.rule("objects-missing", scope="commit", well=mark("git has the complete history"),
    why="History can be read, checked and archived only if git has every object that it names.",
    wrong="An object of the history is missing or damaged.",
    right="fetch it from where it still is: git fetch --refetch; or make a fresh clone beside it",
)  # fmt: skip
def _objects_missing(surroundings: Surroundings) -> DoctorFindings:
    try:
        surroundings.git.run("rev-list", "--objects", "--quiet", "HEAD", "--")
    except SurroundingsError as error:
        message = _("the history is not complete: {said}")
        reason = getattr(error, "reason", None) or error.message
        yield None, message.format(said=reason), "git fetch --refetch --no-filter"


@CHECKS.rule("hidden", scope="repository", well=mark("git does not leave any file of the ledger out of the folder"),
    why="A sparse checkout, or `git update-index --skip-worktree`, leaves files out of the folder; what is not there would not be counted.",
    wrong="Git was told to leave out a file of the ledger: it is in git's index but not in the folder.",
    right="git sparse-checkout disable; or, for a file: git update-index --no-skip-worktree FILE && git restore FILE",
)  # fmt: skip
def _hidden(surroundings: Surroundings) -> DoctorFindings:
    if paths := hidden_files(surroundings.root):
        message = ngettext(
            "{n} file of the ledger is left out of the folder: {paths}",
            "{n} files of the ledger are left out of the folder: {paths}",
            len(paths),
            paths=listed(paths, _LIMIT),
        )
        yield None, message, "git sparse-checkout disable"


@CHECKS.rule("repository-programs", "note", scope="repository", well=mark("the repository names no programs of its own"),
    why="Commands that change the ledger run the hooks of this folder and the programs that its `.git/config` names, as git does; "
"commands that only read run none. A clone does not bring them, but a folder copied with its `.git` does.",
    wrong="`.git/config`, or a file that it includes, names programs; or there are hooks.",
    right="check each named item, and remove what you do not know: git config --local --unset NAME; rm .git/hooks/NAME",
)  # fmt: skip
def _repository_programs(surroundings: Surroundings) -> DoctorFindings:
    programs = [program.name for program in program_settings(surroundings.git.settings())]
    driver = surroundings.git.setting(registration.KEY)
    if driver and not registration.is_written_by_us(driver, surroundings.root):
        programs.append(registration.KEY)
    hooks = [path for folder in surroundings.git_folders for path in sorted(folder.glob("hooks/*"))]
    active = [path for path in hooks if path.suffix != ".sample" and os.access(path, os.X_OK)]
    programs += map(surroundings.relative_name, active)
    if names := list(dict.fromkeys(programs)):
        message = ngettext(
            "this repository names {n} program, which runs when something is changed: {names}",
            "this repository names {n} programs, which run when something is changed: {names}",
            len(names),
            names=_(", ").join(names),
        )
        remedy = _("remove what you do not recognise: git config --local --unset NAME; rm .git/hooks/NAME")
        yield None, message, remedy


@CHECKS.rule("uncommitted", "warning", scope="commit", well=mark("every change of the ledger is committed"),
    why="Changes made by hand and not committed are not in the history; commands refuse to mix their own change with them.",
    wrong="Files of the ledger differ from the last commit.",
    right="keep it: xuncha edit, or xuncha edit with the number; or discard it: git restore data",
)  # fmt: skip
def _uncommitted(surroundings: Surroundings) -> DoctorFindings:
    changed = surroundings.git.changed_files("data", "templates")
    if paths := [path for path in changed if not path.rpartition("/")[2].startswith(TEMPORARY)]:
        message = ngettext(
            "{n} file of the ledger is not committed: {paths}",
            "{n} files of the ledger are not committed: {paths}",
            len(paths),
            paths=listed(paths, _LIMIT),
        )
        remedy = _("keep: {one}; or discard: {other}")
        yield None, message, remedy.format(one="xuncha edit", other="git restore data")
