"""The template files of an office, which take precedence over the built-in ones. Links are never followed: their target would end up in a published document."""

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
"""Maximum size of one file, in bytes."""
_LARGEST_IN_ALL: Final = 50 * 1024 * 1024
_MOST: Final = 1000
_DEEPEST: Final = 16  # levels of folders; deeper ones are ignored
FOLDER: Final = "templates"
_LINK: Final = "120000"
_REFERENCE = re.compile(r'"([\w.]+\.j2)"')  # the name of another template, in a built-in one


class OwnFileError(Exception):
    """A template file of the office may not be used. The text is the reason; `name` is empty where the caller knows it."""

    def __init__(self, said: str, name: str = "") -> None:
        super().__init__(said)
        self.name = name


class Own:
    """An office's own files by their paths in `templates/`: the content as bytes or, for a file that may not be used, the reason as text."""

    def __init__(self, files: Mapping[str, bytes | str]) -> None:
        self.files = files
        self.used: list[str] = []
        """Names of the files that went into a document."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file by its name; None if there is none. Raises OwnFileError if it may not be used."""
        path = PurePosixPath(name)
        for each in (path, *path.parents):
            if isinstance(reason := self.files.get(str(each)), str):
                raise OwnFileError(reason)
        content = self.files.get(name)
        return content if isinstance(content, bytes) else None


def on_disk(root: Path) -> Own:
    """Read the office's own files from `templates/` in the folder of a ledger."""
    top = root / FOLDER
    if is_link(top):
        return Own({".": _is_link()})
    contents: dict[str, bytes | str] = {}
    total = 0
    for folder, folders, files in os.walk(top):
        if len(Path(folder).relative_to(top).parts) >= _DEEPEST:
            folders.clear()
        for place in (Path(folder, each) for each in sorted([*files, *folders])):
            name = place.relative_to(top).as_posix()
            try:
                if is_link(place):
                    contents[name] = _is_link()
                elif place.is_file():
                    size = place.stat().st_size
                    contents[name] = _too_large(size, total, len(contents)) or place.read_bytes()
                    total += size
            except OSError as error:
                contents[name] = cause_of(error)
    return Own(contents)


def at_commit(root: Path, commit: str) -> Own:
    """Read the office's own files from a commit of the ledger, given by its full hash."""
    git, contents, total = Git(root), dict[str, bytes | str](), 0
    leaves = {leaf.path.removeprefix(f"{FOLDER}/"): leaf for leaf in listed(git, commit, FOLDER)}
    files = {name: leaf.name for name, leaf in leaves.items() if leaf.mode in {"100644", "100755"}}
    for name, file in zip(files, stored(git, files.values(), LARGEST), strict=True):
        contents[name] = _too_large(file.size, total, len(contents)) or file.content
        total += file.size
    links = {"." if name == FOLDER else name for name, leaf in leaves.items() if leaf.mode == _LINK}
    return Own(contents | dict.fromkeys(links, _is_link()))


def built_in() -> Path:
    """Return the folder of the built-in templates: inside the installed package, or beside its source."""
    package = Path(__file__).parents[1]
    installed = package / FOLDER
    return installed if installed.is_dir() else package.parents[1] / FOLDER


def differs(name: str, content: bytes) -> bool:
    """Return whether a file differs from the built-in one of this name, or there is no such one."""
    built_in_file = built_in() / name
    return not built_in_file.is_file() or built_in_file.read_bytes() != content


def own_among(name: str, files: Own) -> str | None:
    """Return the name of the first own file among a template and those it refers to; None if all are built in. Raises OwnFileError with the name of a file that may not be used."""
    waiting = [name]
    for each in waiting:
        try:
            content = files.read(each)
        except OwnFileError as error:
            raise OwnFileError(str(error), each) from None
        if content is not None and differs(each, content):
            return each
        usual = built_in() / each
        references = _REFERENCE.findall(usual.read_text(encoding="utf-8")) if usual.is_file() else []
        waiting += [other for other in dict.fromkeys(references) if other not in waiting]
    return None


def remark(files: Own) -> list[str]:
    """Return the warning that names the own files in a document; an empty list if only built-in ones were used."""
    paths = _(", ").join(f"{FOLDER}/{name}" for name in dict.fromkeys(files.used))
    message = _("this is made with the ledger's own {paths}, and follows their text")
    return [message.format(paths=paths)] if paths else []


def is_template(name: str) -> bool:
    """Return whether a file in `templates/` has the name of a template: .j2 or .docx."""
    return name.endswith((".j2", ".docx"))


def _is_link() -> str:
    return _("it is a link, or reached through one; put the file itself there")


def _too_large(size: int, read: int, count: int) -> str:
    """Return why a file is not read: it is too large, or the files before it are too many or too large together; empty if it is read."""
    if read + size > _LARGEST_IN_ALL or count >= _MOST:
        return _("the folder templates/ is too large")
    return _("the file is too large") if size > LARGEST else ""
