"""Characters: those that may not stand in a ledger, Chinese ones, and how wide they are."""

from __future__ import annotations

import re
from json import dumps
from typing import Final
from unicodedata import category, east_asian_width

IGNORABLE: Final = r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb"
"""The inside of a character class: characters that are neither seen nor needed."""
ASTRAL: Final = r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U000effff\U000ffffe\U000fffff\U0010fffe\U0010ffff"
"""The unsafe characters of the higher planes, most of which hold none at all."""
UNSAFE: Final = rf"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{IGNORABLE}\ufdd0-\ufdef\ufffe\uffff{ASTRAL}"
"""The inside of a character class: control characters (terminal escapes) but tab and line feed, line separators, noncharacters;
and what can carry a text that nobody sees: all that Unicode calls ignorable (marks of the direction of text, the byte order
mark, soft hyphens, fillers, tags) and annotations. Writing needs some of the ignorable: joiners, what chooses the forms of
Mongolian letters, and what a symbol from a telephone has behind it (U+FE0F). Which single code points of the lower planes are
unassigned depends on the version of Unicode, and what is valid must not."""
UNSAFE_CHARACTER: Final = re.compile(f"[{UNSAFE}]")
_INVISIBLE: Final = re.compile(rf"[{IGNORABLE}\u180b-\u180f\u200c\u200d\ufe0f]")
"""Characters that take no room, needed or not."""
_DRAWN_EMPTY: Final = "\u115f\u1160\u2800\u3164\uffa0\ufffc"
"""Letters and symbols of which nothing is seen: fillers, a pattern of no dots, and the place of a picture that is gone."""
_FORMULA: Final = re.compile(rf"[\s{UNSAFE}\xa0\u3000]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r]")
"""How a text begins that a spreadsheet program may take for a formula."""
HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
_RARE: Final = re.compile(rf"(?![{UNSAFE}])[\U00020000-\U0003ffff]")
"""Chinese characters that may be newer than the Unicode of this Python."""
_SEEN: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]")  # what almost all texts begin with
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


def is_blank(text: str) -> bool:
    """Return whether nothing of a text is seen: blanks, what takes no room, marks on no letter, code points that no font knows."""
    return not _SEEN.match(text) and not any(
        (each.isprintable() and not each.isspace() and category(each)[0] != "M" and each not in _DRAWN_EMPTY)
        or _RARE.match(each)
        for each in text
    )


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
