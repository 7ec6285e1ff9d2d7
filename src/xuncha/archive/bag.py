"""A folder becomes a BagIt bag (RFC 8493) and a bag one zip; and a zip that anyone may have made is taken apart."""

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
from xuncha.parts import needs

ALGORITHMS: Final = ("sha256", "sha512")
BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""The file by which a bag is known."""
README: Final = "README.txt"
TAG_FILES: Final = (README, "bag-info.txt", "bagit.txt", *(f"manifest-{name}.txt" for name in ALGORITHMS))
"""What stands beside the payload; the tag manifests list it."""
TAG_MANIFESTS: Final = tuple(f"tagmanifest-{name}.txt" for name in ALGORITHMS)
_NOT_LISTED: Final = re.compile(rf"[\\\t\n{UNSAFE}\ud800-\udfff]|\s(?:/|$)|%(?:0a|0d|25)", re.IGNORECASE)
"""What the tools disagree on in the lists of a bag: ends of lines, the other slash, blanks at ends, and the percent sign as an escape."""

_MOST_TIMES: Final = 100
"""How many times larger than the zip its contents may be: bags hold texts, and what is packed already."""
_ALWAYS: Final = 64 * 1024 * 1024  # bytes that its contents may have in any case
_LONGEST_NAME: Final = 4096
_NAME: Final = re.compile(r"(?!\.)[\w.-]+(?<!\.)(?:/(?!\.{0,2}(?:/|\Z))[^/\\\x00-\x1f\x7f]+)+")
"""One folder that holds the whole bag, and a file below it."""


def bagit() -> ModuleType:
    """Load the library; what it would say by itself on standard error is said by us."""
    with needs("office"):
        import bagit as library  # noqa: PLC0415  for this command alone

    quiet = logging.getLogger("bagit")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    return library  # type: ignore[no-any-return]


def must_be_listed(paths: list[str]) -> None:
    """Check that the lists of a bag can name every file so that all tools understand it. Raises RefusedError for one that they cannot."""
    for path in paths:
        if _NOT_LISTED.search(path):
            shown = path.encode("utf-8", "replace").decode()
            said = _("BagIt cannot record this file name: {path}").format(path=shown)
            raise RefusedError("name-not-for-archive", said, _("rename it, and commit"), shown)


def pack(folder: Path, about: dict[str, str], readme: bytes) -> None:
    """Make a bag of a folder, in place: what it holds becomes the payload; `about` gives the lines of bag-info.txt."""
    library: Any = bagit()
    library.make_bag(str(folder), dict(about), checksums=list(ALGORITHMS))
    (folder / "bagit.txt").write_bytes(BAGIT)
    (folder / README).write_bytes(readme)
    for algorithm in ALGORITHMS:
        (folder / f"tagmanifest-{algorithm}.txt").write_bytes(tag_manifest(folder, algorithm))


def tag_manifest(folder: Path, algorithm: str) -> bytes:
    """Write the list of the files beside the payload, in order, as `sha256sum -c` reads it; the library's own has no order."""
    lines = []
    for name in TAG_FILES:
        with (folder / name).open("rb") as stream:
            lines.append(f"{hashlib.file_digest(stream, algorithm).hexdigest()}  {name}\n")
    return "".join(lines).encode()


def zipped(folder: Path, name: str, day: date, target: IO[bytes]) -> None:
    """Write a bag as one zip, below a folder of this name: its entries in order, as `packing.store` does."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    store(((f"{name}/{path}", folder / path) for path in paths), day, target)


def wrong(path: str, code: str, message: str) -> Finding[Place]:
    """Make a finding of a file in the archive; of the archive itself, the path is `.`."""
    return Finding(code, message, Place(path))


def open_bag(file: Path, folder: Path) -> tuple[Path | None, list[Finding[Place]]]:
    """Take a zip apart, into an empty folder; return the bag in it, None where it was not taken apart, and what is wrong. Raises RefusedError if it is no zip."""
    try:
        size = file.stat().st_size
        with ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.orig_filename.endswith("/")]
            if entries and min(entry.header_offset for entry in entries) > 0:
                # What is read as the list of the zip may be that of a document inside.
                said = _("the file is cut off, or something precedes the zip: nothing was unpacked")
                return None, [wrong(".", "cut-off", said)]
            if found := list(_dangerous(entries)) or list(_unfit(entries, size)):
                return None, found
            found = [fault for entry in entries for fault in _take_out(archive, entry, folder)]
    except OSError as error:
        said = _("{path} cannot be read: {reason}").format(path=file, reason=cause_of(error))
        raise RefusedError("no-such-file", said) from None
    except (BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        said = _("{path} is not a valid zip file: {reason}").format(path=file, reason=error)
        raise RefusedError("not-a-zip", said) from None
    return folder / entries[0].filename.partition("/")[0], found


def _dangerous(entries: list[ZipInfo]) -> Iterator[Finding[Place]]:
    """Find the entries whose names or kinds lead out of the folder, hide another one, or are none of a bag's."""
    names = set()
    for entry in entries:
        name = entry.orig_filename
        same = unicodedata.normalize("NFC", name)
        if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
            said = _(
                "this name leads outside its folder, or cannot be used as a file name: nothing was unpacked"
            )
            yield wrong(name, "unsafe-name", said)
        elif stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
            yield wrong(name, "not-a-file", _("this is a link or a device: nothing was unpacked"))
        elif entry.flag_bits & 1:
            yield wrong(name, "encrypted", _("this is encrypted: nothing was unpacked"))
        elif same in names:
            yield wrong(name, "name-twice-in-zip", _("this name occurs twice: nothing was unpacked"))
        names.add(same)


def _unfit(entries: list[ZipInfo], size: int) -> Iterator[Finding[Place]]:
    """Find that the zip does not hold one folder, or would fill the disk; that no entry is larger than told, zipfile sees to."""
    tops = {entry.orig_filename.partition("/")[0] for entry in entries}
    told = sum(entry.file_size for entry in entries)
    if len(tops) != 1:
        yield wrong(", ".join(sorted(tops)), "not-a-bag", _("the zip does not contain exactly one folder"))
    elif told > max(size * _MOST_TIMES, _ALWAYS):
        said = _("it would unpack from {size} to {told} bytes: nothing was unpacked")
        yield wrong(".", "too-large", said.format(told=f"{told:,}", size=f"{size:,}"))


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
