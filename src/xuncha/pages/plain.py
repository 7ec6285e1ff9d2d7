"""Plain text, a line a line, in whatever encoding it is written."""

from __future__ import annotations

import codecs
import re

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.pages.line import Line, line_of

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_FEW = 20  # control characters that a text may hold before it is taken for none


def decoded(content: bytes, path: str) -> str:
    """Return the text of a file, a line feed at the end of each line. Raises RefusedError if it is no text, or in another encoding."""
    # A text in GB18030 that happens to be valid UTF-8 does not occur. Notepad's “Unicode” has a mark.
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_CONTROL.findall(text[:100_000])) <= _FEW:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    hint = _("read are .docx, and .txt, .md and .html in UTF-8, UTF-16 or GB18030")
    raise RefusedError("not-a-text", _("this is neither a text nor a document that is read"), hint, path)


def lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a text that are not blank."""
    return tuple(
        filter(None, (line_of([(line, number, 1)]) for number, line in enumerate(text.split("\n"), 1)))
    )
