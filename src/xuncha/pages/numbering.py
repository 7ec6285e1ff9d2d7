"""The numbers that Word counts by itself: a document holds only how they are counted.

ECMA-376 Part 1, 17.9 (numbering) and 17.18.59 (the forms of a number).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from xuncha.chinese.numbers import numeral

_DEEPEST: Final = 8
_CHINESE: Final = frozenset({
    "chineseCounting", "chineseCountingThousand", "chineseLegalSimplified", "ideographDigital", "japaneseCounting",
    "japaneseDigitalTenThousand", "taiwaneseCounting", "taiwaneseCountingThousand", "ideographTraditional",
})  # fmt: skip
_PLACE: Final = re.compile(r"%([1-9])")
_CIRCLED: Final = 20
_LETTERS: Final = 26


@dataclass
class _Level:
    """How one level of a list is counted."""

    start: int = 1
    form: str = "decimal"
    text: str = ""


@dataclass
class _Style:
    """What a paragraph's style says of numbers."""

    based_on: str = ""
    number: str | None = None
    level: int | None = None


class Numbering:
    """The lists of a document, and how far each has been counted.

    It is a target of xml.etree's parsers: `word/styles.xml` and `word/numbering.xml` are fed to it, one after the other.
    """

    def __init__(self) -> None:
        self.styles: dict[str, _Style] = {}
        self.lists: dict[str, dict[int, _Level]] = {}
        self.lists_of_numbers: dict[str, str] = {}
        """By a number's id, that of its list."""
        self.starts: dict[str, dict[int, int]] = {}
        """Where a number of a list begins anew, by level."""
        self.counts: dict[str, dict[int, int]] = {}
        self._style, self._level = _Style(), _Level()
        self._list = self._number = ""
        self._override = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Read the beginning of an element of the styles or of the lists."""
        values = {key.rpartition("}")[2]: text for key, text in attributes.items()}
        value = values.get("val", "")
        match tag.rpartition("}")[2]:
            case "style":
                self._style = self.styles.setdefault(values.get("styleId", ""), _Style())
            case "basedOn":
                self._style.based_on = value
            case "numId":
                self._style.number = value
            case "ilvl":
                self._style.level = _whole(value)
            case "start":
                self._level.start = _whole(value)
            case "numFmt":
                self._level.form = value or "decimal"
            case "lvlText":
                self._level.text = value
            case name:
                self._define(name, values, value)

    def _define(self, name: str, values: dict[str, str], value: str) -> None:
        """Begin a list, a number of a list, or a level of either."""
        match name:
            case "abstractNum":
                self._list, self._number = values.get("abstractNumId", ""), ""
                self.lists[self._list] = {}
            case "num":
                self._number = values.get("numId", "")
            case "abstractNumId":
                self.lists_of_numbers[self._number] = value
            case "lvlOverride":
                self._override = _whole(values.get("ilvl", ""))
            case "startOverride":
                self.starts.setdefault(self._number, {})[self._override] = _whole(value)
            case "lvl":
                # A list that is changed for one number alone is counted as the list that it changes.
                levels = {} if self._number else self.lists[self._list]
                self._level = levels.setdefault(_whole(values.get("ilvl", "")), _Level())

    def label(self, style: str, number: str | None, level: int | None) -> str:
        """Count a paragraph, and return its number as Word shows it; empty where it has none.

        Args:
            style: the id of its style.
            number: the id of its number; None takes that of the style, `0` is none.
            level: from 0.
        """
        if number is None:
            number, styled = self._number_of_style(style)
            level = styled if level is None else level
        name = self.lists_of_numbers.get(number or "")
        if name is None or name not in self.lists:
            return ""
        depth = min(level or 0, _DEEPEST)
        levels = self.lists[name]
        own = levels.get(depth, _Level())
        anew = {place: start - 1 for place, start in self.starts.pop(number or "", {}).items()}
        counted = {depth: own.start - 1} | self.counts.get(name, {}) | anew
        counted[depth] += 1
        counted = self.counts[name] = {place: count for place, count in counted.items() if place <= depth}
        if own.form in {"bullet", "none"}:
            return ""

        def written(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            each = levels.get(place, _Level())
            return _written(counted.get(place, each.start), each.form)

        return _PLACE.sub(written, own.text)

    def _number_of_style(self, name: str) -> tuple[str | None, int | None]:
        """Return the number and the level that a style, or one on which it is based, gives."""
        seen: set[str] = set()
        while (style := self.styles.get(name)) and name not in seen:
            seen.add(name)
            if style.number is not None:
                return style.number, style.level
            name = style.based_on
        return None, None


def _written(number: int, form: str) -> str:
    """Write a number in one of Word's forms; in digits where it is one that notices do not use."""
    if form in _CHINESE:
        return numeral(number)
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= _CIRCLED:
        return chr(0x2460 + number - 1)
    if form in {"lowerLetter", "upperLetter"} and 1 <= number <= _LETTERS:
        return chr((0x61 if form == "lowerLetter" else 0x41) + number - 1)
    return str(number)


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0  # noqa: PLR2004  no list is longer
