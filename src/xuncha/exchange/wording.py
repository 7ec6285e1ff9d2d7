"""Texts as they are compared: without the number in front, blanks and punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from xuncha.chinese.numbers import SYMBOL

_NUMERAL: Final = "[一二三四五六七八九十]"
NUMBERED: Final = {
    "arabic": r"(?P<n>\d{1,2})\s*[.．、](?!\d)\s*",
    "bracket": r"[（(]\s*(?P<n>\d{1,2})\s*[)）]\s*[.、]?\s*",
    "half": r"(?P<n>\d{1,2})\s*[)）]\s*",
    "circle": rf"(?P<n>{SYMBOL})\s*[.、]?\s*",
    "ordinal": rf"第(?P<n>{_NUMERAL}{{1,2}})\s*[,，、:：]\s*",
    "label": rf"(?:整改)?(?:措施|任务)\s*(?P<n>\d{{1,2}}|{_NUMERAL}{{1,2}})\s*[:：、.．]\s*",
    "letter": r"(?P<n>[a-hA-H])\s*[.．、)）]\s*(?=[^\x00-\x7f])",
    "chinese": rf"(?P<n>{_NUMERAL}{{1,3}})\s*、\s*",
    "chinese_bracket": rf"[（(]\s*(?P<n>{_NUMERAL}{{1,3}})\s*[)）]\s*、?\s*",
    "is": rf"(?P<n>{_NUMERAL}{{1,2}})\s*是\s*(?:要\s*)?[，,：:]?\s*",
}
"""The ways of numbering things in one cell, as patterns."""
_AT_START: Final = re.compile(
    rf"(?:问题|措施|第)\s*(?:\d{{1,3}}|{_NUMERAL}{{1,3}})\s*[条项个]?\s*[：:、.．]\s*|"
    r"[•●■◆▪·]\s*|"
    + "|".join(pattern.replace("?P<n>", "?:") for kind, pattern in NUMBERED.items() if kind != "is")
)


def without_number(text: str) -> str:
    """Take away the number in front of a text, such as 1. or （2） or ③ or 一、 or 问题1：."""
    match = _AT_START.match(text)
    return text[match.end() :] or text if match else text


@lru_cache(maxsize=65_536)
def key_of(text: str) -> str:
    """Return a text as it is compared: half-width, without its number, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", without_number(text)).casefold())
