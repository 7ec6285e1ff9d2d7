"""Remove from a picture what nobody sees in it: where, when and by whom it was taken."""

from __future__ import annotations

import re
from typing import Final

from xuncha.language import gettext as _
from xuncha.paper.own import OwnFileError

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}
)
_JPEG: Final = b"\xff\xd8"
_JPEG_END: Final = 0xD9
_SCAN: Final = 0xDA
_SCAN_END: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The marker that ends the pixels of a JPEG."""
_SEGMENT: Final = 0xFF  # each segment of a JPEG begins with it
_FIRST_ADDED: Final = 0xE0  # segments with this marker or a higher one hold what programs have added
_NEEDED: Final = (b"\xff\xe0\x00\x10JFIF\x00", b"\xff\xee\x00\x0eAdobe")
"""First bytes of the added segments that are kept: they give the resolution and the colours."""


def clean_picture(name: str, content: bytes) -> bytes:
    """Return a picture, PNG or JPEG, without its metadata. Raises OwnFileError if it is of another kind, or damaged."""
    try:
        if content.startswith(_PNG):
            return _clean_png(content)
        if content.startswith(_JPEG):
            return _clean_jpeg(content)
    except IndexError:
        pass
    message = _("the picture {name} may reveal where and by whom it was taken; insert it as PNG or JPEG")
    raise OwnFileError(message.format(name=name))


def _clean_png(content: bytes) -> bytes:
    chunks, pos, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        kind = content[pos + 4 : pos + 8]
        end = pos + 12 + int.from_bytes(content[pos : pos + 4], "big")
        if end > len(content):
            raise IndexError
        chunks += [content[pos:end]] if kind in _PNG_CHUNKS else []
        pos = end
    return b"".join(chunks)


def _clean_jpeg(content: bytes) -> bytes:
    segments, pos = [_JPEG], len(_JPEG)
    while (marker := content[pos + 1]) != _JPEG_END:
        if content[pos] != _SEGMENT:
            raise IndexError
        if marker == _SEGMENT:  # it may be repeated before a segment
            pos += 1
            continue
        end = pos + 2 + int.from_bytes(content[pos + 2 : pos + 4], "big")
        if marker == _SCAN:
            match = _SCAN_END.search(content, end)
            end = match.start() if match else len(content)
        if marker < _FIRST_ADDED or content.startswith(_NEEDED, pos):
            segments.append(content[pos:end])
        pos = end
    return b"".join([*segments, bytes([_SEGMENT, _JPEG_END])])
