"""How a notice writes numbers, days and punctuation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from cn2an import an2cn

if TYPE_CHECKING:
    from datetime import date

_CJK = r"[\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—]"
_CHINESE = re.compile(_CJK)
_HALF_WIDTH = re.compile(rf"(?<={_CJK})[,;:!?()]|[,;:!?()](?={_CJK})")
_MARK_UP = re.compile(r"(<style>.*?</style>|<[^<>]*>)", re.DOTALL)
_REFERENCE = re.compile(r"&#?[0-9A-Za-z]+;")
_FULL = str.maketrans(",;:!?()", "，；：！？（）")


def numeral(number: int) -> str:
    """A number of a heading or of an enumeration in Chinese: 1 is 一, 12 is 十二, 105 is 一百零五."""
    return str(an2cn(number))


def day(value: date, after: date | None = None) -> str:
    """A day as official documents write it: 2024年4月18日; without the year where it is that of the day before it."""
    year = "" if after is not None and after.year == value.year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日"


def full_width(text: str) -> str:
    """The text with full-width punctuation wherever a Chinese character stands beside it; parentheses stay pairs."""
    characters = list(text)
    opened: list[int] = []
    for place, character in enumerate(text):
        if character in "(（":
            opened.append(place)
        elif character in ")）" and opened:
            start = opened.pop()
            if _CHINESE.search(text[max(0, start - 1) : place + 2]):
                characters[start], characters[place] = "（", "）"
    text, before = "".join(characters), ""
    while text != before:  # what has become full-width is a neighbour too
        before, text = text, _HALF_WIDTH.sub(lambda match: match[0].translate(_FULL), text)
    return text


def full_width_lines(text: str) -> str:
    """The same for each line by itself, since a line is a paragraph."""
    return "\n".join(map(full_width, text.split("\n")))


def full_width_page(page: str) -> str:
    """The same for each text of a web page: not for its tags and styles."""
    parts = _MARK_UP.split(page)
    return "".join(part if place % 2 else _full_width_text(part) for place, part in enumerate(parts))


def _full_width_text(text: str) -> str:
    """The same for a text in which some characters are written as references, such as `&lt;`."""
    references = _REFERENCE.findall(text)
    plain = full_width(_REFERENCE.sub("\0", text))
    return "".join(part for pair in zip(plain.split("\0"), [*references, ""], strict=True) for part in pair)


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends with punctuation already, be it inside quotation marks."""
    text = text.rstrip()
    return text if text.rstrip("”’").endswith(tuple("。！？；：…!?;:")) else f"{text}。"


def width(text: str) -> float:
    """How wide a text is, in full-width characters."""
    return sum(1.0 if east_asian_width(character) in "WF" else 0.5 for character in text)
