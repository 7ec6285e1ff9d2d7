"""Compare texts without the number in front, blanks and punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from xuncha.chinese.enumerations import PATTERNS, Family

NUMBERED: Final[tuple[Family, ...]] = ("1.", "（1）", "1）", "①", "第", "措施", "a.", "一、", "（一）")
"""The ways in which a cell numbers its items, except 一是."""
_AT_START: Final = re.compile(
    r"(?:问题|措施|第)\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[条项个]?\s*[：:、.．]|[•●■◆▪·]|"
    + "|".join(PATTERNS[family] for family in NUMBERED)
)


def without_number(text: str) -> str:
    """Remove the number in front of a text, such as 1. or （2） or ③ or 一、 or 问题1：."""
    match = _AT_START.match(text)
    return text[match.end() :].lstrip() or text if match else text


@lru_cache(maxsize=65_536)
def key_of(text: str) -> str:
    """Return the form in which texts are compared: half-width, lower case, without the number in front, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", without_number(text)).casefold())
