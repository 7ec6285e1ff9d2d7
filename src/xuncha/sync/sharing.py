"""Exchange with a remote: which branch is shared, what the remote has, and how commits are sent to it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xuncha.errors import RefusedError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.trail.git import Git, GitError, parse_references

_HEADS = "refs/heads/"
_SECRET = re.compile(r"(?<=://)[^/@\s]+@")
_RACE = re.compile(r"cannot lock ref|failed to (?:lock|update ref)|incorrect old value|\.lock'?: File exists")
"""What a remote says if two clones push at the same moment."""
_NO_SUCH_BRANCH = 2
_UNFINISHED = {
    "rebase-merge": "rebase", "rebase-apply": "rebase", "MERGE_HEAD": "merge", "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}  # fmt: skip
"""What git keeps in its folder during an unfinished operation, and the name of that operation."""


class Route(NamedTuple):
    """The remote branch with which a branch is shared."""

    remote: str
    branch: str
    remote_ref: str  # the full name of the remote branch, refs/heads/…
    tracking_ref: str  # the local reference of what the remote had at the last fetch
    is_configured: bool  # whether git is configured for it; if not, the first push does that

    @property
    def name(self) -> str:
        """The name for people, such as origin/main."""
        return f"{self.remote}/{self.remote_ref.removeprefix(_HEADS)}"


class MovedError(Exception):
    """The remote branch has moved on since the last fetch."""


def find_route(git: Git) -> Route:
    """Find the remote branch of the branch that is checked out; if none is configured, in the only remote, or in origin.

    Raises SurroundingsError if no branch is checked out, there is no remote, or it is not known which of several is meant.
    """
    branch = git.branch().removeprefix(_HEADS)
    if not branch:
        message = _("no branch is checked out in git, so there is none to merge with others")
        hint = _("switch to one first, such as git switch main, or create one: git switch -c NAME")
        raise SurroundingsError("no-branch", message, hint)
    remotes = sorted(git.text("remote").splitlines())
    if not remotes:
        message = _("this ledger is not shared yet: git has no remote")
        hint = _(
            "make an empty repository that all can reach, such as git init --bare on a share; then: git remote add origin ADDRESS"
        )
        raise SurroundingsError("no-remote", message, hint)
    configured = git.setting(f"branch.{branch}.remote")
    remote = configured or ("origin" if "origin" in remotes or len(remotes) > 1 else remotes[0])
    if remote not in remotes:
        message = _("it is not set with which of the remotes {names} the branch {branch} is shared")
        message = message.format(names=_(", ").join(remotes), branch=branch)
        hint = _("type once: git push -u {remote} {branch}", remote=remotes[0], branch=branch)
        raise SurroundingsError("no-remote", message, hint)
    remote_ref = git.setting(f"branch.{branch}.merge") if configured else ""
    name = (remote_ref or branch).removeprefix(_HEADS)
    return Route(remote, branch, _HEADS + name, f"refs/remotes/{remote}/{name}", bool(remote_ref))


def fetch(git: Git, route: Route) -> str | None:
    """Fetch the remote branch, and return its commit; None if the remote has no such branch yet.

    Raises SurroundingsError if the remote cannot be reached; GitError if it answers, and the fetch fails here.
    """
    refspec = f"+{route.remote_ref}:{route.tracking_ref}"
    try:
        _run_remote(git, "fetch", "--quiet", "--no-recurse-submodules", "--", route.remote, refspec)
    except GitError:
        try:
            _run_remote(git, "ls-remote", "--exit-code", "--", route.remote, route.remote_ref)
        except GitError as second:
            if second.returncode == _NO_SUCH_BRANCH:
                return None
            raise _unreachable(route, second) from second
        raise  # the remote answers, so the fault is here
    return git.commit_hash(route.tracking_ref)


def push(git: Git, route: Route) -> None:
    """Push the branch; never overwrite what the remote has.

    Raises MovedError if the remote branch has moved on or is just moving; RefusedError if the remote, or a hook, refuses;
    SurroundingsError if the remote cannot be reached.
    """
    options = [] if route.is_configured else ["--set-upstream"]
    try:
        refspec = f"{_HEADS}{route.branch}:{route.remote_ref}"
        _run_remote(git, "push", "--porcelain", *options, "--", route.remote, refspec)
    except GitError as error:
        refusals = [line for line in error.output.splitlines() if line.startswith("!\t")]
        is_rejected = any("[rejected]" in line for line in refusals)
        if is_rejected or _RACE.search("\n".join([*refusals, error.reason])):
            raise MovedError from error
        if not refusals and "failed to push some refs" not in error.reason:
            raise _unreachable(route, error) from error
        reasons = "\n".join([*(line.rpartition("\t")[2] for line in refusals), _complaint(error.reason)])
        message = _("“{remote}” refused what was sent; it stays here: {said}")
        raise RefusedError("push-refused", message.format(remote=route.remote, said=reasons)) from error


class SentTags(NamedTuple):
    """The result of sending the tags of audits."""

    new: int = 0  # how many the remote did not have yet
    moved: Sequence[str] = ()
    """The tags that are at another commit on the remote: somebody has moved them."""


def push_tags(git: Git, route: Route, prefix: str) -> SentTags:
    """Push the tags that the remote does not have; never overwrite its own. Those of the remote come with every fetch.

    Raises SurroundingsError if the remote cannot be reached.
    """
    commit = "%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)"
    format_option = f"--format={commit} %(refname)"
    local = git.references("for-each-ref", format_option, f"refs/tags/{prefix}")
    if not local:
        return SentTags()
    try:
        output = _run_remote(git, "ls-remote", "--tags", "--", route.remote, f"refs/tags/{prefix}*")
        tags = parse_references(output)
        # Two clones that verify one commit make two tags of one name; git adds ^{} to the name for the commit of a tag.
        remote = {name: tags.get(f"{name}^{{}}", tag) for name, tag in tags.items()}
        new = [name for name in local if name not in remote]
        if new:
            _run_remote(git, "push", "--quiet", "--", route.remote, *(f"{name}:{name}" for name in new))
    except GitError as error:
        raise _unreachable(route, error) from error
    return SentTags(len(new), [name for name in local if remote.get(name, local[name]) != local[name]])


def _unreachable(route: Route, error: GitError) -> SurroundingsError:
    """Return the error for a remote that cannot be reached, or refuses access."""
    message = _(
        "“{remote}” could not be reached, or refused access; nothing is lost: what was recorded here is kept, and will be sent with the next sync"
    )
    text = f"{message.format(remote=route.remote)}\n{_complaint(error.reason)}"
    hint = _("see whether the network is up; git remote -v shows the address")
    return SurroundingsError("unreachable", text, hint)


def _complaint(output: str) -> str:
    """Return git's complaint without its hints, and without passwords in addresses."""
    lines = [line.rstrip() for line in output.splitlines() if line.strip() and not line.startswith("hint:")]
    return _SECRET.sub("", "\n".join(lines))


def _run_remote(git: Git, *arguments: str) -> str:
    """Run a command of git that contacts a remote, with English output; git asks for a password only at a terminal."""
    surroundings = {"LANGUAGE": "en"}
    if not os.isatty(2):  # nobody would see a question
        surroundings["GIT_TERMINAL_PROMPT"] = os.environ.get("GIT_TERMINAL_PROMPT", "0")
        ssh_settings = {"GIT_SSH", "GIT_SSH_COMMAND"} & set(os.environ)
        if not ssh_settings and not git.run("config", "core.sshCommand", ok_codes=(0, 1)):
            surroundings["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
    return git.run(*arguments, environ=surroundings, finishes=False).decode("utf-8", "replace")


def is_ancestor(git: Git, commit: str, descendant: str) -> bool:
    """Return whether one commit, given by its full hash, is another one or its ancestor.

    If clocks differ, a range such as A..B may list commits that both have; this answer is right even then.
    """
    return git.merge_bases(commit, descendant) == [commit]


def count_ahead(git: Git, ours: str, theirs: str) -> int:
    """Count the commits that one side has and the other has not. The number is for people only: see `is_ancestor`."""
    return git.count_commits(f"{theirs}..{ours}", "--")[0]


def unfinished_operations(folder: Path | None) -> list[str]:
    """Return the unfinished operations of git, such as `merge`, according to the files in git's folder."""
    begun = (name for file, name in _UNFINISHED.items() if folder and (folder / file).exists())
    return list(dict.fromkeys(begun))
