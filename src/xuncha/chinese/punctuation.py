"""Make punctuation full-width beside Chinese; find half-width and unpaired marks; find the end of a sentence."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from html import unescape
from typing import Final

from xuncha.chinese.characters import HAN

_CHINESE: Final = (
    r"[\u2e80-\u2fff\u3001-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff“”‘’…—]"
)
"""Chinese characters and Chinese punctuation, without the ideographic space, which only indents."""
_BESIDE_CHINESE: Final = re.compile(rf"(?<={_CHINESE})[,;:!?()]|[,;:!?()](?={_CHINESE})")
_FULL: Final = dict(zip(",;:!?()", "，；：！？（）", strict=True))
_PERIOD: Final = re.compile(rf"(?<={HAN})\.(?=\s*(?:{HAN}|$))")
_FIRST_PERIOD: Final = 4  # a period before this place belongs to the number of a heading, such as 十一
_OPENING_MARKS: Final = dict(zip("”’）》〉〕】」』］", "“‘（《〈〔【「『［", strict=True))
_CLOSING_MARKS: Final = {opening: closing for closing, opening in _OPENING_MARKS.items()}
_SAME: Final = str.maketrans("()[]", "（）［］")
_NEAR: Final = 4  # how many of the last open marks a closing mark is compared with
_PAGE: Final = re.compile(r"<style>.*?</style>|<[^<>]*>|&#?[0-9A-Za-z]+;", re.DOTALL)
"""The mark-up of a web page: a style sheet, a tag, or a reference that stands for a character, such as `&lt;`."""
_ESCAPE: Final = re.compile(r"\\[!-/:-@\[-`{-~]")
"""An escape of Markdown: the reader sees only the character after the backslash."""


def full_width(text: str) -> str:
    """Make punctuation full-width where a Chinese character stands beside it, or inside the parentheses. Parentheses stay pairs.

    A mark that has become full-width counts as Chinese, too. So the change spreads to the marks beside it, and from a
    parenthesis to its partner.
    """
    if _FULL.keys().isdisjoint(text):  # as in most lines
        return text
    partners = _parentheses(text)
    chinese = [match.start() for match in re.finditer(_CHINESE, text)]
    pending = [match.start() for match in _BESIDE_CHINESE.finditer(text)]
    for place, partner in partners.items():
        if bisect_left(chinese, min(place, partner)) < bisect_right(chinese, max(place, partner)):
            pending.append(place)
    characters = list(text)
    while pending:
        place = pending.pop()
        if 0 <= place < len(text) and (full := _FULL.get(characters[place])):
            characters[place] = full
            pending += [place - 1, place + 1, partners.get(place, place)]
    return "".join(characters)


def _parentheses(text: str) -> dict[int, int]:
    """Return the place of each parenthesis that has a partner, with the place of the partner."""
    opened: list[int] = []
    partners: dict[int, int] = {}
    for match in re.finditer("[()（）]", text):
        place = match.start()
        if match[0] in "(（":
            opened.append(place)
        elif opened:
            start = opened.pop()
            partners |= {start: place, place: start}
    return partners


def half_width_marks(text: str) -> list[tuple[int, str, str]]:
    """Find the half-width marks of a line that stand beside Chinese, and a period at the end of a Chinese sentence.

    Return the place of each, the mark, and the correct mark.
    """
    pairs = enumerate(zip(text, full_width(text), strict=True))
    found = [(place, mark, right) for place, (mark, right) in pairs if mark != right]
    periods = (match.start() for match in _PERIOD.finditer(text, _FIRST_PERIOD))
    return sorted([*found, *((place, ".", "。") for place in periods)])


def unpaired(text: str) -> Iterator[tuple[int, str, bool]]:
    """Find quotation marks, parentheses and 书名号 without a partner, of any width; yield place, mark, and whether it is an opening mark."""
    opened: list[int] = []
    marks = text.translate(_SAME)
    for place, mark in enumerate(marks):
        if mark in _CLOSING_MARKS:
            opened.append(place)
        elif opening := _OPENING_MARKS.get(mark):
            if opening not in {marks[each] for each in opened[-_NEAR:]}:
                yield place, text[place], False
                continue
            while marks[opened[-1]] != opening:
                start = opened.pop()
                yield start, text[start], True
            opened.pop()
    for place in opened:
        yield place, text[place], True


def sentence_end(text: str) -> int:
    """Return the place after the first sentence and its full stop. A stop inside quotation marks or brackets does not end it."""
    place, farthest = 0, 300
    while place < len(text):
        if closing := _CLOSING_MARKS.get(text[place]):
            place = max(place, text.find(closing, place, place + farthest))
        elif text[place] in "。！？\n":
            return place + 1
        place += 1
    return len(text)


def with_full_stop(text: str) -> str:
    """End a text with a full stop, unless it already ends with punctuation, which may be inside quotation marks."""
    text = text.rstrip()
    return text if text.rstrip("”’").endswith(tuple("。！？；：…!?;:")) else f"{text}。"


def full_width_lines(text: str) -> str:
    """Make punctuation full-width in each line separately, since a line is a paragraph."""
    return "\n".join(map(full_width, text.split("\n")))


def full_width_markdown(text: str) -> str:
    """Make punctuation full-width in Markdown as the reader sees it: an escaped character counts as that character."""
    return _full_width_outside(_ESCAPE, lambda escape: escape[1], text)


def full_width_page(page: str) -> str:
    """Make punctuation full-width in a web page as the reader sees it: tags and styles stay; a tag ends a paragraph."""
    return _full_width_outside(_PAGE, lambda part: "\n" if part[0] == "<" else unescape(part), page)


def _full_width_outside(mark_up: re.Pattern[str], visible: Callable[[str], str], text: str) -> str:
    """Make punctuation full-width outside mark-up. If the character that a piece shows becomes full-width, it replaces the piece."""
    pieces = mark_up.findall(text)
    characters = map(visible, pieces)
    # A piece that shows no character, or several, is never replaced.
    seen = mark_up.sub(lambda _piece: character if len(character := next(characters)) == 1 else "\0", text)
    wide = full_width_lines(seen)
    parts, place = [], 0
    for plain, piece in zip(mark_up.split(text), [*pieces, ""], strict=True):
        end = place + len(plain)
        parts += [wide[place:end], piece if wide[end : end + 1] == seen[end : end + 1] else wide[end]]
        place = end + 1
    return "".join(parts)
