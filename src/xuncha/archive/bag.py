"""Make a BagIt bag (RFC 8493) from a folder, and a zip from a bag; and unpack a zip, which anyone may have made."""

from __future__ import annotations

import hashlib
import logging
import re
import stat
import unicodedata
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from xuncha.chinese.characters import UNSAFE
from xuncha.errors import Finding, Place, RefusedError, cause_of
from xuncha.language import gettext as _
from xuncha.paper.packing import store
from xuncha.parts import require_part

ALGORITHMS: Final = ("sha256", "sha512")
BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""The file that marks a folder as a bag."""
README: Final = "README.txt"
TAG_FILES: Final = (README, "bag-info.txt", "bagit.txt", *(f"manifest-{name}.txt" for name in ALGORITHMS))
"""The files beside the payload; the tag manifests list them."""
TAG_MANIFESTS: Final = tuple(f"tagmanifest-{name}.txt" for name in ALGORITHMS)
_UNLISTABLE: Final = re.compile(rf"[\\\t\n{UNSAFE}\ud800-\udfff]|\s(?:/|$)|%(?:0a|0d|25)", re.IGNORECASE)
"""Parts of names that tools read differently in the lists of a bag: line ends, backslashes, blanks at an end, and percent escapes."""

_MAX_FACTOR: Final = 100
"""How many times larger than the zip its contents may be: bags contain texts, and files that are already compressed."""
_ALLOWED: Final = 64 * 1024 * 1024  # bytes that the contents may have in any case
_MAX_NAME: Final = 4096
_NAME: Final = re.compile(r"(?!\.)[\w.-]+(?<!\.)(?:/(?!\.{0,2}(?:/|\Z))[^/\\\x00-\x1f\x7f]+)+")
"""The name of an entry: the one folder with the whole bag, and a file in it."""


def bagit() -> ModuleType:
    """Load the library, without its own messages on standard error, which we replace by ours."""
    with require_part("office"):
        import bagit as library  # noqa: PLC0415  for this command alone

    quiet = logging.getLogger("bagit")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    return library  # type: ignore[no-any-return]


def check_names(paths: list[str]) -> None:
    """Check that all tools understand the names of these files in the lists of a bag. Raises RefusedError for the first other name."""
    for path in paths:
        if _UNLISTABLE.search(path):
            shown = path.encode("utf-8", "replace").decode()
            message = _("BagIt cannot record this file name: {path}", path=shown)
            raise RefusedError("name-not-for-archive", message, _("rename it, and commit"), shown)


def make_bag(folder: Path, info: dict[str, str], readme: bytes) -> None:
    """Turn a folder into a bag, in place: its files become the payload; `info` gives the lines of bag-info.txt."""
    library: Any = bagit()
    library.make_bag(str(folder), dict(info), checksums=list(ALGORITHMS))
    (folder / "bagit.txt").write_bytes(BAGIT)
    (folder / README).write_bytes(readme)
    for algorithm in ALGORITHMS:
        (folder / f"tagmanifest-{algorithm}.txt").write_bytes(tag_manifest(folder, algorithm))


def tag_manifest(folder: Path, algorithm: str) -> bytes:
    """Return the list of the files beside the payload, in order, in the form of `sha256sum -c`; the library's own list has no order."""
    lines = []
    for name in TAG_FILES:
        with (folder / name).open("rb") as stream:
            lines.append(f"{hashlib.file_digest(stream, algorithm).hexdigest()}  {name}\n")
    return "".join(lines).encode()


def write_zip(folder: Path, name: str, day: date, target: IO[bytes]) -> None:
    """Write a bag as one zip, in a folder with this name, its entries in order, with `packing.store`."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    store(((f"{name}/{path}", folder / path) for path in paths), day, target)


def bag_error(path: str, code: str, message: str) -> Finding[Place]:
    """Return a finding about a file in the archive; the path `.` means the archive itself."""
    return Finding(code, message, Place(path))


def unzip(file: Path, folder: Path) -> tuple[Path | None, list[Finding[Place]]]:
    """Unpack a zip into an empty folder; return the bag in it (None if it was not unpacked) and the findings. Raises RefusedError if it is no zip."""
    try:
        size = file.stat().st_size
        with ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.orig_filename.endswith("/")]
            if found := list(_unsafe(entries)) or list(_unfit(entries, size)):
                return None, found
            found = [fault for entry in entries for fault in _extract(archive, entry, folder)]
    except OSError as error:
        message = _("{path} cannot be read: {reason}", path=file, reason=cause_of(error))
        raise RefusedError("no-such-file", message) from None
    except (BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        message = _("{path} is not a valid zip file: {reason}", path=file, reason=error)
        raise RefusedError("not-a-zip", message) from None
    return folder / entries[0].filename.partition("/")[0], found


def _unsafe(entries: list[ZipInfo]) -> Iterator[Finding[Place]]:
    """Yield findings for entries that would lead out of the folder, hide another entry, or cannot be part of a bag."""
    names = set()
    for entry in entries:
        name = entry.orig_filename
        normalized = unicodedata.normalize("NFC", name)
        is_name = len(name) <= _MAX_NAME and _NAME.fullmatch(name) and normalized not in names
        is_file = stat.S_IFMT(entry.external_attr >> 16) in {0, stat.S_IFREG} and not entry.flag_bits & 1
        if not (is_name and is_file):
            message = _(
                "the name leads outside its folder, is not possible or occurs twice, or this is a link, a device or encrypted: nothing was unpacked"
            )
            yield bag_error(name, "unsafe-entry", message)
        names.add(normalized)


def _unfit(entries: list[ZipInfo], size: int) -> Iterator[Finding[Place]]:
    """Yield a finding if the zip does not contain one folder from its beginning on, or would fill the disk; zipfile checks the stated sizes of entries."""
    tops = {entry.orig_filename.partition("/")[0] for entry in entries}
    total = sum(entry.file_size for entry in entries)
    if entries and min(entry.header_offset for entry in entries) > 0:
        # The list that is read may belong to a document inside the zip.
        message = _("the file is cut off, or something precedes the zip: nothing was unpacked")
        yield bag_error(".", "cut-off", message)
    elif len(tops) != 1:
        yield bag_error(".", "not-a-bag", _("the zip does not contain exactly one folder"))
    elif total > max(size * _MAX_FACTOR, _ALLOWED):
        message = _("it would unpack from {size} to {told} bytes: nothing was unpacked")
        yield bag_error(".", "too-large", message.format(told=f"{total:,}", size=f"{size:,}"))


def _extract(archive: ZipFile, entry: ZipInfo, folder: Path) -> Iterator[Finding[Place]]:
    """Write one entry; yield a finding if that fails."""
    try:
        archive.extract(entry, folder)
    except (BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError) as error:
        reason = cause_of(error) if isinstance(error, OSError) else error
        message = _("this could not be unpacked: {reason}", reason=reason)
        yield bag_error(entry.filename.partition("/")[2], "damaged", message)
