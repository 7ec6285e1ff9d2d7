"""Pictures without what nobody sees of them: where, when, by whom and with what they were made."""

from __future__ import annotations

import re
from typing import Final

from xuncha.language import gettext as _
from xuncha.paper.own import OwnFileError

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_SHOWN_OF_PNG: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}
)
_JPEG: Final = b"\xff\xd8"
_END_OF_JPEG: Final = 0xD9
_SCAN: Final = 0xDA
_SCANNED: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends the points of a picture: a marker that is none of theirs."""
_BEGIN: Final = 0xFF
"""Each segment of a JPEG begins with it."""
_FIRST_ADDED: Final = 0xE0
"""The marker from which on a segment holds what programs have added."""
_NEEDED: Final = (b"\xff\xe0\x00\x10JFIF\x00", b"\xff\xee\x00\x0eAdobe")
"""How those of them begin that say how large the points are, and of what colours."""


def without_metadata(name: str, content: bytes) -> bytes:
    """Return a picture of which everything is seen.

    Raises:
        OwnFileError: it is of another kind, or damaged.
    """
    try:
        if content.startswith(_PNG):
            return _of_png(content)
        if content.startswith(_JPEG):
            return _of_jpeg(content)
    except IndexError:
        pass
    said = _("the picture {name} may tell where and by whom it was made; put it in as PNG or JPEG")
    raise OwnFileError(said.format(name=name))


def _of_png(content: bytes) -> bytes:
    kept, at, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        kind = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if end > len(content):
            raise IndexError
        kept += [content[at:end]] if kind in _SHOWN_OF_PNG else []
        at = end
    return b"".join(kept)


def _of_jpeg(content: bytes) -> bytes:
    kept, at = [_JPEG], len(_JPEG)
    while (marker := content[at + 1]) != _END_OF_JPEG:
        if content[at] != _BEGIN:
            raise IndexError
        if marker == _BEGIN:  # it may stand there more than once
            at += 1
            continue
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SCAN:
            found = _SCANNED.search(content, end)
            end = found.start() if found else len(content)
        if marker < _FIRST_ADDED or content.startswith(_NEEDED, at):
            kept.append(content[at:end])
        at = end
    return b"".join([*kept, bytes([_BEGIN, _END_OF_JPEG])])
