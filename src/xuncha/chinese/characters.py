"""Characters: those that may not stand in a ledger, Chinese ones, and how wide they are."""

from __future__ import annotations

import re
from json import dumps
from typing import Final
from unicodedata import east_asian_width

UNSAFE: Final = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufe00-\ufe0e\ufeff\ufff9-\ufffb\ufffe\uffff"
    r"\U000e0000-\U000e01ef"
)
"""The inside of a character class: control characters (terminal escapes) but tab and line feed, line separators, marks of the
direction of text, the byte order mark, noncharacters; and what can carry a text that nobody sees: annotations, tags, and
variation selectors, all but the one that a symbol from a telephone has behind it (U+FE0F)."""
UNSAFE_CHARACTER: Final = re.compile(f"[{UNSAFE}]")
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff]"
)
"""Characters that take no room: soft hyphens, joiners, marks of direction."""
_FORMULA: Final = re.compile(rf"[\s{UNSAFE}\xa0\u3000]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r]")
"""How a text begins that a spreadsheet program may take for a formula."""
HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
_HALF_WIDTH: Final = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")


def without_unsafe(text: str, instead: str = "") -> str:
    """Replace the unsafe characters of a text, each by `instead`."""
    return UNSAFE_CHARACTER.sub(instead, text)


def escaped(json: str) -> str:
    """Return a text of JSON in which unsafe characters are written as JSON writes them without being there."""
    return UNSAFE_CHARACTER.sub(lambda match: dumps(match[0])[1:-1], json)


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
