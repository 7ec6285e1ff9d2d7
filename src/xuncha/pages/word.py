"""Read a Word document (.docx), one line for each paragraph, with the numbers that Word computes (ECMA-376 Part 1, 17.9 and 17.18.59); as a stream, so that a hostile one costs no memory."""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter
from typing import Final, Literal

from xuncha.chinese.characters import HAN
from xuncha.chinese.numbers import numeral
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.pages.kind import check_length
from xuncha.pages.line import Line, Reason, line_of
from xuncha.pages.package import DAMAGES, Fault, Package, PackageError
from xuncha.parts import require_part

_MAX_LEVEL: Final = 8
_MAX_LABEL: Final = 100  # characters of the pattern of a number, such as 第%1章
_MAX_STYLES: Final = 50  # styles, each based on the next
_CHINESE: Final = frozenset({
    "chineseCounting", "chineseCountingThousand", "chineseLegalSimplified", "ideographDigital", "japaneseCounting",
    "japaneseDigitalTenThousand", "taiwaneseCounting", "taiwaneseCountingThousand", "ideographTraditional",
})  # fmt: skip
_LEVEL_NUMBER: Final = re.compile(r"%([1-9])")  # in the pattern of a number: the count of a level, from 1
_CIRCLED: Final = 20
_LETTERS: Final = 26
Properties = dict[str, str]
"""The properties of a paragraph, a style or a level of a list, by the names of their elements."""
_STRIKES: Final = frozenset({"strike", "dstrike"})
_STYLE_KEYS: Final = frozenset({"basedOn", "numId", "ilvl"}) | _STRIKES
_OFF: Final = {"0", "false", "off"}
_LEVEL_KEYS: Final = frozenset({"start", "numFmt", "lvlText"})


class Numbering:
    """The lists of a document, and their counters: a target of xml.etree's parsers, for the styles and then the numbering."""

    def __init__(self) -> None:
        self.styles: dict[str, Properties] = {}
        self.lists: dict[str, dict[int, Properties]] = {}
        """The levels of each list, by the list's id (abstractNumId)."""
        self.lists_of_numbers: dict[str, str] = {}
        """The id of the list of each numbering instance, by its numId."""
        self.starts: dict[str, dict[int, int]] = {}
        """The values at which a numbering instance starts anew, by numId and level."""
        self.counts: dict[str, dict[int, int]] = {}
        self._style: Properties = {}
        self._level: Properties = {}
        self._list = self._number = ""
        self._override = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Read the start of an element of the styles or the numbering."""
        values = {key.rpartition("}")[2]: text for key, text in attributes.items()}
        value, level = values.get("val", ""), _number(values.get("ilvl", ""))
        match tag.rpartition("}")[2]:
            case "style":
                self._style = self.styles.setdefault(values.get("styleId", ""), {})
            case "abstractNum":
                self._list, self._number, self._style = values.get("abstractNumId", ""), "", {}
                self.lists[self._list] = {}
            case "num":
                self._number = values.get("numId", "")
            case "abstractNumId":
                self.lists_of_numbers[self._number] = value
            case "lvlOverride":
                self._override = level
            case "startOverride":
                self.starts.setdefault(self._number, {})[self._override] = _number(value)
            case "lvl":
                # Levels redefined for one numbering instance are ignored: it is counted as the original list.
                self._level = {} if self._number else self.lists[self._list].setdefault(level, {})
            case name if name in _STYLE_KEYS:
                self._style[name] = value
            case name if name in _LEVEL_KEYS:
                self._level[name] = _checked_label(value)

    def label(self, paragraph: Properties) -> str:
        """Count a paragraph, and return its number as Word shows it; empty if it has none."""
        if "numId" not in paragraph:
            paragraph = self._style_with(frozenset({"numId"}), paragraph.get("pStyle", "")) | paragraph
        instance = paragraph.get("numId", "")
        name = self.lists_of_numbers.get(instance)
        if name is None or name not in self.lists:
            return ""
        level = min(_number(paragraph.get("ilvl", "")), _MAX_LEVEL)
        levels = self.lists[name]
        properties = levels.get(level, {})
        restarted = {each: start - 1 for each, start in self.starts.pop(instance, {}).items()}
        counts = {level: _start(properties) - 1} | self.counts.get(name, {}) | restarted
        counts[level] += 1
        counts = self.counts[name] = {each: count for each, count in counts.items() if each <= level}
        if properties.get("numFmt") in {"bullet", "none"}:
            return ""

        def written(match: re.Match[str]) -> str:
            each = int(match[1]) - 1
            of_level = levels.get(each, {})
            return _in_format(counts.get(each, _start(of_level)), of_level.get("numFmt", ""))

        return _LEVEL_NUMBER.sub(written, properties.get("lvlText", ""))

    def strikes(self, name: str) -> bool:
        """Return whether a style, or one it is based on, strikes text out."""
        style = self._style_with(_STRIKES, name)
        return any(style.get(key, "0") not in _OFF for key in _STRIKES)

    def _style_with(self, keys: frozenset[str], name: str) -> Properties:
        """Return the first style with one of these properties among a style and those it is based on."""
        visited: set[str] = set()
        while (style := self.styles.get(name)) is not None and name not in visited:
            if not keys.isdisjoint(style):
                return style
            visited.add(name)
            if len(visited) > _MAX_STYLES:
                raise PackageError("hostile", name)
            name = style.get("basedOn", "")
        return {}


def _checked_label(text: str) -> str:
    if len(text) > _MAX_LABEL:
        raise PackageError("hostile", text[:_MAX_LABEL])
    return text


def _start(level: Properties) -> int:
    return _number(level.get("start", "1"))


def _in_format(number: int, form: str) -> str:
    """Write a number in one of Word's formats; in digits if notices do not use the format."""
    if form in _CHINESE:
        return numeral(number)
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= _CIRCLED:
        return chr(0x2460 + number - 1)
    if form in {"lowerLetter", "upperLetter"} and 1 <= number <= _LETTERS:
        return chr((0x61 if form == "lowerLetter" else 0x41) + number - 1)
    return str(number)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0  # noqa: PLR2004  no list is longer


_MAX_SIZE: Final = 32 * 1024 * 1024  # bytes of all texts of a document, unpacked
_MAX_ELEMENTS: Final = {"": 1_000_000}  # elements of a part: a long notice has some fifty thousand
_MAX_DEPTH: Final = 200  # tables and text boxes can be nested
_CHUNK: Final = 64 * 1024
_WORDS: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_USUAL_MAIN: Final = ("word/document.xml", "xl/workbook.xml")
"""The main part of a file that does not name it."""
_SKIPPED: Final = frozenset({"Fallback", "moveFrom", "pPrChange", "rPrChange", "sectPrChange"})
"""Elements with earlier content, or with content that another element repeats."""
_PARAGRAPH_KEYS: Final = frozenset({"pStyle", "numId", "ilvl"})
_UNREAD: Final[dict[str, Reason | Literal["hidden"]]] = {
    "vanish": "hidden",
    "strike": "struck",
    "dstrike": "struck",
}
"""Properties of a text that is hidden or struck out."""
_NOTES: Final = {"footnote", "endnote", "comment"}
_ASIDES: Final[dict[str, Reason]] = {
    "header": "margin", "footer": "margin", "footnotes": "note", "endnotes": "note", "comments": "margin",
}  # fmt: skip
"""Kinds of parts that are not read, with the reason that is given."""
_AS_TEXT: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


def lines(
    content: bytes, path: str
) -> tuple[tuple[Line, ...], dict[int, tuple[int, int]], tuple[tuple[Reason, Line], ...]]:
    """Return the lines of the paragraphs that are not blank; for paragraphs in tables, the row, counted through all tables, and the column; and what is not read."""
    try:
        package = Package(content, _MAX_SIZE)
        main = _main(package, path)
        parts = [part for kind in ("styles", "numbering") for part in package.related(main, kind)[:1]]
        asides = {part: why for kind, why in _ASIDES.items() for part in package.related(main, kind)}
        package.check_size((*parts, *asides, main), _MAX_ELEMENTS, _MAX_DEPTH)
        numbering = Numbering()
        for part in parts:
            _read(package, part, numbering)
        body = _Body(numbering, path)
        _read(package, main, body)
        for part, why in asides.items():
            body.aside = why
            _read(package, part, body)
    except PackageError as error:
        raise _refusal(error.fault, path) from error
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


def _read(package: Package, part: str, target: Numbering | _Body) -> None:
    """Feed a part of the document to a target of xml.etree's parsers."""
    with require_part("office"):
        from defusedxml.common import DefusedXmlException  # noqa: PLC0415
        from defusedxml.ElementTree import ParseError, XMLParser  # noqa: PLC0415

    parser = XMLParser(target=target, forbid_dtd=True)
    try:
        with package.archive.open(part) as stream:
            # Unpacking never yields more than the directory of the zip says.
            while chunk := stream.read(_CHUNK):
                parser.feed(chunk)
        parser.close()
    except DefusedXmlException as error:
        raise PackageError("hostile", part) from error
    except (ParseError, *DAMAGES) as error:
        raise PackageError("damaged", part) from error


def _refusal(fault: Fault, path: str) -> RefusedError:
    if fault == "password":
        hint = _("open it, and save it without the password")
        return RefusedError("password", _("the document is password-protected"), hint, path)
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


def _attribute(attributes: dict[str, str], name: str) -> str:
    return next((text for key, text in attributes.items() if key.endswith(f"}}{name}")), "")


class _Body:
    """The collected lines of a document's body: a target of xml.etree's parsers."""

    def __init__(self, numbering: Numbering, path: str) -> None:
        self.numbering = numbering
        self.path = path
        self.lines: list[Line] = []
        self.open: list[tuple[list[str], Properties]] = []
        """The texts and properties of the open paragraphs: a paragraph may contain a text box with paragraphs."""
        self.cells: dict[int, tuple[int, int]] = {}
        self.rows = 0
        self.columns: list[int] = []
        """The current column in each of the open rows, from 0."""
        self.count = self.characters = self.passed_over = 0
        self.in_text = self.in_run = False
        self.unread: dict[tuple[Reason, Line], None] = {}
        self.why: Reason | Literal["", "hidden"] = ""
        """Why the text of the current run is not read; empty if it is."""
        self.struck_by_style = False  # whether that is a style, which the run itself may switch off
        self.left_out: list[tuple[Reason, str]] = []
        """The texts of the current paragraph that are not read."""
        self.notes: dict[str, int] = {}
        """The paragraphs that refer to notes, by the kind and the number of the note."""
        self.note = ""  # the kind and the number of the note that is being read
        self.aside: Reason | Literal[""] = ""
        """Why the part that is being read is left out; empty for the body."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if self.passed_over or name in _SKIPPED:
            self.passed_over += 1
        elif not tag.startswith((_WORDS, _STRICT)):
            return
        elif name in _NOTES:
            self.note = name + _attribute(attributes, "id")
        elif name == "p":
            self.open.append(([], {}))
        elif name == "tr":
            self.rows += 1
            self.columns.append(-1)
        elif name == "tc" and self.columns:
            self.columns[-1] += 1
        elif self.open:
            self._inside(name, attributes)

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        value = _attribute(attributes, "val")
        if name == "r":
            self.struck_by_style = self.numbering.strikes(self.open[-1][1].get("pStyle", ""))
            self.in_run, self.why = True, self.aside or ("struck" if self.struck_by_style else "")
        elif name == "rStyle" and self.in_run and self.numbering.strikes(value):
            self.why, self.struck_by_style = "struck", True
        elif name in _UNREAD and self.in_run and self.why != "hidden":
            if value not in _OFF:
                self.why, self.struck_by_style = _UNREAD[name], False
            elif name in _STRIKES and self.struck_by_style:
                self.why = self.aside
        elif name in {"t", "delText"}:
            self.in_text, self.why = True, self.why if name == "t" else "deleted"
        elif (note := name.removesuffix("Reference")) in _NOTES:
            self.notes[note + _attribute(attributes, "id")] = self.count + 1
        elif name in _AS_TEXT and self.in_run:
            self.data(_AS_TEXT[name], always=True)
        elif name in _PARAGRAPH_KEYS:
            self.open[-1][1][name] = value

    def data(self, text: str, *, always: bool = False) -> None:
        """Add text to the open paragraph."""
        if (self.in_text or always) and self.why != "hidden" and not self.passed_over and self.open:
            if self.why:
                self.left_out.append((self.why, text))
            else:
                self.open[-1][0].append(text)
            self.characters += len(text)
            check_length(self.path, 0, self.characters)

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if self.passed_over:
            self.passed_over -= 1
        elif not tag.startswith((_WORDS, _STRICT)):
            return
        elif name in {"t", "delText"}:
            self.in_text = False
        elif name == "r":
            self.in_run, self.why = False, ""
        elif name == "p" and self.open:
            self._end_paragraph()
        elif name == "tr" and self.columns:
            self.columns.pop()

    def _end_paragraph(self) -> None:
        texts, properties = self.open.pop()
        self.count += not self.aside
        number = self.notes.get(self.note, 1) if self.aside else self.count
        for why, run in groupby(self.left_out, key=itemgetter(0)):
            left_out = line_of([("".join(text for _why, text in run), number, 1)])
            if left_out and (why != "margin" or re.search(HAN, left_out.text)):  # no numbers of pages
                self.unread[why, left_out] = None
        check_length(self.path, self.count, self.characters)
        if self.columns and not self.aside:
            self.cells[self.count] = (self.rows, self.columns[-1])
        label = self.numbering.label(properties)
        if self.left_out and not "".join(texts).strip():
            label = ""  # a number without its text is not an item
        self.left_out.clear()
        column = 1
        for number, text in enumerate("".join(texts).split("\n")):
            whole = label + text.lstrip() if label and not number else text
            if line := line_of([(whole, self.count, column)]):
                self.lines.append(line)
            column += len(whole) + 1
