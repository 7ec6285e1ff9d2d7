"""Take a zip apart that anyone may have made: into a folder of ours, and only what it may hold."""

from __future__ import annotations

import re
import stat
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile, ZipFile

from xuncha.errors import Finding, Place, RefusedError, cause_of
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from zipfile import ZipInfo

_MOST_TIMES: Final = 100
"""How many times larger than the file its contents may be: bags hold texts, and what is packed already."""
_ALWAYS: Final = 64 * 1024 * 1024
"""Bytes that its contents may have in any case."""
_LONGEST: Final = 4096
"""Characters in a name."""
_NAME: Final = re.compile(r"(?!\.)[\w.-]+(?<!\.)(?:/(?!\.{0,2}(?:/|\Z))[^/\\\x00-\x1f\x7f]+)+")
"""One folder that holds the whole bag, and a file below it."""


def wrong(path: str, code: str, message: str) -> Finding[Place]:
    """Make a finding of a file in the archive; of the archive itself, the path is `.`."""
    return Finding(code, message, Place(path))


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
            entries = [entry for entry in archive.infolist() if not entry.orig_filename.endswith("/")]
            if found := _cut_off(entries) or list(_dangerous(entries)) or _unfit(entries, size):
                return None, found
            found = [fault for entry in entries for fault in _take_out(archive, entry, folder)]
    except OSError as error:
        said = _("{path} cannot be read: {reason}").format(path=file, reason=cause_of(error))
        raise RefusedError("no-such-file", said) from None
    except (BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        said = _("{path} is no sound zip: {reason}").format(path=file, reason=error)
        raise RefusedError("not-a-zip", said) from None
    return folder / entries[0].filename.partition("/")[0], found


def _cut_off(entries: list[ZipInfo]) -> list[Finding[Place]]:
    """Find that the zip does not begin where the file does: what is read as its list is that of a document inside."""
    if not entries or min(entry.header_offset for entry in entries) == 0:
        return []
    said = _("the file is cut off, or something stands before the zip: nothing was unpacked")
    return [wrong(".", "cut-off", said)]


def _dangerous(entries: list[ZipInfo]) -> Iterator[Finding[Place]]:
    """Find the entries whose names or kinds lead out of the folder, hide another one, or are none of a bag's."""
    names = set()
    for entry in entries:
        name = entry.orig_filename
        same = unicodedata.normalize("NFC", name)
        if len(name) > _LONGEST or not _NAME.fullmatch(name):
            yield wrong(name, "unsafe-name", _("this name leads astray: nothing was unpacked"))
        elif stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
            yield wrong(name, "not-a-file", _("this is a link or a device: nothing was unpacked"))
        elif entry.flag_bits & 1:
            yield wrong(name, "encrypted", _("this is encrypted: nothing was unpacked"))
        elif same in names:
            yield wrong(name, "name-twice-in-zip", _("this name is there twice: nothing was unpacked"))
        names.add(same)


def _unfit(entries: list[ZipInfo], size: int) -> list[Finding[Place]]:
    """Find that the zip does not hold one folder, or would fill the disk; that no entry is larger than told, zipfile sees to."""
    tops = {entry.orig_filename.partition("/")[0] for entry in entries}
    if len(tops) != 1:
        return [wrong(", ".join(sorted(tops)), "not-a-bag", _("the zip does not hold one folder"))]
    told = sum(entry.file_size for entry in entries)
    if told <= max(size * _MOST_TIMES, _ALWAYS):
        return []
    said = _("it would unpack to {told} bytes, out of {size}: nothing was unpacked")
    return [wrong(".", "too-large", said.format(told=f"{told:,}", size=f"{size:,}"))]


def _take_out(archive: ZipFile, entry: ZipInfo, folder: Path) -> Iterator[Finding[Place]]:
    """Write one entry; find why that cannot be done."""
    name = entry.filename.partition("/")[2]
    try:
        archive.extract(entry, folder)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        yield wrong(name, "damaged", _("this is damaged in the zip: {reason}").format(reason=error))
    except OSError as error:
        said = _("this could not be unpacked: {reason}").format(reason=cause_of(error))
        yield wrong(name, "not-written", said)
