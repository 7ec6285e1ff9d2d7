"""The files that an office puts before the built-in templates. None is read through a link: what it leads to would stand in a document that is published."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from xuncha.errors import cause_of
from xuncha.language import gettext as _
from xuncha.system import is_link
from xuncha.trail.contents import stored
from xuncha.trail.git import Git
from xuncha.trail.limits import listed

LARGEST: Final = 20 * 1024 * 1024
"""Bytes in one file."""
_LARGEST_IN_ALL: Final = 50 * 1024 * 1024
_MOST: Final = 1000
_DEEPEST: Final = 16  # folders in one another; what is deeper is not looked at
FOLDER: Final = "templates"
_LINK: Final = "120000"
_REFERENCE = re.compile(r'"([\w.]+\.j2)"')  # in a built-in template: the name of another one


class OwnFileError(Exception):
    """A file may not be used. The text is the reason; `name` is empty where the caller knows it."""

    def __init__(self, said: str, name: str = "") -> None:
        super().__init__(said)
        self.name = name


class Own:
    """The files by their names, those in folders with the folder's name before them; in place of one that may not be used, the reason."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self.files = files
        self.used: list[str] = []
        """The names of those that went into a document."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file by its name; None where there is none. Raises OwnFileError if it may not be used."""
        path = PurePosixPath(name)
        for each in (path, *path.parents):
            if isinstance(reason := self.files.get(str(each)), str):
                raise OwnFileError(reason)
        content = self.files.get(name)
        return content if isinstance(content, bytes) else None


def on_disk(root: Path) -> Own:
    """Read the files in the `templates/` of a ledger's folder."""
    top = root / FOLDER
    if is_link(top):
        return Own({".": _is_link()})
    found: dict[str, bytes | str] = {}
    read = 0
    for folder, folders, files in os.walk(top):
        if len(Path(folder).relative_to(top).parts) >= _DEEPEST:
            folders.clear()
        for place in (Path(folder, each) for each in sorted([*files, *folders])):
            name = place.relative_to(top).as_posix()
            try:
                if is_link(place):
                    found[name] = _is_link()
                elif place.is_file():
                    size = place.stat().st_size
                    found[name] = _too_large(size, read, len(found)) or place.read_bytes()
                    read += size
            except OSError as error:
                found[name] = cause_of(error)
    return Own(found)


def at_commit(root: Path, commit: str) -> Own:
    """Read the files as one commit of the ledger holds them; its hash is given in full."""
    git, found, read = Git(root), dict[str, bytes | str](), 0
    leaves = {leaf.path.removeprefix(f"{FOLDER}/"): leaf for leaf in listed(git, commit, FOLDER)}
    files = {name: leaf.name for name, leaf in leaves.items() if leaf.mode in {"100644", "100755"}}
    for name, each in zip(files, stored(git, files.values(), LARGEST), strict=True):
        found[name] = _too_large(each.size, read, len(found)) or each.content
        read += each.size
    links = {"." if name == FOLDER else name for name, leaf in leaves.items() if leaf.mode == _LINK}
    return Own(found | dict.fromkeys(links, _is_link()))


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
    """Find an own file among a template and those that it refers to; None where there is none. Raises OwnFileError with the name of one that may not be used."""
    waiting = [name]
    for each in waiting:
        try:
            content = files.read(each)
        except OwnFileError as error:
            raise OwnFileError(str(error), each) from None
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


def _is_link() -> str:
    return _("it is a link, or behind one; put the file itself there")


def _too_large(size: int, read: int, count: int) -> str:
    """Say why a file is not read, where it is too large, or is behind so many others; else nothing."""
    if read + size > _LARGEST_IN_ALL or count >= _MOST:
        return _("the folder templates/ is too large")
    return _("the file is too large") if size > LARGEST else ""
