"""Tell what a number format of a spreadsheet shows of a value: 0%, ;;;, "未"@.

A format has up to four sections, for numbers above, below and equal to zero, and for texts (ISO/IEC 29500-1, 18.8.31).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SECTIONS: Final = 4
_PIECE: Final = re.compile(r'"[^"]*"?|\\.|[_*].|\[[^\]]*\]?|.', re.DOTALL)
"""A quoted text, an escaped character, a blank with the width of a character, a fill, a colour or condition; or one character."""
_INVISIBLE: Final = re.compile(r"[_*].|\[(?:\$[^\]]*|Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color\s*\d+|颜色\s*\d+|[黑蓝绿红白黄]色?)\]|[ \u3000]", re.IGNORECASE)  # fmt: skip
_PERCENT: Final = re.compile(r"[-+(]?[0#?.,]*[0#?][0#?.,]*%\)?")
_VALUE: Final = re.compile(r"[0#?@ymdhsgeb]|General|G/通用格式", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_percent(form: str) -> bool:
    """Return whether a format shows a number as a percentage, and nothing else beside it."""
    shown = [piece for piece in _sections(form)[0] if not _INVISIBLE.fullmatch(piece)]
    return bool(_PERCENT.fullmatch("".join(shown)))


@lru_cache(maxsize=1024)
def hides_value(form: str, *, text: bool) -> bool:
    """Return whether a format hides a value or shows something else instead; for a text, also if it shows anything beside it."""
    sections = _sections(form)
    if not text:
        shown = "".join(piece for piece in sections[0] if not piece.startswith(('"', "\\", "_", "*")))
        shown = re.sub(r"\[(?![hms])[^\]]*\]?", "", shown, flags=re.IGNORECASE)
        return bool(form) and (not _VALUE.search(shown) or ("%" in form and not is_percent(form)))
    of_text = sections[-1] if len(sections) == _SECTIONS or "@" in sections[-1] else None
    if of_text is None:
        return False
    visible = [piece for piece in of_text if not _INVISIBLE.fullmatch(piece)]
    return "".join(visible).lower() not in {"@", "general"}


def _sections(form: str) -> list[list[str]]:
    """Return the pieces of each section."""
    sections: list[list[str]] = [[]]
    for piece in _PIECE.findall(form):
        if piece == ";":
            sections.append([])
        else:
            sections[-1].append(piece)
    return sections
