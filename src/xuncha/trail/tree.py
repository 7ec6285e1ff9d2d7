"""A ledger as a commit holds it, read from git's objects; the working tree is not touched."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import TYPE_CHECKING

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PROBLEMS
from xuncha.model.source import Entry, Fingerprint, Kind, pointed_at
from xuncha.trail.git import Git, GitError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HASH = re.compile(r"[0-9a-f]{40,64}")
# git-lfs has nothing to do where its pointers are read; where it is not installed, git would fail for it.
_NO_LFS = ("-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false")
_KINDS: dict[str, Kind] = {"100644": "file", "100755": "file", "120000": "link", "040000": "folder"}


class Tree:
    """The files of a ledger at one commit."""

    def __init__(self, root: Path, commit: str) -> None:
        self.git = Git(root)
        self.commit = commit
        self._folders: dict[str, list[Entry]] = {}
        self._blobs: dict[str, bytes] = {}
        self._evidence: dict[str, Fingerprint] | None = None
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

    def fingerprint(self, path: str) -> Fingerprint | None:
        """The hash and the size of an evidence file; None where there is none.

        Of what git-lfs keeps its pointer tells both: the file need not have been fetched for it.
        """
        if self._evidence is None:
            self._evidence = self._all_evidence()
        return self._evidence.get(path)

    def _all_evidence(self) -> dict[str, Fingerprint]:
        """The fingerprints of all evidence, by path."""
        listed = {path: name for mode, name, path in self._listed(EVIDENCE) if _KINDS.get(mode) == "file"}
        found = {}
        told = self.git.attributes(listed, "text", "filter")
        for (path, _name), content in zip(listed.items(), self.git.streams(listed.values()), strict=True):
            stored = _fingerprint(content or ())
            if stored.fetched and not _kept_as_it_is(told.get(path, {})):
                stored = _fingerprint(
                    self.git.stream(*_NO_LFS, "cat-file", "--filters", f"{self.commit}:./{path}")
                )
            found[path] = stored._replace(fetched=True)
        return found

    def _read_all(self) -> None:
        blobs: list[tuple[str, str]] = []
        for mode, name, path in self._listed(LEDGER_FILE, PROBLEMS):
            folder, _slash, last = path.rpartition("/")
            if not last.startswith("."):
                self._folders.setdefault(folder, []).append(Entry(last, _KINDS.get(mode, "other")))
                if _KINDS.get(mode) == "file":
                    blobs.append((path, name))
        contents = self.git.blobs(name for _path, name in blobs)
        for (path, _name), content in zip(blobs, contents, strict=True):
            if content is not None:
                self._blobs[path] = content

    def _listed(self, *paths: str) -> Iterator[tuple[str, str, str]]:
        """Mode, hash and path of what is at and below these paths."""
        listed = self.git.run("ls-tree", "-r", "-t", "-z", self.commit, "--", *paths)
        for line in listed.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            meta, _tab, path = line.partition("\t")
            mode, _kind, name = meta.split(" ")
            yield mode, name, path


def _fingerprint(content: Iterable[bytes]) -> Fingerprint:
    known, size, first = hashlib.sha256(), 0, b""
    for block in content:
        first = first if size else block
        known.update(block)
        size += len(block)
    pointer = pointed_at(first) if size == len(first) else None
    return pointer or Fingerprint(known.hexdigest(), size)


def _kept_as_it_is(attributes: dict[str, str]) -> bool:
    """Whether git keeps the bytes of a file: neither are its line ends changed, nor is it filtered (but by git-lfs)."""
    return attributes.get("text") == "unset" and attributes.get("filter") in {"unspecified", "unset", "lfs"}


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
