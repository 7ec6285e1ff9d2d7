"""The files that an office puts before the built-in templates: where they are read from, and what none of them may be."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Final

from xuncha.language import gettext as _
from xuncha.trail.git import Git
from xuncha.trail.limits import listed

LARGEST: Final = 20 * 1024 * 1024
"""Bytes."""


class OwnFileError(Exception):
    """A file is there that may not be used; says why."""


class Own:
    """The files as they stand on disk, in the `templates/` of a ledger's folder."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file by its name; None where there is none.

        Raises:
            OwnFileError: it leads out of the ledger, or is too large.
            OSError: it cannot be read.
        """
        place = self._root / "templates" / name
        if place.exists() and not place.resolve().is_relative_to(self._root):
            raise _leads_out()
        if not place.is_file():
            return None
        _must_be_small(place.stat().st_size)
        return place.read_bytes()


class AtCommit(Own):
    """The files as one commit of the ledger holds them; its hash is given in full."""

    def __init__(self, root: Path, commit: str) -> None:
        super().__init__(root)
        self._git = Git(root)
        self._files = {leaf.path: (leaf.mode, leaf.name) for leaf in listed(self._git, commit, "templates/")}

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; a link is followed as the working tree's would be."""
        path = posixpath.normpath(f"templates/{name}")
        for _link in range(5):
            mode, blob = self._files.get(path, ("", ""))
            if mode != "120000":
                break
            target = (self._git.blobs([blob])[0] or b"").decode("utf-8", "surrogateescape")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            if path.startswith(("/", "../")):
                raise _leads_out()
        if mode not in {"100644", "100755"}:
            return None
        _must_be_small(int(self._git.text("cat-file", "-s", blob)))
        return self._git.blobs([blob])[0]


def own(where: Path | Own) -> Own:
    """Return the files in a folder; or those that are given."""
    return Own(where) if isinstance(where, Path) else where


def _leads_out() -> OwnFileError:
    return OwnFileError(_("it is a link that leads out of the ledger"))


def _must_be_small(size: int) -> None:
    if size > LARGEST:
        raise OwnFileError(_("the file is too large"))
