"""A folder becomes a BagIt bag (RFC 8493), and a bag one zip: the same files give the same bytes."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from xuncha.chinese.characters import UNSAFE
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.parts import needs

ALGORITHMS: Final = ("sha256", "sha512")
BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""The file by which a bag is known."""
README: Final = "README.txt"
TAG_FILES: Final = (README, "bag-info.txt", "bagit.txt", *(f"manifest-{name}.txt" for name in ALGORITHMS))
"""What stands beside the payload; the tag manifests list it."""
TAG_MANIFESTS: Final = tuple(f"tagmanifest-{name}.txt" for name in ALGORITHMS)
_MODE: Final = 0o100644 << 16
_UNIX: Final = 3
_FIRST_YEAR, _LAST_YEAR = 1980, 2107
"""Those that a zip can tell."""
_NOT_LISTED: Final = re.compile(rf"[\\\t\n{UNSAFE}\ud800-\udfff]|\s(?:/|$)|%(?:0a|0d|25)", re.IGNORECASE)
"""What the tools disagree on in the lists of a bag: ends of lines, the other slash, blanks at ends, and the percent sign as an escape."""


def bagit() -> ModuleType:
    """Load the library; what it would say by itself on standard error is said by us.

    Raises:
        SurroundingsError: it is not installed.
    """
    with needs("office"):
        import bagit as library  # noqa: PLC0415  for this command alone

    quiet = logging.getLogger("bagit")
    quiet.addHandler(logging.NullHandler())
    quiet.propagate = False
    return library  # type: ignore[no-any-return]


def must_be_listed(paths: list[str]) -> None:
    """Check that the lists of a bag can name every file so that all tools understand it.

    Raises:
        RefusedError: one has a name that they do not.
    """
    for path in paths:
        if _NOT_LISTED.search(path):
            shown = path.encode("utf-8", "replace").decode()
            raise RefusedError(
                "name-not-for-archive",
                _("a BagIt bag cannot name this file: {path}").format(path=shown),
                _("rename it, and commit"),
                path=shown,
            )


def pack(folder: Path, about: dict[str, str], readme: bytes) -> None:
    """Make a bag of a folder, in place.

    Args:
        folder: what it holds becomes the payload.
        about: the lines of bag-info.txt.
        readme: what is for whoever opens it.
    """
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
    """Write a bag as one zip, below a folder of its own.

    The entries are in order, stored as they are, and tell nothing of the machine: no library of compression decides about
    the bytes, and what is damaged in one place can be read in all others.

    Args:
        folder: the bag.
        name: of the folder in the zip.
        day: the time of every entry.
        target: where to.
    """
    moment = (min(max(day.year, _FIRST_YEAR), _LAST_YEAR), day.month, day.day, 0, 0, 0)
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for path in paths:
            entry = ZipInfo(f"{name}/{path}", moment)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            entry.file_size = (folder / path).stat().st_size
            with (folder / path).open("rb") as source, archive.open(entry, "w") as stream:
                shutil.copyfileobj(source, stream)
