"""The numbers that Word counts by itself: a document holds only how they are counted (ECMA-376 Part 1, 17.9 and 17.18.59)."""

from __future__ import annotations

import re
from typing import Final

from xuncha.chinese.numbers import numeral
from xuncha.pages.package import PackageError

_DEEPEST: Final = 8
_LONGEST_LABEL: Final = 100  # characters of what is written for a number: 第%1章
_LONGEST_CHAIN: Final = 50  # styles that are based on each other
_CHINESE: Final = frozenset({
    "chineseCounting", "chineseCountingThousand", "chineseLegalSimplified", "ideographDigital", "japaneseCounting",
    "japaneseDigitalTenThousand", "taiwaneseCounting", "taiwaneseCountingThousand", "ideographTraditional",
})  # fmt: skip
_PLACE: Final = re.compile(r"%([1-9])")
_CIRCLED: Final = 20
_LETTERS: Final = 26


Properties = dict[str, str]
"""What is said of a paragraph, a style, or a level of a list, by the names of the elements."""
_OF_STYLE: Final = frozenset({"basedOn", "numId", "ilvl"})
_OF_LEVEL: Final = frozenset({"start", "numFmt", "lvlText"})


class Numbering:
    """The lists of a document, and how far each has been counted: a target of xml.etree's parsers, for the styles and then the numbering."""

    def __init__(self) -> None:
        self.styles: dict[str, Properties] = {}
        self.lists: dict[str, dict[int, Properties]] = {}
        """By a list's id, its levels."""
        self.lists_of_numbers: dict[str, str] = {}
        """By a number's id, that of its list."""
        self.starts: dict[str, dict[int, int]] = {}
        """Where a number of a list begins anew, by level."""
        self.counts: dict[str, dict[int, int]] = {}
        self._style: Properties = {}
        self._level: Properties = {}
        self._list = self._number = ""
        self._override = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Read the beginning of an element of the styles or of the lists."""
        values = {key.rpartition("}")[2]: text for key, text in attributes.items()}
        value, level = values.get("val", ""), _whole(values.get("ilvl", ""))
        match tag.rpartition("}")[2]:
            case "style":
                self._style = self.styles.setdefault(values.get("styleId", ""), {})
            case "abstractNum":
                self._list, self._number = values.get("abstractNumId", ""), ""
                self.lists[self._list] = {}
            case "num":
                self._number = values.get("numId", "")
            case "abstractNumId":
                self.lists_of_numbers[self._number] = value
            case "lvlOverride":
                self._override = level
            case "startOverride":
                self.starts.setdefault(self._number, {})[self._override] = _whole(value)
            case "lvl":
                # A list that is changed for one number alone is counted as the list that it changes.
                self._level = {} if self._number else self.lists[self._list].setdefault(level, {})
            case name if name in _OF_STYLE:
                self._style[name] = value
            case name if name in _OF_LEVEL:
                self._level[name] = _short(value)

    def label(self, paragraph: Properties) -> str:
        """Count a paragraph, and return its number as Word shows it; empty where it has none."""
        if "numId" not in paragraph:
            paragraph = self._style_with_number(paragraph.get("pStyle", "")) | paragraph
        number = paragraph.get("numId", "")
        name = self.lists_of_numbers.get(number)
        if name is None or name not in self.lists:
            return ""
        depth = min(_whole(paragraph.get("ilvl", "")), _DEEPEST)
        levels = self.lists[name]
        own = levels.get(depth, {})
        anew = {place: start - 1 for place, start in self.starts.pop(number, {}).items()}
        counted = {depth: _start(own) - 1} | self.counts.get(name, {}) | anew
        counted[depth] += 1
        counted = self.counts[name] = {place: count for place, count in counted.items() if place <= depth}
        if own.get("numFmt") in {"bullet", "none"}:
            return ""

        def written(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            each = levels.get(place, {})
            return _written(counted.get(place, _start(each)), each.get("numFmt", ""))

        return _PLACE.sub(written, own.get("lvlText", ""))

    def _style_with_number(self, name: str) -> Properties:
        """Return a style, or the first one on which it is based, that gives a number."""
        seen: set[str] = set()
        while (style := self.styles.get(name)) is not None and name not in seen:
            if "numId" in style:
                return style
            seen.add(name)
            if len(seen) > _LONGEST_CHAIN:
                raise PackageError("hostile", name)
            name = style.get("basedOn", "")
        return {}


def _short(text: str) -> str:
    if len(text) > _LONGEST_LABEL:
        raise PackageError("hostile", text[:_LONGEST_LABEL])
    return text


def _start(level: Properties) -> int:
    return _whole(level.get("start", "1"))


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
