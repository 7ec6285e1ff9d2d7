"""The files of a commit as they stand in a folder: listed, and written out, large ones block by block."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.source import LARGEST_POINTER, Fingerprint, pointed_at
from xuncha.trail.bundle import alone
from xuncha.trail.contents import stored, stream, streams
from xuncha.trail.git import Git, GitError

if TYPE_CHECKING:
    from pathlib import Path

FOLDERS = ("data", "templates")
"""What of a ledger's folder belongs to the ledger."""
_FILES = {"100644", "100755"}
_PARTS = re.compile(
    r"(?!\.{0,2}(?:/|$))(?!\.git(?:/|$))[^/\0]+(?:/(?!\.{0,2}(?:/|$))(?!\.git(?:/|$))[^/\0]+)*", re.IGNORECASE
)


class Listed(NamedTuple):
    """One entry of a commit below the ledger's folder."""

    path: str
    """Relative to the ledger."""
    blob: str
    is_file: bool
    """False for a link, or another repository."""


def listed(root: Path, commit: str = "HEAD") -> list[Listed]:
    """What a commit holds of a ledger.

    Raises:
        RefusedError: a path leads out of it, which git itself never makes.
    """
    found = []
    for mode, blob, path in Git(root).tree(commit, *FOLDERS):
        if not _PARTS.fullmatch(path):
            raise RefusedError(
                "unsafe-path", _("the commit holds a path that leads astray: {path}").format(path=path)
            )
        found.append(Listed(path, blob, mode in _FILES))
    return found


def write_out(root: Path, files: list[Listed], source: Path, commit: str) -> list[str]:
    """Write the files of a commit below a ledger's folder, byte for byte as git stores them.

    What git-lfs keeps is asked of the ledger where it comes from, which knows where that is.

    Args:
        root: the ledger's folder in a repository of `bundle.borrow`.
        files: of them.
        source: the ledger's folder from which that was borrowed.
        commit: in full.

    Returns:
        The paths of the files that git-lfs keeps.

    Raises:
        RefusedError: a file that git-lfs keeps was not fetched.
    """
    pointers: dict[str, Fingerprint] = {}
    with alone():
        for each, content in zip(files, streams(Git(root), (each.blob for each in files)), strict=True):
            target = root / each.path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as stream:
                for block in content or ():
                    stream.write(block)
            if target.stat().st_size <= LARGEST_POINTER and (pointer := pointed_at(target.read_bytes())):
                pointers[each.path] = pointer
    for path, pointer in pointers.items():
        _fetch(root / path, source, f"{commit}:./{path}", pointer)
    return list(pointers)


def _fetch(target: Path, source: Path, name: str, pointer: Fingerprint) -> None:
    known, size = hashlib.sha256(), 0
    try:
        with target.open("wb") as written:
            for block in stream(Git(source), "cat-file", "--filters", name):
                written.write(block)
                known.update(block)
                size += len(block)
    except GitError:
        known = hashlib.sha256()
    if (known.hexdigest(), size) != pointer[:2]:
        path = name.partition(":./")[2]
        raise RefusedError(
            "evidence-not-fetched",
            _("the evidence file {path} is kept by git-lfs, and was not fetched").format(path=path),
            _("type: git lfs fetch --all"),
            path=path,
        )


def hash_of(file: Path, form: str) -> str:
    """By which name git knows the content of a file.

    Args:
        file: any.
        form: `sha1` or `sha256`, as the repository has it.
    """
    known = hashlib.new(form, usedforsecurity=False)
    known.update(f"blob {file.stat().st_size}\0".encode())
    with file.open("rb") as stream:
        while block := stream.read(1024 * 1024):
            known.update(block)
    return known.hexdigest()


def pointers(root: Path, blobs: list[str]) -> dict[str, Fingerprint]:
    """Of these blobs those that are pointers of git-lfs, and the files for which they stand."""
    found = {each.name: pointed_at(each.content) for each in stored(Git(root), blobs, LARGEST_POINTER)}
    return {name: known for name, known in found.items() if known is not None}
