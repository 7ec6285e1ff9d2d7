"""The numbers that Word counts by itself: they stand in no paragraph, only how to count them stands in the document.

ECMA-376 Part 1, 17.9 (numbering) and 17.18.59 (the forms of a number).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xuncha.chinese.numbers import numeral

_DEEPEST = 8
_CHINESE = {
    "chineseCounting", "chineseCountingThousand", "chineseLegalSimplified", "ideographDigital", "japaneseCounting",
    "japaneseDigitalTenThousand", "taiwaneseCounting", "taiwaneseCountingThousand", "ideographTraditional",
}  # fmt: skip
_PLACE = re.compile(r"%([1-9])")
_CIRCLED = 20
_LETTERS = 26


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


@dataclass
class Numbering:
    """The lists of a document, and how far each has been counted."""

    styles: dict[str, _Style] = field(default_factory=dict)
    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    """By the number's id, that of its list."""
    starts: dict[str, dict[int, int]] = field(default_factory=dict)
    """Where a number of a list begins anew, by level."""
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    @property
    def style(self) -> _Styles:
        """Reads `word/styles.xml`."""
        return _Styles(self)

    @property
    def definition(self) -> _Definitions:
        """Reads `word/numbering.xml`."""
        return _Definitions(self)

    def label(self, style: str, number: str | None, level: int | None) -> str:
        """Count a paragraph, and give its number as Word shows it; empty where it has none.

        Args:
            style: the id of its style.
            number: the id of its number; None takes that of the style, `0` is none.
            level: the level in the list, from 0.
        """
        if number is None:
            number, styled = self._of_style(style)
            level = styled if level is None else level
        name = self.numbers.get(number or "")
        if name is None or name not in self.lists:
            return ""
        depth = min(level or 0, _DEEPEST)
        counted = self.counts.setdefault(name, {})
        for place, start in self.starts.pop(number or "", {}).items():
            counted[place] = start - 1
        levels = self.lists[name]
        own = levels.get(depth, _Level())
        counted[depth] = counted.get(depth, own.start - 1) + 1
        for deeper in [place for place in counted if place > depth]:
            del counted[deeper]
        if own.form in {"bullet", "none"}:
            return ""
        return _PLACE.sub(lambda match: self._count(levels, counted, int(match[1]) - 1), own.text)

    def _of_style(self, name: str) -> tuple[str | None, int | None]:
        """The number and the level that a style, or one on which it is based, gives."""
        seen: set[str] = set()
        while name in self.styles and name not in seen:
            seen.add(name)
            style = self.styles[name]
            if style.number is not None:
                return style.number, style.level
            name = style.based_on
        return None, None

    @staticmethod
    def _count(levels: dict[int, _Level], counted: dict[int, int], depth: int) -> str:
        level = levels.get(depth, _Level())
        return _written(counted.get(depth, level.start), level.form)


def _written(number: int, form: str) -> str:
    """A number in one of Word's forms; in digits where it is one that notices do not use."""
    if form in _CHINESE:
        return numeral(number)
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= _CIRCLED:
        return chr(0x2460 + number - 1)
    if form in {"lowerLetter", "upperLetter"} and 1 <= number <= _LETTERS:
        return chr((0x61 if form == "lowerLetter" else 0x41) + number - 1)
    return str(number)


class _Reader:
    """What the parser of xml.etree calls."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.begin(tag.rpartition("}")[2], {key.rpartition("}")[2]: text for key, text in attributes.items()})

    def begin(self, name: str, values: dict[str, str]) -> None:
        """An element begins, named without its space."""
        raise NotImplementedError

    def end(self, tag: str) -> None:
        """An element ends."""

    def close(self) -> None:
        """The document ends."""


class _Styles(_Reader):
    """Reads the styles."""

    current = _Style()

    def begin(self, name: str, values: dict[str, str]) -> None:
        """See _Reader."""
        if name == "style":
            self.current = self.numbering.styles.setdefault(values.get("styleId", ""), _Style())
        elif name == "basedOn":
            self.current.based_on = values.get("val", "")
        elif name == "numId":
            self.current.number = values.get("val")
        elif name == "ilvl":
            self.current.level = _number(values)


class _Definitions(_Reader):
    """Reads the lists."""

    list_ = ""
    number = ""
    override = 0
    level = _Level()

    def begin(self, name: str, values: dict[str, str]) -> None:
        """See _Reader."""
        numbering = self.numbering
        if name == "abstractNum":
            self.list_, self.number = values.get("abstractNumId", ""), ""
            numbering.lists[self.list_] = {}
        elif name == "num":
            self.number = values.get("numId", "")
        elif name == "abstractNumId":
            numbering.numbers[self.number] = values.get("val", "")
        elif name == "lvlOverride":
            self.override = _number({"val": values.get("ilvl", "")})
        elif name == "startOverride":
            numbering.starts.setdefault(self.number, {})[self.override] = _number(values)
        elif name == "lvl" and not self.number:
            self.level = numbering.lists[self.list_].setdefault(
                _number({"val": values.get("ilvl", "")}), _Level()
            )
        elif name == "lvl":
            self.level = _Level()  # a list changed for one number alone is counted as the list it changes
        else:
            self._of_level(name, values)

    def _of_level(self, name: str, values: dict[str, str]) -> None:
        if name == "start":
            self.level.start = _number(values)
        elif name == "numFmt":
            self.level.form = values.get("val", "decimal")
        elif name == "lvlText":
            self.level.text = values.get("val", "")


def _number(values: dict[str, str]) -> int:
    text = values.get("val", "")
    return int(text) if text.isdecimal() and len(text) < 6 else 0  # noqa: PLR2004  no list is longer
