"""Read a Word document (.docx), one line for each paragraph, with the numbers that Word computes (ECMA-376 Part 1, 17.9 and 17.18.59)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xuncha.chinese.characters import HAN
from xuncha.chinese.numbers import numeral
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.pages.kind import check_length
from xuncha.pages.line import Line, Reason, line_of
from xuncha.pages.package import Fault, Package, PackageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_MAX_SIZE: Final = 32 * 1024 * 1024  # bytes of all texts of a document, unpacked
_MAX_ELEMENTS: Final = {"": 500_000}  # elements of a part: a long notice has some fifty thousand
_MAX_DEPTH: Final = 200  # tables and text boxes can be nested
_MAX_LEVEL: Final = 8
_MAX_LABEL: Final = 100  # characters of the pattern of a number, such as 第%1章
_MAX_STYLES: Final = 20  # styles, each based on the next
_CHINESE: Final = ("chinese", "ideograph", "japanese", "taiwanese")  # beginnings of the names of formats
_PLACE: Final = re.compile(r"%([1-9])")
_CIRCLED: Final = 20
_USUAL_MAIN: Final = ("word/document.xml", "xl/workbook.xml")
"""The main part of a file that does not name it."""
_SKIPPED: Final = frozenset({"Fallback", "moveFrom", "pPr", "rPr"})
"""Elements with properties, with content that was moved away, or with content that another element repeats."""
_STRIKES: Final = ("strike", "dstrike")
_OFF: Final = {None, "0", "false", "off"}
_ASIDES: Final[dict[str, Reason]] = {
    "header": "margin", "footer": "margin", "footnotes": "note", "endnotes": "note", "comments": "margin",
}  # fmt: skip
"""Kinds of parts that are not read, with the reason that is given."""
_AS_TEXT: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
Properties = dict[str, str]
"""The properties of a paragraph, a run, a style or a level of a list, by the names of their elements."""


def lines(
    content: bytes, path: str
) -> tuple[tuple[Line, ...], dict[int, tuple[int, int]], tuple[tuple[Reason, Line], ...]]:
    """Return the lines of the paragraphs that are not blank; for paragraphs in tables, the row, counted through all tables, and the column; and what is not read."""
    try:
        package = Package(content, _MAX_SIZE)
        main = _main(package, path)
        asides = {part: why for kind, why in _ASIDES.items() for part in package.related(main, kind)}
        lists = [part for kind in ("styles", "numbering") for part in package.related(main, kind)[:1]]
        package.check_size((main, *lists, *asides), _MAX_ELEMENTS, _MAX_DEPTH)
        body = _Body(Numbering(map(package.root, lists)))
        body.read(package.root(main))
        for part, why in asides.items():
            body.read_aside(package.root(part), why)
    except PackageError as error:
        raise _refusal(error.fault, path) from error
    check_length(path, body.count, body.characters)
    return tuple(body.lines), body.cells, tuple(body.unread)


def _main(package: Package, path: str) -> str:
    main = package.main or next((name for name in _USUAL_MAIN if name in package.sizes), "")
    kind = f"{package.kind(main)} {main}"
    if "word" in kind:
        return main
    message = _("this is an archive, not a Word document")
    hint = _("open the document in it, and save that as .docx")
    if re.search("spreadsheet|excel|xl/", kind):
        message = _("this is an Excel workbook")
        hint = _("type `xuncha import table`, or save the text as .docx")
    raise RefusedError("unknown-document", message, hint, path)


def _refusal(fault: Fault, path: str) -> RefusedError:
    if fault == "password":
        message = _("the document is password-protected")
        return RefusedError("password", message, _("open it, and save it without the password"), path)
    if fault == "too-large":
        message = _("unpacked, the document is larger than {n} MB", n=_MAX_SIZE // 1024**2)
        hint = _("a notice is much smaller; save its text alone")
        return RefusedError("document-too-large", message, hint, path)
    if fault == "hostile":
        message = _(
            "the document contains XML that no Word document has, such as entity declarations or endless nesting"
        )
        return RefusedError("hostile-document", message, _("do not open it; ask the sender"), path)
    hint = _("open it in Word or WPS, which may repair it, and save it again")
    return RefusedError("damaged-document", _("the document is damaged"), hint, path)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: Element, name: str = "val") -> str:
    return next((text for key, text in element.items() if key.endswith(f"}}{name}")), "")


def _properties(element: Element, holder: str = "") -> Properties:
    """Return the properties within an element, without those before a tracked change; with a `holder`, those in its child of that name, such as pPr."""
    found: Properties = {}
    for child in element:
        name = _name(child)
        if holder in {"", name} and not name.endswith("Change"):
            found |= {name: _attribute(child)} | _properties(child)
    return found


class Numbering:
    """The styles and lists of a document, and the counters of the lists."""

    def __init__(self, roots: Iterator[Element]) -> None:
        self.styles: dict[str, Properties] = {}
        self.lists: dict[str, dict[int, Properties]] = {}
        """The levels of each list, by the list's id (abstractNumId)."""
        self.lists_of_numbers: dict[str, str] = {}
        """The id of the list of each numbering instance, by its numId."""
        self.starts: dict[str, dict[int, int]] = {}
        """The values at which a numbering instance starts anew, by numId and level."""
        self.counts: dict[str, dict[int, int]] = {}
        for element in (child for root in roots for child in root):
            match _name(element):
                case "style":
                    self.styles[_attribute(element, "styleId")] = _properties(element)
                case "abstractNum":
                    levels = [level for level in element if _name(level) == "lvl"]
                    self.lists[_attribute(element, "abstractNumId")] = {
                        _number(_attribute(level, "ilvl")): _properties(level) for level in levels
                    }
                case "num":
                    # Levels redefined for one numbering instance are ignored: it is counted as the original list.
                    number, properties = _attribute(element, "numId"), _properties(element)
                    self.lists_of_numbers[number] = properties.get("abstractNumId", "")
                    self.starts[number] = {
                        _number(_attribute(level, "ilvl")): _number(_properties(level)["startOverride"])
                        for level in element
                        if "startOverride" in _properties(level)
                    }

    def label(self, paragraph: Properties) -> str:
        """Count a paragraph, and return its number as Word shows it; empty if it has none."""
        if "numId" not in paragraph:
            paragraph = self._style_with(("numId",), paragraph.get("pStyle", "")) | paragraph
        number = paragraph.get("numId", "")
        name = self.lists_of_numbers.get(number, "")
        levels = self.lists.get(name)
        if levels is None:
            return ""
        depth = min(_number(paragraph.get("ilvl", "")), _MAX_LEVEL)
        properties = levels.get(depth, {})
        restarted = {place: start - 1 for place, start in self.starts.pop(number, {}).items()}
        counted = {depth: _start(properties) - 1} | self.counts.get(name, {}) | restarted
        counted[depth] += 1
        counted = self.counts[name] = {place: count for place, count in counted.items() if place <= depth}
        if properties.get("numFmt") in {"bullet", "none"}:
            return ""

        def written(match: re.Match[str]) -> str:
            place = int(match[1]) - 1
            each = levels.get(place, {})
            return _in_format(counted.get(place, _start(each)), each.get("numFmt", ""))

        return _PLACE.sub(written, properties.get("lvlText", "")[:_MAX_LABEL])

    def strikes(self, run: Properties, style: str) -> bool:
        """Return whether a run is struck out: by itself, or by its own style or that of its paragraph."""
        own = self._style_with(_STRIKES, run.get("rStyle", "")) or self._style_with(_STRIKES, style)
        return any((own | run).get(name) not in _OFF for name in _STRIKES)

    def _style_with(self, names: tuple[str, ...], style: str) -> Properties:
        """Return the properties of a style, or of the nearest one it is based on, that has one of these names."""
        for _step in range(_MAX_STYLES):
            properties = self.styles.get(style, {})
            if any(name in properties for name in names):
                return properties
            style = properties.get("basedOn", "")
        return {}


def _start(level: Properties) -> int:
    return _number(level.get("start", "1"))


def _in_format(number: int, form: str) -> str:
    """Write a number in one of Word's formats; in digits if notices do not use the format."""
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= _CIRCLED:
        return chr(0x2460 + number - 1)
    return numeral(number) if form.startswith(_CHINESE) else str(number)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0  # noqa: PLR2004  no list is longer


class _Body:
    """The lines of a document's body, in the order of its paragraphs; those of a text box follow the paragraph that holds it."""

    def __init__(self, numbering: Numbering) -> None:
        self.numbering = numbering
        self.lines: list[Line] = []
        self.cells: dict[int, tuple[int, int]] = {}
        self.unread: dict[tuple[Reason, Line], None] = {}
        self.count = self.characters = self.rows = 0
        self.cell = (0, -1)
        """The row and column of the table cell that is being read; row 0 is outside of tables."""

    def read(self, element: Element) -> None:
        """Read the paragraphs within an element."""
        for child in element:
            match _name(child):
                case "p":
                    self._paragraph(child)
                    self.read(child)
                case "tr":
                    self.rows, outer = self.rows + 1, self.cell
                    self.cell = (self.rows, -1)
                    self.read(child)
                    self.cell = outer
                case "tc":
                    self.cell = cell = (self.cell[0], self.cell[1] + 1)
                    self.read(child)
                    self.cell = cell
                case name if name not in _SKIPPED:
                    self.read(child)

    def read_aside(self, element: Element, why: Reason) -> None:
        """Note the paragraphs of a part that is not read; but not those of a header or footer without Chinese, such as numbers of pages."""
        for paragraph in (each for each in element.iter() if _name(each) == "p"):
            text = "".join(text for reason, text in self._texts(paragraph) if reason is None)
            if why != "margin" or re.search(HAN, text):
                self._leave_out(why, text, 1)

    def _leave_out(self, why: Reason, text: str, number: int) -> None:
        self.characters += len(text)
        if line := line_of(text, number):
            self.unread[why, line] = None

    def _paragraph(self, element: Element) -> None:
        self.count += 1
        if self.cell[0]:
            self.cells[self.count] = self.cell
        texts = list(self._texts(element))
        for why in dict.fromkeys(why for why, _text in texts if why):
            self._leave_out(why, "".join(text for reason, text in texts if reason == why), self.count)
        text = "".join(text for why, text in texts if why is None)
        label = self.numbering.label(_properties(element, "pPr"))
        if label and (text.strip() or not texts):  # a number whose text is not read is no item
            text = label + text.lstrip()
        self.characters += len(text)
        column = 1
        for part in text.split("\n"):
            if line := line_of(part, self.count, column):
                self.lines.append(line)
            column += len(part) + 1

    def _texts(self, paragraph: Element) -> Iterator[tuple[Reason | None, str]]:
        """Yield the texts of a paragraph, each with the reason why it is not read; without hidden ones and those of text boxes."""
        style = _properties(paragraph, "pPr").get("pStyle", "")
        for run in _runs(paragraph):
            properties = _properties(run, "rPr")
            struck = self.numbering.strikes(properties, style)
            for child in run if properties.get("vanish") in _OFF else ():
                name = _name(child)
                text = _AS_TEXT.get(name) or (child.text if name in {"t", "delText"} else "")
                if text:
                    yield "deleted" if name == "delText" else "struck" if struck else None, text


def _runs(element: Element) -> Iterator[Element]:
    """Yield the runs of a paragraph, in order."""
    for child in element:
        name = _name(child)
        if name == "r":
            yield child
        elif name not in _SKIPPED:
            yield from _runs(child)
