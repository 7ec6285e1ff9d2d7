"""A zip that anyone may have made is taken apart: into a folder of ours, and only what it may hold."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
import zlib
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile

from xuncha.errors import Place, RefusedError, cause_of
from xuncha.language import gettext as _
from xuncha.store.findings import about

if TYPE_CHECKING:
    from pathlib import Path
    from zipfile import ZipInfo

    from xuncha.errors import Finding

_MOST_TIMES: Final = 100
"""How many times larger than the file its contents may be: bags hold texts, and what is packed already."""
_ALWAYS: Final = 64 * 1024 * 1024
"""Bytes that its contents may have in any case."""
_LONGEST: Final = 4096
"""Characters in a name."""
_TOP: Final = re.compile(r"(?!\.)[\w.-]+(?<!\.)")
"""What the folder that holds the whole bag may be called."""
_NOWHERE: Final = re.compile(r"[\x00-\x1f\x7f\\]")
_NOT_ON_WINDOWS: Final = re.compile(r'[:*?"<>|]|[. ]$')
"""What Linux holds, and Windows takes for something else."""


def open_bag(file: Path, folder: Path) -> tuple[Path | None, list[Finding[Place]]]:
    """Take a zip apart.

    Args:
        file: the zip.
        folder: where to; empty. Nothing is written anywhere else.

    Returns:
        The folder of the bag in it; None where it is not taken apart. And what is wrong with it.

    Raises:
        RefusedError: it cannot be read, or is no zip.
    """
    try:
        size = file.stat().st_size
        with ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not _is_folder(entry)]
            found = _cut_off(entries) or _astray(entries) or _too_large(entries, size)
            if found:
                return None, found
            for entry in entries:
                found += _take_out(archive, entry, folder)
    except OSError as error:
        raise RefusedError(
            "no-such-file", _("{path} cannot be read: {reason}").format(path=file, reason=cause_of(error))
        ) from None
    except (BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise RefusedError(
            "not-a-zip", _("{path} is no sound zip: {reason}").format(path=file, reason=error)
        ) from None
    tops = {entry.orig_filename.partition("/")[0] for entry in entries}
    return (folder / tops.pop() if tops else None), found


def _cut_off(entries: list[ZipInfo]) -> list[Finding[Place]]:
    """That the zip does not begin where the file does: what is read as its list is that of a document inside."""
    if not entries or min(entry.header_offset for entry in entries) == 0:
        return []
    return [
        about(
            ".",
            "cut-off",
            _("the file is cut off, or something stands before the zip: nothing was unpacked"),
            "",
        )
    ]


def _is_folder(entry: ZipInfo) -> bool:
    return (
        entry.orig_filename.endswith("/")
        and entry.file_size == 0
        and not _leads_astray(entry.orig_filename[:-1])
    )


def _leads_astray(name: str) -> bool:
    """Whether a name may mean anything but a file below the folder on this system."""
    top, *parts = name.split("/")
    return (
        len(name) > _LONGEST
        or not _TOP.fullmatch(top)
        or any(part in {"", ".", ".."} or _NOWHERE.search(part) is not None for part in parts)
        or (os.name == "nt" and any(_NOT_ON_WINDOWS.search(part) is not None for part in parts))
    )


def _astray(entries: list[ZipInfo]) -> list[Finding[Place]]:
    """The entries whose names or kinds lead out of the folder, hide another one, or are none of a bag's."""
    found, names = [], set()
    for entry in entries:
        name = entry.orig_filename
        mode = entry.external_attr >> 16
        same = unicodedata.normalize("NFC", name)
        if "/" not in name or _leads_astray(name):
            found.append(about(name, "unsafe-name", _("this name leads astray: nothing was unpacked"), ""))
        elif mode and not stat.S_ISREG(mode) and stat.S_IFMT(mode):
            found.append(about(name, "not-a-file", _("this is a link or a device: nothing was unpacked"), ""))
        elif entry.flag_bits & 1:
            found.append(about(name, "encrypted", _("this is encrypted: nothing was unpacked"), ""))
        elif same in names:
            found.append(
                about(name, "name-twice-in-zip", _("this name is there twice: nothing was unpacked"), "")
            )
        names.add(same)
    tops = {entry.orig_filename.partition("/")[0] for entry in entries}
    if not found and len(tops) != 1:
        found.append(about(", ".join(sorted(tops)), "not-a-bag", _("the zip does not hold one folder"), ""))
    return found


def _too_large(entries: list[ZipInfo], size: int) -> list[Finding[Place]]:
    """That it would fill the disk: what it tells of its contents; that they are no larger is seen to when they are read."""
    told = sum(entry.file_size for entry in entries)
    if told <= max(size * _MOST_TIMES, _ALWAYS):
        return []
    said = _("it would unpack to {told} bytes, out of {size}: nothing was unpacked")
    return [about(".", "too-large", said.format(told=f"{told:,}", size=f"{size:,}"), "")]


def _take_out(archive: ZipFile, entry: ZipInfo, folder: Path) -> list[Finding[Place]]:
    """Write one entry; gives why that cannot be done."""
    name = entry.orig_filename
    target = folder.joinpath(*name.split("/"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, target.open("xb") as stream:
            while block := source.read(1024 * 1024):
                stream.write(block)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        return [
            about(inner(name), "damaged", _("this is damaged in the zip: {reason}").format(reason=error), "")
        ]
    except OSError as error:
        return [
            about(
                inner(name),
                "not-written",
                _("this could not be unpacked: {reason}").format(reason=cause_of(error)),
                "",
            )
        ]
    return []


def inner(name: str) -> str:
    """A name without the folder that holds the whole bag."""
    return name.partition("/")[2]
