"""Pack files into a zip that has the same bytes on any day, system and machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)  # the earliest moment that a zip can hold
_LAST_YEAR: Final = 2107
_MODE: Final = 0o100644 << 16
_UNIX: Final = 3


def pack(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip of parts in the given order, compressed, all with the same fixed date."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as target:
        for name, content in parts:
            entry = ZipInfo(name, _FIRST_DAY)
            entry.create_system = 0
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, content)
    return stream.getvalue()


def store(files: Iterable[tuple[str, Path]], day: date, target: IO[bytes]) -> None:
    """Write a zip of files in the given order, with these names and this day; uncompressed, because compressed bytes depend on the library."""
    moment = (min(max(day.year, _FIRST_DAY[0]), _LAST_YEAR), day.month, day.day, 0, 0, 0)
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name, path in files:
            entry = ZipInfo(name, moment)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            entry.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(entry, "w") as stream:
                shutil.copyfileobj(source, stream)
