"""Characters: those that may not stand in a ledger, Chinese ones, and how wide they are."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import east_asian_width

UNSAFE: Final = r"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
"""The inside of a character class: control characters (terminal escapes) but tab and line feed, line separators, marks that
reverse the direction of text, the byte order mark, and noncharacters."""
UNSAFE_CHARACTER: Final = re.compile(f"[{UNSAFE}]")
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff]"
)
"""Characters that take no room: soft hyphens, joiners, marks of direction."""
_FORMULA: Final = re.compile(rf"[\s{UNSAFE}\xa0\u3000]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r]")
"""How a text begins that a spreadsheet program may take for a formula."""
HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
_HALF_WIDTH: Final = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")


def without_unsafe(text: str, instead: str = "") -> str:
    """Replace the unsafe characters of a text, each by `instead`."""
    return UNSAFE_CHARACTER.sub(instead, text)


def without_invisible(text: str) -> str:
    """Take away the characters of a text that take no room, unsafe ones included."""
    return _INVISIBLE.sub("", without_unsafe(text))


def on_one_line(text: str) -> str:
    """Return a text as a name is shown: on one line, without what takes no room, and with single blanks."""
    return " ".join(without_invisible(re.sub(r"\s", " ", text)).split())


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet program may take a text for a formula, be its mark full-width or behind blanks."""
    return bool(_FORMULA.match(_INVISIBLE.sub("", text)))


def half_width_digits(text: str) -> str:
    """Write full-width digits, and the marks ．／－ between them, half-width; every character keeps its place."""
    return text.translate(_HALF_WIDTH)


def columns(text: str) -> int:
    """Return how many columns a text takes on a terminal: two for each full-width character."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def width(text: str) -> float:
    """Return how wide a text is, in full-width characters."""
    return columns(text) / 2
