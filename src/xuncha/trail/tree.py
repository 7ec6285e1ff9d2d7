"""A ledger at one commit, read from git's objects; the working tree is not used."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date
from functools import cached_property
from pathlib import Path

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import COMMENTS, EVIDENCE, LEDGER_FILE, PROBLEMS
from xuncha.model.source import MAX_SIZE, Entry, Fingerprint, Kind
from xuncha.trail.contents import filtered, fingerprints, read_objects
from xuncha.trail.git import Git, GitError, Leaf, TruncatedError
from xuncha.trail.limits import ls_tree
from xuncha.trail.replay import log

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BEFORE_GIT = date(1971, 1, 1)  # git counts seconds from 1970 on, so an earlier day is before any commit
# Pointers of git-lfs can be read without it; if its filter is set up but not installed, git would fail.
_NO_LFS = ("-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false")
_KINDS: dict[str, Kind] = {"100644": "file", "100755": "file", "120000": "link", "040000": "folder"}
_READ_ALL_FROM = 200  # from this many folders on, all are read; a command line has a maximum length


class Tree:
    """The files of a ledger at one commit. All are read at once when the first one is needed; `read_problems` reads only some."""

    def __init__(self, root: Path, commit: str) -> None:
        self.git = Git(root)
        self.commit = commit
        self._folders: dict[str, list[Entry]] = {}
        self._listed: set[str] = set()  # the folders that were listed
        self._is_complete = False
        self._names: dict[str, str] = {}  # by path: git's hash of a file's content
        self._blobs: dict[str, bytes] = {}

    def entries(self, folder: str) -> list[Entry]:
        """List the contents of a folder, without names that begin with a dot; empty if there is no such folder."""
        if folder not in self._listed:
            self._read_all()
        return self._folders.get(folder, [])

    def read(self, path: str) -> bytes:
        """Read a file. Raises FileNotFoundError if it does not exist at this commit."""
        if path.rpartition("/")[0] not in self._listed:
            self._read_all()
        if path not in self._names:
            raise FileNotFoundError(path)
        if path not in self._blobs:
            prefix = f"{COMMENTS}/"
            is_comment = path.startswith(prefix)
            self._fetch([each for each in self._names if each.startswith(prefix)] if is_comment else [path])
        return self._blobs[path]

    def fingerprint(self, path: str) -> Fingerprint | None:
        """Return the hash and the size of an evidence file; None where there is none.

        For a file kept by git-lfs, its pointer tells both, so the file need not have been fetched.
        """
        return self._evidence.get(path)

    @cached_property
    def _evidence(self) -> dict[str, Fingerprint]:
        files = {leaf.path: leaf.name for leaf in ls_tree(self.git, self.commit, EVIDENCE) if leaf.is_file}
        by_name = fingerprints(self.git, files.values())
        by_path = self.git.attributes(files, "text", "filter")
        found = {}
        for path, name in files.items():
            as_stored, attributes = by_name[name], by_path[path]
            # Otherwise git converts the line ends of the file, or uses another filter than git-lfs.
            as_is = attributes["text"] == "unset" and attributes["filter"] in {"unspecified", "unset", "lfs"}
            if as_stored.fetched and not as_is:
                as_stored = filtered(self.git, f"{self.commit}:./{path}", *_NO_LFS)
            found[path] = as_stored._replace(fetched=True)
        return found

    def hashes(self) -> tuple[str, dict[str, str]] | None:
        """Return hashes that show, without reading any file, whether it is the same as at another commit.

        Returns git's hash of `data/ledger.yaml`, and by the name of each problem's folder the hashes of that folder and of its
        evidence. None if these are not in their places: then only reading the files shows what is wrong.
        """
        paths = (LEDGER_FILE, f"{PROBLEMS}/", f"{EVIDENCE}/")
        found = self._add(ls_tree(self.git, self.commit, *paths, folders=True, recursive=False))
        if LEDGER_FILE not in self._names or ("040000", PROBLEMS) not in {(m, path) for m, _n, path in found}:
            return None
        self._listed = {"", "data", PROBLEMS}
        folders: dict[str, str] = {}
        evidence: dict[str, str] = {}
        for mode, name, path in found:
            parent, _slash, last = path.rpartition("/")
            if parent == PROBLEMS and not last.startswith("."):
                if mode != "040000":
                    return None
                folders[last] = name
            elif parent == EVIDENCE:
                problem = last.partition(".")[0]
                evidence[problem] = f"{evidence.get(problem, '')} {last}:{name}"
        hashes = {last: name + evidence.get(last.lstrip("0"), "") for last, name in folders.items()}
        return self._names[LEDGER_FILE], hashes

    def read_problems(self, folders: Collection[str]) -> None:
        """Read the files of some problems' folders (named as in `hashes`) and of no others."""
        paths = [f"{PROBLEMS}/{name}" for name in folders]
        if not self._listed or len(paths) > _READ_ALL_FROM:
            self._read_all()
        elif paths:
            found = self._add(ls_tree(self.git, self.commit, *paths))
            self._listed.update(paths)
            self._fetch([path for _mode, _name, path in found if path in self._names])

    def _read_all(self) -> None:
        if not self._is_complete:
            self._folders.clear()
            self._add(ls_tree(self.git, self.commit, LEDGER_FILE, PROBLEMS, COMMENTS, folders=True))
            self._is_complete = True
            # Comments are seldom needed: they are read when the first one is asked for.
            needed = (path for path in self._names if not path.startswith(f"{COMMENTS}/"))
            self._fetch([path for path in needed if path not in self._blobs])

    def _add(self, found: list[Leaf]) -> list[Leaf]:
        for mode, name, path in found:
            folder, _slash, last = path.rpartition("/")
            if last and last[0] != ".":  # the folders above the ledger, which `-t` lists too, have no name
                self._folders.setdefault(folder, []).append(Entry(last, _KINDS.get(mode, "other")))
                if _KINDS.get(mode) == "file":
                    self._names[path] = name
        return found

    def _fetch(self, paths: list[str]) -> None:
        # Of content that is too large for a record, enough is kept to detect that.
        names = dict.fromkeys(self._names[path] for path in paths)
        found = {each.name: each for each in read_objects(self.git, names, MAX_SIZE)}
        for path in paths:
            blob = found.get(self._names[path])
            if blob is None or blob.kind != "blob":
                del self._names[path]
            else:
                self._blobs[path] = blob.content


def commit_at(root: Path, moment: str) -> str:
    """Return the commit that a day or a revision means: the last one of that day (in local time), or the revision.

    Raises RefusedError if there was no commit yet, or no such revision; SurroundingsError if the ledger is in no
    repository, or git is not installed.
    """
    git = Git.in_repository(root)
    commit = None
    try:
        if not _DAY.fullmatch(moment):
            named = git.object_hash(moment)
            commit = git.commit_hash(named) if named else None
        elif date.fromisoformat(moment) >= _BEFORE_GIT and git.head():
            commit = git.text("rev-list", "-1", f"--before={moment}T23:59:59", "HEAD", "--")
    except TruncatedError:
        raise
    except (GitError, ValueError):
        pass
    if not commit:
        if git.head():
            git.count_commits("HEAD", "--")  # raises the better error if a commit is missing
        hint = _("give a day such as 2024-04-18 on which the ledger existed, or a revision such as HEAD~3")
        raise RefusedError("no-such-moment", _("the history has no “{moment}”", moment=moment), hint)
    return commit


def day_of(root: Path, commit: str, moment: str) -> date:
    """Return the day that a commit stands for: `moment` if that is a day, else the day on which the commit was made."""
    if _DAY.fullmatch(moment):
        return date.fromisoformat(moment)
    return date.fromisoformat(commit_time(root, commit)[:10])


def commit_time(root: Path, commit: str) -> str:
    """Return when a commit was made, on the committer's own clock, as `trail.replay` reads it."""
    for found in log(Git(root), "--no-walk", "--no-patch", commit):
        return found.committed
    raise TruncatedError
