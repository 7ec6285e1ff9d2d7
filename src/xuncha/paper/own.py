"""The files that an office puts before the built-in templates: where they are read from, and what none of them may be.

None of them is read through a link, wherever it leads: what it leads to would stand in a document that is published.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from xuncha.errors import cause_of
from xuncha.language import gettext as _
from xuncha.trail.contents import stored
from xuncha.trail.git import Git
from xuncha.trail.limits import listed

LARGEST: Final = 20 * 1024 * 1024
"""Bytes in one file."""
_LARGEST_IN_ALL: Final = 50 * 1024 * 1024
_MOST: Final = 1000
_DEEPEST: Final = 16
"""Folders in one another; what is deeper is not looked at."""
FOLDER: Final = "templates"
_LINK: Final = "120000"
_REFERENCE = re.compile(r'"([\w.]+\.j2)"')
"""In a built-in template: the name of another one."""


class OwnFileError(Exception):
    """A file is there that may not be used; says why. `name` is the file's; empty where the asker knows it."""

    def __init__(self, said: str, name: str = "") -> None:
        super().__init__(said)
        self.name = name


class Own:
    """The files as they stand on disk, in the `templates/` of a ledger's folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.used: list[str] = []
        """The names of those that went into a document."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file by its name; None where there is none.

        Raises:
            OwnFileError: it is a link or behind one, or is too large.
            OSError: it cannot be read.
        """
        place = self._root
        for part in (FOLDER, *name.split("/")):
            place /= part
            if place.is_symlink():
                raise _is_link()
        if not place.is_file():
            return None
        _must_be_small(place.stat().st_size)
        return place.read_bytes()

    def names(self) -> Iterator[str]:
        """Yield the names of all files and links, those in folders with the folder's name before them."""
        top = self._root / FOLDER
        for folder, folders, files in os.walk(top):
            if len(Path(folder).relative_to(top).parts) >= _DEEPEST:
                folders.clear()
            links = [each for each in folders if Path(folder, each).is_symlink()]
            yield from (Path(folder, each).relative_to(top).as_posix() for each in sorted([*files, *links]))

    def everything(self) -> dict[str, bytes | str]:
        """Return all files by their names; in place of one that may not be used, the reason.

        Raises:
            OwnFileError: all of them together are too much.
        """
        found: dict[str, bytes | str] = {}
        size = 0
        for name in self.names():
            try:
                found[name] = self.read(name) or b""
            except OwnFileError as error:
                found[name] = str(error)
            except OSError as error:
                found[name] = cause_of(error)
            size += len(found[name])
            if size > _LARGEST_IN_ALL or len(found) > _MOST:
                raise OwnFileError(_("the folder templates/ is too large"), name)
        return found


class AtCommit(Own):
    """The files as one commit of the ledger holds them; its hash is given in full."""

    def __init__(self, root: Path, commit: str) -> None:
        super().__init__(root)
        self._git = Git(root)
        self._files = {leaf.path: (leaf.mode, leaf.name) for leaf in listed(self._git, commit, FOLDER)}

    def read(self, name: str) -> bytes | None:
        """See Own."""
        path = PurePosixPath(FOLDER, name)
        if any(self._files.get(str(each), ("", ""))[0] == _LINK for each in (path, *path.parents)):
            raise _is_link()
        mode, blob = self._files.get(str(path), ("", ""))
        if mode not in {"100644", "100755"}:
            return None
        for found in stored(self._git, [blob], LARGEST):
            _must_be_small(found.size)
            return found.content
        return None

    def names(self) -> Iterator[str]:
        """See Own."""
        yield from (path.removeprefix(f"{FOLDER}/") for path in self._files if path != FOLDER)


class Copied(Own):
    """The files as another process has sent them: what `everything` gives."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        super().__init__(Path())
        self._files = files

    def read(self, name: str) -> bytes | None:
        """See Own."""
        path = PurePosixPath(name)
        for each in (path, *path.parents):
            if isinstance(reason := self._files.get(str(each)), str):
                raise OwnFileError(reason)
        content = self._files.get(name)
        return content if isinstance(content, bytes) else None

    def names(self) -> Iterator[str]:
        """See Own."""
        yield from self._files


def own(where: Path | Own) -> Own:
    """Return the files in a folder; or those that are given."""
    return Own(where) if isinstance(where, Path) else where


def built_in() -> Path:
    """Return the folder of the built-in templates: inside the installed package, or beside its source."""
    package = Path(__file__).parents[1]
    installed = package / FOLDER
    return installed if installed.is_dir() else package.parents[1] / FOLDER


def differs(name: str, content: bytes) -> bool:
    """Return whether a file is the ledger's own, and not the built-in one word for word."""
    usual = built_in() / name
    return not usual.is_file() or usual.read_bytes() != content


def own_among(name: str, files: Own) -> str | None:
    """Find an own file among a template and those that it refers to; None where the built-in ones alone are used.

    Raises:
        OwnFileError: one of them may not be used; with its name.
    """
    waiting = [name]
    for each in waiting:
        try:
            content = files.read(each)
        except OwnFileError as error:
            raise OwnFileError(str(error), each) from None
        except OSError as error:
            raise OwnFileError(cause_of(error), each) from None
        if content is not None and differs(each, content):
            return each
        usual = built_in() / each
        found = _REFERENCE.findall(usual.read_text(encoding="utf-8")) if usual.is_file() else []
        waiting += [other for other in dict.fromkeys(found) if other not in waiting]
    return None


def remark(files: Own) -> list[str]:
    """Return the sentence that tells which own files went into a document; none where the built-in ones made it."""
    paths = _(", ").join(f"{FOLDER}/{name}" for name in dict.fromkeys(files.used))
    said = _("this is made with the ledger's own {paths}, and says what stands there")
    return [said.format(paths=paths)] if paths else []


def is_template(name: str) -> bool:
    """Return whether a file in `templates/` is named as one that goes into documents."""
    return name.endswith((".j2", ".docx"))


def _is_link() -> OwnFileError:
    return OwnFileError(_("it is a link, or behind one; put the file itself there"))


def _must_be_small(size: int) -> None:
    if size > LARGEST:
        raise OwnFileError(_("the file is too large"))
