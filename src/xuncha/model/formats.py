"""What a number format of a spreadsheet shows of a value: 0%, ;;;, "未"@.

A format has up to four sections, for numbers above, below and equal to zero, and for texts (ISO/IEC 29500-1, 18.8.31).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SECTIONS: Final = 4
_LITERAL: Final = re.compile(r'"[^"]*"?|\\.|[_*].|\[(?![hms])[^\]]*\]?', re.IGNORECASE | re.DOTALL)
"""A quoted text, an escaped character, a blank with the width of a character, a fill, a colour or condition."""
_SPACE: Final = re.compile(r"[_*].|\[[^\]<=>]*\]|\s")
"""A blank, a fill or a colour. A condition is none: where it is not met, another section counts."""
_PERCENT: Final = re.compile(r"[-+(]?[0#?.,]*[0#?][0#?.,]*%\)?")
_VALUE: Final = re.compile(r"[0#?@ymdhsgeb]|General|G/通用格式", re.IGNORECASE)


@lru_cache(maxsize=1024)
def is_percent(form: str) -> bool:
    """Return whether a format shows a number as a percentage, and nothing else beside it."""
    return _PERCENT.fullmatch(_SPACE.sub("", form.split(";", maxsplit=1)[0])) is not None


@lru_cache(maxsize=1024)
def hides_value(form: str, *, text: bool) -> bool:
    """Return whether a format hides a value or shows something else instead; for a text, also if it shows anything beside it."""
    first, *_others = sections = form.split(";")
    if text:
        is_for_texts = len(sections) == _SECTIONS or "@" in sections[-1]
        return is_for_texts and _SPACE.sub("", sections[-1]).lower() not in {"@", "general"}
    shows_value = _VALUE.search(_LITERAL.sub("", first)) is not None
    return bool(form) and (not shows_value or ("%" in form and not is_percent(form)))
