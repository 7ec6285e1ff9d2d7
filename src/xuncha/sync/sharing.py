"""Sharing with a remote: where a branch is shared, what is there, and bringing there what is here."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xuncha.errors import RefusedError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.trail.git import Git, GitError, references

_HEADS = "refs/heads/"
_SECRET = re.compile(r"(?<=://)[^/@\s]+@")
_RACE = re.compile(r"cannot lock ref|failed to (?:lock|update ref)|incorrect old value|\.lock'?: File exists")
"""What a remote says where two arrive at one instant."""
_NO_SUCH_BRANCH = 2
_UNFINISHED = {
    "rebase-merge": "rebase", "rebase-apply": "rebase", "MERGE_HEAD": "merge", "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
}  # fmt: skip
"""What git leaves in its folder while something waits for a person, and the command that concludes it."""


class Route(NamedTuple):
    """Where a branch is shared."""

    remote: str  # its name; or an address, where git is set up so
    branch: str
    there: str  # the name of the branch there, in full
    seen: str  # the reference that keeps here what was there when we last looked
    known: bool  # whether git is set up so; else it will be by the first push

    @property
    def name(self) -> str:
        """As people name it: origin/main."""
        return f"{self.remote}/{self.there.removeprefix(_HEADS)}"


class MovedError(Exception):
    """What is there has moved on since we looked."""


def route(git: Git) -> Route:
    """Find where the branch that is checked out is shared; where none is set up, in the only remote, or in origin.

    Raises SurroundingsError if no branch is checked out, or there is no remote.
    """
    branch = git.branch().removeprefix(_HEADS)
    if not branch:
        said = _("no branch is checked out in git, so there is none to bring together with others")
        hint = _("go back to one first, such as git switch main, or make one: git switch -c NAME")
        raise SurroundingsError("no-branch", said, hint)
    remotes = sorted(git.text("remote").splitlines())
    remote = git.setting(f"branch.{branch}.remote")
    there = git.setting(f"branch.{branch}.merge")
    known = bool(there)
    if not remote:
        there = ""
        remote = "origin" if "origin" in remotes or len(remotes) != 1 else remotes[0]
        if not remotes:
            said = _("this ledger is shared with nobody yet: git knows no remote")
            hint = _(
                "make an empty repository that all can reach, such as git init --bare on a share; then: git remote add origin ADDRESS"
            )
            raise SurroundingsError("no-remote", said, hint)
        if remote not in remotes:
            said = _("it is not said with which of the remotes {names} the branch {branch} is shared")
            said = said.format(names=_(", ").join(remotes), branch=branch)
            hint = _("type once: git push -u {remote} {branch}").format(remote=remotes[0], branch=branch)
            raise SurroundingsError("no-remote", said, hint)
    there = there or f"{_HEADS}{branch}"
    place = f"refs/remotes/{remote}" if remote in remotes else "refs/xuncha/elsewhere"
    return Route(remote, branch, there, f"{place}/{there.removeprefix(_HEADS)}", known)


def fetch(git: Git, way: Route) -> str | None:
    """Fetch what is there, and return its commit; None where the branch is not there yet.

    Raises SurroundingsError if the remote cannot be reached.
    """
    what = f"+{way.there}:{way.seen}"
    try:
        _talk(git, "fetch", "--quiet", "--no-recurse-submodules", "--", way.remote, what)
    except GitError:
        try:
            _talk(git, "ls-remote", "--exit-code", "--", way.remote, way.there)
        except GitError as second:
            if second.ended == _NO_SUCH_BRANCH:
                return None
            raise _unreachable(way, second) from second
        raise  # the remote answers: it is here that something is wrong
    return git.commit_of(way.seen)


def push(git: Git, way: Route) -> None:
    """Bring the branch there; never over what is there.

    Raises MovedError if what is there has moved on, or just does; RefusedError if the remote, or a hook, refuses;
    SurroundingsError if the remote cannot be reached.
    """
    remember = [] if way.known else ["--set-upstream"]
    try:
        _talk(git, "push", "--porcelain", *remember, "--", way.remote, f"{_HEADS}{way.branch}:{way.there}")
    except GitError as error:
        refusals = [line for line in error.printed.splitlines() if line.startswith("!\t")]
        if any("[rejected]" in line for line in refusals) or _RACE.search("\n".join([*refusals, error.said])):
            raise MovedError from error
        if not refusals and "failed to push some refs" not in error.said:
            raise _unreachable(way, error) from error
        reasons = "\n".join([*(line.rpartition("\t")[2] for line in refusals), _words(error.said)])
        said = _("“{remote}” refused what was sent; it stays here: {said}")
        raise RefusedError("push-refused", said.format(remote=way.remote, said=reasons)) from error


class SentTags(NamedTuple):
    """What became of the tags in which audits are kept."""

    new: int = 0  # how many were not there yet
    moved: Sequence[str] = ()
    """The names under which there stands something else there than here: somebody has moved a tag."""


def push_tags(git: Git, way: Route, prefix: str) -> SentTags:
    """Bring tags there that are here and not there; never over what is there. Those that are there come with every fetch.

    Raises SurroundingsError if the remote cannot be reached.
    """
    form = "--format=%(objectname) %(refname)"
    here = git.references("for-each-ref", form, f"refs/tags/{prefix}")
    if not here:
        return SentTags()
    try:
        listed = _talk(git, "ls-remote", "--tags", "--refs", "--", way.remote, f"refs/tags/{prefix}*")
        there = references(listed)
        new = [name for name in here if name not in there]
        if new:
            _talk(git, "push", "--quiet", "--", way.remote, *(f"{name}:{name}" for name in new))
    except GitError as error:
        raise _unreachable(way, error) from error
    return SentTags(len(new), [name for name in here if there.get(name, here[name]) != here[name]])


def _unreachable(way: Route, error: GitError) -> SurroundingsError:
    """Return the error for a remote that cannot be reached, or does not let us in."""
    said = _(
        "“{remote}” could not be reached, or did not let us in; nothing is lost: what was recorded here stays here, and goes out with the next sync"
    )
    told = f"{said.format(remote=_SECRET.sub('', way.remote))}\n{_words(error.said)}"
    hint = _("see whether the network is up; git remote -v shows the address")
    return SurroundingsError("unreachable", told, hint)


def _words(said: str) -> str:
    """Return what git complained of, without its advice, and without a password that stands in an address."""
    lines = [line.rstrip() for line in said.splitlines() if line.strip() and not line.startswith("hint:")]
    return _SECRET.sub("", "\n".join(lines))


def _talk(git: Git, *arguments: str) -> str:
    """Run a git that speaks with a remote, says in English what it says, and asks for a password only at a terminal."""
    surroundings = {"LANGUAGE": "en"}
    if not os.isatty(2):  # where a question would be seen
        surroundings["GIT_TERMINAL_PROMPT"] = os.environ.get("GIT_TERMINAL_PROMPT", "0")
        chosen = {"GIT_SSH", "GIT_SSH_COMMAND"} & set(os.environ)
        if not chosen and not git.run("config", "core.sshCommand", answers=(0, 1)):
            surroundings["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
    return git.run(*arguments, surroundings=surroundings).decode("utf-8", "replace")


def behind(git: Git, commit: str, other: str) -> bool:
    """Return whether one commit, by its full hash, is another one, or led to it.

    Where clocks run apart, a span such as A..B may name commits that are in both; this answer is right all the same.
    """
    return git.bases(commit, other) == [commit]


def ahead(git: Git, ours: str, theirs: str) -> int:
    """Count the commits that one has and the other has not; for people: see `behind`."""
    return git.counts(f"{theirs}..{ours}", "--")[0]


def unfinished_operations(folder: Path | None) -> list[str]:
    """Return the operations of git that are begun and not concluded, such as `merge`, by what git keeps in its folder."""
    begun = (name for mark, name in _UNFINISHED.items() if folder and (folder / mark).exists())
    return list(dict.fromkeys(begun))
