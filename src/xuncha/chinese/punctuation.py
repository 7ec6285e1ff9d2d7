"""Punctuation: full-width among Chinese, in pairs, and a full stop at the end."""

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
"""Chinese characters and Chinese punctuation; not the ideographic space, which indents."""
_BESIDE_CHINESE: Final = re.compile(rf"(?<={_CHINESE})[,;:!?()]|[,;:!?()](?={_CHINESE})")
_FULL: Final = dict(zip(",;:!?()", "，；：！？（）", strict=True))
_PERIOD: Final = re.compile(rf"(?<={HAN})\.(?=\s*(?:{HAN}|$))")
_FIRST_PERIOD: Final = 4  # a period before this place belongs to the number of a heading, such as 十一
_OPENED_BY: Final = dict(zip("”’）》〉〕】」』］", "“‘（《〈〔【「『［", strict=True))
_CLOSED_BY: Final = {opening: closing for closing, opening in _OPENED_BY.items()}
_SAME: Final = str.maketrans("()[]", "（）［］")
_NEAR: Final = 4  # open marks among which a closing one looks for its other half
_PAGE: Final = re.compile(r"<style>.*?</style>|<[^<>]*>|&#?[0-9A-Za-z]+;", re.DOTALL)
"""The mark-up of a web page: a style sheet, a tag, or a reference that stands for a character, such as `&lt;`."""
_ESCAPE: Final = re.compile(r"\\[!-/:-@\[-`{-~]")
"""The mark-up of Markdown between characters that its reader sees side by side."""


def full_width(text: str) -> str:
    """Make punctuation full-width wherever a Chinese character stands beside it; parentheses stay pairs.

    A mark that becomes full-width is a Chinese neighbour itself. So the change spreads from mark to mark: to those beside it,
    and from a parenthesis to its other half.
    """
    if _FULL.keys().isdisjoint(text):  # as in most lines
        return text
    partners = _parentheses(text)
    chinese = [match.start() for match in re.finditer(_CHINESE, text)]
    waiting = [match.start() for match in _BESIDE_CHINESE.finditer(text)]
    for place, other in partners.items():
        if bisect_left(chinese, min(place, other)) < bisect_right(chinese, max(place, other)):
            waiting.append(place)
    characters = list(text)
    while waiting:
        place = waiting.pop()
        if 0 <= place < len(text) and (full := _FULL.get(characters[place])):
            characters[place] = full
            waiting += [place - 1, place + 1, partners.get(place, place)]
    return "".join(characters)


def _parentheses(text: str) -> dict[int, int]:
    """Return the place of each parenthesis that has another half, with the place of that."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for match in re.finditer("[()（）]", text):
        place = match.start()
        if match[0] in "(（":
            opened.append(place)
        elif opened:
            start = opened.pop()
            found |= {start: place, place: start}
    return found


def half_width(text: str) -> list[tuple[int, str, str]]:
    """Find the half-width marks of a line that stand beside Chinese, a period at the end of a Chinese sentence included.

    Return the place of each, the mark, and the one that is right.
    """
    pairs = enumerate(zip(text, full_width(text), strict=True))
    found = [(place, mark, right) for place, (mark, right) in pairs if mark != right]
    periods = (match.start() for match in _PERIOD.finditer(text, _FIRST_PERIOD))
    return sorted([*found, *((place, ".", "。") for place in periods)])


def unpaired(text: str) -> Iterator[tuple[int, str, bool]]:
    """Find quotation marks, parentheses and 书名号 without their other half, whatever its width; yield place, mark, and whether it opens something."""
    opened: list[int] = []
    marks = text.translate(_SAME)
    for place, mark in enumerate(marks):
        if mark in _CLOSED_BY:
            opened.append(place)
        elif opening := _OPENED_BY.get(mark):
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
    """Return where the first sentence ends, with its mark; what stands within quotation marks or brackets does not end it."""
    place, farthest = 0, 300
    while place < len(text):
        if closing := _CLOSED_BY.get(text[place]):
            place = max(place, text.find(closing, place, place + farthest))
        elif text[place] in "。！？\n":
            return place + 1
        place += 1
    return len(text)


def sentence(text: str) -> str:
    """End a text with a full stop, unless it ends with punctuation already, be it inside quotation marks."""
    text = text.rstrip()
    return text if text.rstrip("”’").endswith(tuple("。！？；：…!?;:")) else f"{text}。"


def full_width_lines(text: str) -> str:
    """Make punctuation full-width in each line by itself, since a line is a paragraph."""
    return "\n".join(map(full_width, text.split("\n")))


def full_width_markdown(text: str) -> str:
    """Make punctuation full-width in Markdown, as its reader sees it: an escaped character is that character."""
    return _behind(_ESCAPE, lambda escape: escape[1], text)


def full_width_page(page: str) -> str:
    """Make punctuation full-width in a web page, as its reader sees it: not in tags and styles; a tag ends a paragraph."""
    return _behind(_PAGE, lambda part: "\n" if part[0] == "<" else unescape(part), page)


def _behind(mark_up: re.Pattern[str], shown: Callable[[str], str], text: str) -> str:
    """Make punctuation full-width behind mark-up; a piece that shows a character which becomes full-width is replaced by it."""
    pieces = mark_up.findall(text)
    characters = map(shown, pieces)
    # What shows none or several has no width of its own.
    seen = mark_up.sub(lambda _piece: each if len(each := next(characters)) == 1 else "\0", text)
    wide = full_width_lines(seen)
    done, place = [], 0
    for plain, piece in zip(mark_up.split(text), [*pieces, ""], strict=True):
        end = place + len(plain)
        done += [wide[place:end], piece if wide[end : end + 1] == seen[end : end + 1] else wide[end]]
        place = end + 1
    return "".join(done)
