"""The template files of an office, which take precedence over the built-in ones. Links are never followed: their target would end up in a published document."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from xuncha.errors import cause_of
from xuncha.language import gettext as _
from xuncha.system import is_link
from xuncha.trail.contents import read_objects
from xuncha.trail.git import Git
from xuncha.trail.limits import ls_tree

MAX_SIZE: Final = 20 * 1024 * 1024
"""Maximum size of one file, in bytes."""
_MAX_TOTAL: Final = 50 * 1024 * 1024
_MAX_FILES: Final = 1000
_MAX_DEPTH: Final = 16  # levels of folders; deeper ones are ignored
FOLDER: Final = "templates"
_LINK: Final = "120000"


class OwnFileError(Exception):
    """A template file of the office may not be used; the text is the reason."""


class OwnFiles:
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


def on_disk(root: Path) -> OwnFiles:
    """Read the office's own files from `templates/` in the folder of a ledger."""
    templates = root / FOLDER
    if is_link(templates):
        return OwnFiles({".": _link_reason()})
    contents: dict[str, bytes | str] = {}
    total_size = 0
    for folder, folders, files in os.walk(templates):
        if len(Path(folder).relative_to(templates).parts) >= _MAX_DEPTH:
            folders.clear()
        for path in (Path(folder, each) for each in sorted([*files, *folders])):
            name = path.relative_to(templates).as_posix()
            try:
                if is_link(path):
                    contents[name] = _link_reason()
                elif path.is_file():
                    size = path.stat().st_size
                    contents[name] = _size_reason(size, total_size, len(contents)) or path.read_bytes()
                    total_size += size
            except OSError as error:
                contents[name] = cause_of(error)
    return OwnFiles(contents)


def at_commit(root: Path, commit: str) -> OwnFiles:
    """Read the office's own files from a commit of the ledger, given by its full hash."""
    git, contents, total = Git(root), dict[str, bytes | str](), 0
    leaves = {leaf.path.removeprefix(f"{FOLDER}/"): leaf for leaf in ls_tree(git, commit, FOLDER)}
    files = {name: leaf.name for name, leaf in leaves.items() if leaf.mode in {"100644", "100755"}}
    for name, file in zip(files, read_objects(git, files.values(), MAX_SIZE), strict=True):
        contents[name] = _size_reason(file.size, total, len(contents)) or file.content
        total += file.size
    links = {"." if name == FOLDER else name for name, leaf in leaves.items() if leaf.mode == _LINK}
    return OwnFiles(contents | dict.fromkeys(links, _link_reason()))


def built_in() -> Path:
    """Return the folder of the built-in templates: inside the installed package, or beside its source."""
    package = Path(__file__).parents[1]
    installed = package / FOLDER
    return installed if installed.is_dir() else package.parents[1] / FOLDER


def is_changed(name: str, content: bytes) -> bool:
    """Return whether a file differs from the built-in one of this name, or there is no such one."""
    built_in_file = built_in() / name
    return not built_in_file.is_file() or built_in_file.read_bytes() != content


def own_templates(files: OwnFiles) -> list[str]:
    """Return the names of the .j2 templates among an office's own files that differ from the built-in ones, and of files that may not be used."""
    return [
        name
        for name, content in files.files.items()
        if isinstance(content, str) or (name.endswith(".j2") and is_changed(name, content))
    ]


def own_warning(files: OwnFiles) -> list[str]:
    """Return the warning that names the own files in a document; an empty list if only built-in ones were used."""
    paths = _(", ").join(f"{FOLDER}/{name}" for name in dict.fromkeys(files.used))
    message = _("this is made with the ledger's own {paths}, and follows their text")
    return [message.format(paths=paths)] if paths else []


def is_template(name: str) -> bool:
    """Return whether a file in `templates/` has the name of a template: .j2 or .docx."""
    return name.endswith((".j2", ".docx"))


def _link_reason() -> str:
    return _("it is a link, or reached through one; put the file itself there")


def _size_reason(size: int, read: int, count: int) -> str:
    """Return why a file is not read: it is too large, or the files before it are too many or too large together; empty if it is read."""
    if read + size > _MAX_TOTAL or count >= _MAX_FILES:
        return _("the folder templates/ is too large")
    return _("the file is too large") if size > MAX_SIZE else ""
