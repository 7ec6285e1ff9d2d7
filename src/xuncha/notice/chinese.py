"""How a notice writes numbers, days and punctuation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cn2an import an2cn

if TYPE_CHECKING:
    from datetime import date

_CJK = r"[\u2e80-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef“”‘’…—]"
_HALF_WIDTH = re.compile(rf"(?<={_CJK})[,;:!?()]|[,;:!?()](?={_CJK})")
_FULL = str.maketrans(",;:!?()", "，；：！？（）")


def numeral(number: int) -> str:
    """A number of a heading or of an enumeration in Chinese: 1 is 一, 12 is 十二, 105 is 一百零五."""
    return str(an2cn(number))


def day(value: date, after: date | None = None) -> str:
    """A day as official documents write it: 2024年4月18日; without the year where it is that of the day before it."""
    year = "" if after is not None and after.year == value.year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日"


def full_width(text: str) -> str:
    """The text with full-width punctuation wherever a Chinese character stands beside it."""
    return _HALF_WIDTH.sub(lambda match: match[0].translate(_FULL), text)


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends with punctuation already."""
    text = text.rstrip()
    return text if text.endswith(("。", "！", "？", "；", "：", "…", "”")) else f"{text}。"
