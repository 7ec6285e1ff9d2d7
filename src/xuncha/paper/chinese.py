"""How an official document writes numbers, days and punctuation."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from html import unescape
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

_CJK = r"[\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff“”‘’…—]"
_CHINESE = re.compile(_CJK)
_HALF_WIDTH = re.compile(rf"(?<={_CJK})[,;:!?()]|[,;:!?()](?={_CJK})")
_MARK = re.compile(r"[,;:!?()]")
_PARENTHESIS = re.compile(r"[()（）]")
_FULL = dict(zip(",;:!?()", "，；：！？（）", strict=True))
_PAGE = re.compile(r"<style>.*?</style>|<[^<>]*>|&#?[0-9A-Za-z]+;", re.DOTALL)
"""The mark-up of a web page: a style sheet, a tag, or a reference that stands for a character, such as `&lt;`."""
_ESCAPE = re.compile(r"\\[!-/:-@\[-`{-~]")
"""The mark-up of Markdown that stands between characters which its reader sees side by side."""

_USUAL = [
    f"{tens}{ones}"
    for tens in ["", "十", *(f"{digit}十" for digit in "二三四五六七八九")]
    for ones in ["", *"一二三四五六七八九"]
]
"""The numerals below a hundred by their numbers: nearly all that a notice has, known without cn2an, which takes as long to
import as a whole `status` runs; it knows the others."""
_VALUES = {text: number for number, text in enumerate(_USUAL) if text} | {"两": 2}


def numeral(number: int) -> str:
    """A number of a heading or of an enumeration in Chinese: 1 is 一, 12 is 十二, 105 is 一百零五."""
    if 0 < number < len(_USUAL):
        return _USUAL[number]
    from cn2an import an2cn  # noqa: PLC0415  see _USUAL

    return str(an2cn(number))


def value(text: str) -> int | None:
    """The number that a numeral in Chinese says: 十二 is 12, 两 is 2; None where it says none."""
    if text in _VALUES:
        return _VALUES[text]
    from cn2an import cn2an  # noqa: PLC0415  see _USUAL

    try:
        return int(cn2an(text, "normal"))
    except ValueError:
        return None


def day(value: date, after: date | None = None) -> str:
    """A day as official documents write it: 2024年4月18日; without the year where it is that of the day before it."""
    year = "" if after is not None and after.year == value.year else f"{value.year}年"
    return f"{year}{value.month}月{value.day}日"


def full_width(text: str) -> str:
    """The text with full-width punctuation wherever a Chinese character stands beside it; parentheses stay pairs.

    What has become full-width is a Chinese neighbour itself, so it goes on from mark to mark: to those beside it, and from
    a parenthesis to its other half.
    """
    if not _MARK.search(text):  # as most of the many lines of a page
        return text
    partners = _pairs(text)
    chinese = [match.start() for match in _CHINESE.finditer(text)]
    waiting = [match.start() for match in _HALF_WIDTH.finditer(text)]
    waiting += [
        place
        for place, other in partners.items()
        if bisect_left(chinese, min(place, other)) < bisect_right(chinese, max(place, other))
    ]
    characters = list(text)
    while waiting:
        place = waiting.pop()
        if 0 <= place < len(text) and (full := _FULL.get(characters[place])):
            characters[place] = full
            waiting += [place - 1, place + 1, partners.get(place, place)]
    return "".join(characters)


def _pairs(text: str) -> dict[int, int]:
    """Where the parentheses that belong together stand, each with the place of its other half."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for match in _PARENTHESIS.finditer(text):
        place = match.start()
        if match[0] in "(（":
            opened.append(place)
        elif opened:
            start = opened.pop()
            found |= {start: place, place: start}
    return found


def full_width_lines(text: str) -> str:
    """The same for each line by itself, since a line is a paragraph."""
    return "\n".join(map(full_width, text.split("\n")))


def full_width_markdown(text: str) -> str:
    """The same for Markdown, as its reader sees it: an escaped character is that character."""
    return _behind(_ESCAPE, lambda escape: escape[1], text)


def full_width_page(page: str) -> str:
    """The same for a web page, as its reader sees it: not for its tags and styles; between two of them is a paragraph."""
    return _behind(_PAGE, lambda part: "\n" if part[0] == "<" else _referred(part), page)


def _referred(reference: str) -> str:
    """The character that a reference stands for; where it is none or several, one that has no width of its own."""
    character = unescape(reference)
    return character if len(character) == 1 else "\0"


def _behind(mark_up: re.Pattern[str], shown: Callable[[str], str], text: str) -> str:
    """The same for the text that is seen behind mark-up; mark-up that shows what becomes full-width goes with it.

    Args:
        mark_up: what is not seen as it is written.
        shown: the one character that is seen for a piece of mark-up.
        text: with mark-up.
    """
    pieces = mark_up.findall(text)
    seen = mark_up.sub(lambda match: shown(match[0]), text)
    wide = full_width_lines(seen)
    done, place = [], 0
    for plain, piece in zip(mark_up.split(text), [*pieces, ""], strict=True):
        end = place + len(plain)
        done += [wide[place:end], piece if wide[end : end + 1] == seen[end : end + 1] else wide[end]]
        place = end + 1
    return "".join(done)


def sentence(text: str) -> str:
    """The text with a full stop, unless it ends with punctuation already, be it inside quotation marks."""
    text = text.rstrip()
    return text if text.rstrip("”’").endswith(tuple("。！？；：…!?;:")) else f"{text}。"


def width(text: str) -> float:
    """How wide a text is, in full-width characters."""
    return sum(1.0 if east_asian_width(character) in "WF" else 0.5 for character in text)
