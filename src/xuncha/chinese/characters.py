"""Unsafe, invisible and Chinese characters; tests for blank texts and formulas; the width of a text, and its lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from json import dumps
from typing import Final
from unicodedata import category, east_asian_width

IGNORABLE: Final = r"\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb"
"""Part of a character class: characters that are invisible and never needed."""
ASTRAL: Final = r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U000effff\U000ffffe\U000fffff\U0010fffe\U0010ffff"
"""Part of a character class: unsafe code points above U+FFFF. Most of these planes hold no characters at all."""
UNSAFE: Final = rf"\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029{IGNORABLE}\ufdd0-\ufdef\ufffe\uffff{ASTRAL}"
"""Part of a character class: control characters (terminal escapes) except tab and line feed, line separators, noncharacters,
annotations, and all that can hide a text: what Unicode calls ignorable (marks of the direction of text, the byte order mark,
soft hyphens, fillers, tags). Some ignorable characters are allowed because writing needs them: joiners, the selectors of
Mongolian letter forms, and U+FE0F after an emoji. Single unassigned code points of the lower planes are allowed, too: which
ones are unassigned depends on the version of Unicode; whether a ledger is valid must not depend on it."""
UNSAFE_CHARACTER: Final = re.compile(f"[{UNSAFE}]")
_INVISIBLE: Final = re.compile(rf"[{IGNORABLE}\u180b-\u180f\u200c\u200d\ufe0f]")
"""Characters that take no space on the screen, including those that writing needs."""
_BLANK_GLYPHS: Final = "\u115f\u1160\u2800\u3164\uffa0\ufffc"
"""Letters and symbols that are drawn as nothing: fillers, the Braille pattern without dots, the placeholder of a lost picture."""
_FORMULA: Final = re.compile(rf"[\s{UNSAFE}\xa0\u3000]*[=+\-@＝＋－＠﹦﹢﹣﹫]|[\t\r]")
"""The beginning of a text that a spreadsheet program may take for a formula."""
HAN: Final = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
_RARE: Final = re.compile(rf"(?![{UNSAFE}])[\U00020000-\U0003ffff]")
"""Chinese characters that may be newer than the Unicode version of this Python."""
_VISIBLE: Final = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]")  # almost all texts begin with one of these
_CLOSING: Final = "，。、；：？！”’）》〉」』】〕…—"
PIECE: Final = re.compile(rf"[（《〈「『【〔“‘]*(?:[!-~]+|\S)[{_CLOSING}]*\s*")
"""What a line break does not split: a word, or another character, with its punctuation."""
_HALF_WIDTH: Final = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")


def without_unsafe(text: str, replacement: str = "") -> str:
    """Replace each unsafe character of a text with `replacement`."""
    return UNSAFE_CHARACTER.sub(replacement, text)


def shortened(text: str, limit: int = 30) -> str:
    """Return a text on one line; if it has more than `limit` characters, its beginning with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[:limit]}…"


def escaped(json: str) -> str:
    """Return a JSON text in which each unsafe character is written as a JSON escape."""
    return UNSAFE_CHARACTER.sub(lambda match: dumps(match[0])[1:-1], json)


def without_invisible(text: str) -> str:
    """Remove the characters that take no space on the screen, and the unsafe ones."""
    return _INVISIBLE.sub("", without_unsafe(text))


def is_blank(text: str) -> bool:
    """Return whether a text shows nothing: only blanks, invisible characters, combining marks, and unassigned code points."""
    return not _VISIBLE.match(text) and not any(
        (each.isprintable() and not each.isspace() and category(each)[0] != "M" and each not in _BLANK_GLYPHS)
        or _RARE.match(each)
        for each in text
    )


def on_one_line(text: str) -> str:
    """Return a text as names are shown: on one line, without invisible characters, with single blanks."""
    return " ".join(without_invisible(re.sub(r"\s", " ", text)).split())


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet program may take a text for a formula, even if the sign is full-width or follows blanks."""
    return bool(_FORMULA.match(_INVISIBLE.sub("", text)))


def half_width_digits(text: str) -> str:
    """Write full-width digits and the marks ．／－ half-width. Every character keeps its place."""
    return text.translate(_HALF_WIDTH)


def terminal_columns(text: str) -> int:
    """Return how many columns a text takes on a terminal: two for each full-width character."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def width(text: str) -> float:
    """Return the width of a text, measured in full-width characters."""
    return terminal_columns(text) / 2


def wrapped(
    text: str, columns: int, pieces: re.Pattern[str] = PIECE, measure: Callable[[str], int] = terminal_columns
) -> list[str]:
    """Break a text into lines: at its line ends, between its pieces, and inside a PIECE that is wider than a line."""
    if "\n" not in text and measure(text) <= columns:
        return [text.rstrip()]
    lines = []
    for paragraph in text.split("\n"):
        line, used = "", 0
        found = pieces.findall(paragraph)
        if pieces is PIECE:
            found = [part for piece in found for part in _parts(piece, columns, measure)]
        for part in found:
            size = measure(part)
            if line and used + size > columns and used + measure(part.rstrip()) > columns:
                lines.append(line.rstrip())
                line, used = "", 0
            line += part
            used += size
        lines.append(line.rstrip())
    return lines


def _parts(piece: str, columns: int, measure: Callable[[str], int]) -> Iterator[str]:
    """Split a piece that is wider than a line; no part but the first begins with punctuation."""
    # A character takes at most two columns; to measure takes time.
    if len(piece) * 2 <= columns or measure(piece.rstrip()) <= columns:
        yield piece
        return
    begin, used = 0, 0
    for end, character in enumerate(piece.rstrip()):
        size = measure(character)
        if end > begin and used + size > columns:
            cut = next((place for place in range(end, begin, -1) if piece[place] not in _CLOSING), end)
            yield piece[begin:cut]
            begin, used = cut, sum(map(measure, piece[cut:end]))
        used += size
    yield piece[begin:]
