"""A ledger as a commit holds it, read from git's objects; the working tree is not touched."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import TYPE_CHECKING

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.source import Entry, Kind
from xuncha.trail.git import Git, GitError

if TYPE_CHECKING:
    from pathlib import Path

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HASH = re.compile(r"[0-9a-f]{40,64}")
_KINDS: dict[str, Kind] = {"100644": "file", "100755": "file", "120000": "link", "040000": "folder"}


class Tree:
    """The files of a ledger at one commit."""

    def __init__(self, root: Path, commit: str) -> None:
        self.git = Git(root)
        self.commit = commit
        self._folders: dict[str, list[Entry]] = {}
        self._blobs: dict[str, bytes] = {}
        self._read_all()

    def entries(self, folder: str) -> list[Entry]:
        """What a folder holds, without names that begin with a dot; empty where there is no such folder."""
        return self._folders.get(folder, [])

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            FileNotFoundError: there is none at this commit.
        """
        if path not in self._blobs:
            raise FileNotFoundError(path)
        return self._blobs[path]

    def digest(self, path: str) -> str | None:
        """The SHA-256 of an evidence file in hexadecimal; None where there is none."""
        try:
            return hashlib.sha256(
                self.git.run("cat-file", "--filters", f"{self.commit}:./{path}")
            ).hexdigest()
        except GitError:
            return None

    def _read_all(self) -> None:
        listed = self.git.run(
            "ls-tree", "-r", "-t", "-z", self.commit, "--", "data/ledger.yaml", "data/problems"
        )
        blobs: list[tuple[str, str]] = []
        for line in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            meta, _tab, path = line.partition("\t")
            mode, _kind, name = meta.split(" ")
            folder, _slash, last = path.rpartition("/")
            if not last.startswith("."):
                self._folders.setdefault(folder, []).append(Entry(last, _KINDS.get(mode, "other")))
                if _KINDS.get(mode) == "file":
                    blobs.append((path, name))
        contents = self.git.blobs(name for _path, name in blobs)
        for (path, _name), content in zip(blobs, contents, strict=True):
            if content is not None:
                self._blobs[path] = content


def commit_at(root: Path, moment: str) -> str:
    """The commit that a day or a revision means: the last one of that day (in local time), or the revision itself.

    Raises:
        RefusedError: there was no commit yet, or no such revision.
        SurroundingsError: the ledger is in no repository, or git is not installed.
    """
    git = Git.for_looking_back(root)
    try:
        if _DAY.fullmatch(moment):
            # Git counts seconds from 1970 on; a day before that is before any commit.
            before_git = date.fromisoformat(moment) < date(1971, 1, 1)
            commit = "" if before_git else git.text("rev-list", "-1", f"--before={moment}T23:59:59", "HEAD")
        else:
            named = git.text("rev-parse", "--verify", "--quiet", "--end-of-options", moment)
            commit = git.text("rev-parse", "--verify", "--quiet", "--end-of-options", f"{named}^{{commit}}")
    except (GitError, ValueError):
        commit = ""
    if not _HASH.fullmatch(commit):
        raise RefusedError(
            "no-such-moment",
            _("history knows no “{moment}”").format(moment=moment),
            _("give a day such as 2024-04-18 on which the ledger existed, or a revision such as HEAD~3"),
        )
    return commit


def day_of(root: Path, commit: str, moment: str) -> date:
    """The day as which a commit counts: the one that was asked for, else the one on which it was made."""
    if _DAY.fullmatch(moment):
        return date.fromisoformat(moment)
    return date.fromisoformat(Git(root).text("show", "--no-patch", "--format=%cs", commit))
