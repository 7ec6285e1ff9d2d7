"""Find the sources behind a name on the command line: ledgers, repositories, archives, rows files, or a folder of these."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal, NamedTuple

from xuncha.errors import RefusedError, cause_of
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.system import is_link
from xuncha.trail.repository import is_bare

Kind = Literal["folder", "bare", "archive", "rows", "plan", "unreachable", "other"]
PLAN: Final = "region.yaml"
_MAX_DEPTH: Final = 12
"""Levels of folders that are searched below the named one."""
_UNREAD: Final = frozenset({"other", "unreachable"})
_BY_SUFFIX: Final[dict[str, Kind]] = {".parquet": "rows", ".zip": "archive"}


class Source(NamedTuple):
    """A source that was found."""

    kind: Kind
    path: Path  # in full
    label: str
    """The path as the user would write it."""
    message: str = ""
    """A message about the source, for example that it could not be updated."""


def find_sources(name: Path) -> list[Source]:
    """Find all sources behind a name, in the order of their names. Raises RefusedError if there is no such file or folder."""
    path = name.absolute()
    try:
        mode = path.stat().st_mode
    except OSError:
        message = _("{path} is not there").format(path=name)
        raise RefusedError(
            "no-such-source", message, _("name a ledger, a rows file, or a folder of these")
        ) from None
    if stat.S_ISDIR(mode):
        return list(_in_folder(path, str(name).rstrip("/") or "/", 0))
    kind = _kind(path) if stat.S_ISREG(mode) else "other"
    if kind == "other":
        message = _("{path} cannot be read by a roll-up").format(path=name)
        hint = _(
            "a ledger's folder, a clone, an archive (.zip), rows (.parquet), region.yaml, or a folder of these"
        )
        raise RefusedError("no-such-source", message, hint)
    return [Source(kind, path, str(name))]


def _kind(file: Path) -> Kind:
    if file.suffix.lower() in {".yaml", ".yml"}:
        return "plan"
    return _BY_SUFFIX.get(file.suffix.lower(), "other")


def _in_folder(folder: Path, label: str, depth: int) -> Iterator[Source]:
    """Return a folder as a source, or else the sources in it; links are not followed."""
    if os.path.lexists(folder / LEDGER_FILE):
        yield Source("folder", folder, label)
        return
    if is_bare(folder):
        yield Source("bare", folder, label)
        return
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        yield Source("unreachable", folder, label, cause_of(error))
        return
    inside = [each for entry in entries for each in _entry(entry, label, depth)]
    if os.path.lexists(folder / ".git") and all(each.kind in _UNREAD for each in inside):
        yield Source("folder", folder, label)  # a clone without its ledger: reading it reports that
        return
    yield from inside


def _entry(entry: os.DirEntry[str], label: str, depth: int) -> Iterator[Source]:
    path = Path(entry.path)
    name = f"{label}/{entry.name}" if label != "." else entry.name
    if entry.name.startswith("."):
        return
    if entry.is_dir(follow_symlinks=False):
        if depth < _MAX_DEPTH:
            yield from _in_folder(path, name, depth + 1)
        else:
            reason = _("it is more than {n} folders deep").format(n=_MAX_DEPTH)
            yield Source("unreachable", path, name, reason)
    elif entry.is_file(follow_symlinks=False):
        kind = _kind(path)
        is_read = kind != "plan" or (entry.name == PLAN and depth == 0)
        yield Source(kind if is_read else "other", path, name)
    else:
        reason = _("it is a link, which is not followed") if is_link(entry) else _("this is not a file")
        yield Source("unreachable", path, name, reason)
