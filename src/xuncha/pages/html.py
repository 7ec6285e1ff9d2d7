"""Read a web page as its reader sees it, one line for each block. lxml and Beautiful Soup keep no places in the file, and `html.parser` takes minutes on open tags."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from html import unescape

from xuncha.pages.line import Line, line_of

_TOKEN = re.compile(
    r"""(?P<unseen><!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z))
    | <(?P<end>/?)(?P<tag>[A-Za-z][^\s/<>]*+)(?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*|[^<>]*)>
    | (?P<reference>&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?)""",
    re.VERBOSE | re.DOTALL,
)
_RAW = {"script", "style", "textarea", "xmp"}  # elements whose content has no tags
_STRUCK = {"s", "strike", "del"}
_HIDDEN = {"noscript", "template", "head", "svg", "select", "object", "iframe", "title", *_STRUCK}
"""Elements that are not read: nobody sees them, or what they hold is struck out."""
_INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "samp", "small", "span", "strong", "sub",
    "sup", "time", "tt", "u", "ucloud", "var", "wbr", "input", "button", "meta", "link",
}  # fmt: skip
"""Elements that do not begin a line; neither do elements with a colon in their name, which come from Word."""
_HIDES = re.compile(
    r"""<[^\s>]+[^>]*?\s(?:style\s*=\s*(?:"[^"]*?|'[^']*?|[^\s"'>]*?)(?:display\s*:\s*none|visibility\s*:\s*hidden|(?P<struck>text-decoration[^;"'>]*:[^;"'>]*line-through))|hidden(?=[\s/>=]))""",
    re.IGNORECASE,
)
"""A tag that hides its element, or strikes it out."""
_MAX_TAG = 4000  # only so many characters of a tag are searched for it
_EMPTY = {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "embed", "source", "track"}  # fmt: skip
_BLANKS = " \t\n\f"
_WORD = re.compile(rf"[{_BLANKS}]+|[^{_BLANKS}]+")
_BETWEEN_CHINESE = re.compile(r"[\u2e80-\u9fff\uff00-\uffef”’] [\u2e80-\u9fff\uff00-\uffef“‘]")


def lines(text: str, struck: list[Line] | None = None) -> tuple[Line, ...]:
    """Return the lines of a web page that are not blank. Add what is struck out to `struck`."""
    page = _Page(text, [] if struck is None else struck)
    place = 0
    while match := _TOKEN.search(text, place):
        page.add(place, match.start())
        place = match.end()
        if match["reference"]:
            page.add_piece(unescape(match[0]).replace("\n", " ").replace("\xa0", " "), match.start())
        elif (tag := (match["tag"] or "").lower()) in _RAW and not match["end"]:
            closing = re.compile(rf"</{tag}[^<>]*>", re.IGNORECASE).search(text, place)
            place = closing.end() if closing else len(text)
        elif tag:
            page.tag(tag, ends=bool(match["end"]), empty=match[0].endswith("/>"))
            page.hide(tag, match[0], ends=bool(match["end"]))
    page.add(place, len(text))
    page.end_line()
    return tuple(page.lines)


def _begins_line(tag: str) -> bool:
    return not (tag in _INLINE or tag in _HIDDEN or ":" in tag)


class _Page:
    def __init__(self, text: str, struck: list[Line]) -> None:
        self.text = text
        self.struck = struck
        self.struck_pieces: list[tuple[str, int, int]] = []
        self.is_struck = False
        """Whether the open element that its own style hides is struck out."""
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        """The offsets at which the lines of the file begin."""
        self.lines: list[Line] = []
        self.pieces: list[tuple[str, int, int]] = []
        self.unseen: list[str] = []
        """The open elements whose content is never shown."""
        self.names = Counter[str]()  # of these elements: a search among many of them would take long
        self.hidden = ""
        """The name of the open element that its own style hides; empty if there is none."""
        self.depth = 0
        """How many elements of this name are open, the hidden one included."""

    def tag(self, tag: str, *, ends: bool, empty: bool) -> None:
        """Read a tag, which may end the line, or begin or end content that is never shown."""
        if tag == "body":
            self.unseen.clear()  # the head may still be open
            self.names.clear()
        if tag in _HIDDEN and not ends and not empty:
            self.unseen.append(tag)
            self.names[tag] += 1
        elif tag in _HIDDEN and ends and self.names[tag]:
            while (name := self.unseen.pop()) != tag:
                self.names[name] -= 1
            self.names[tag] -= 1
        elif _begins_line(tag):
            self.end_line()

    def hide(self, tag: str, written: str, *, ends: bool) -> None:
        """Note where an element begins or ends that its own style hides; a paragraph ends where another block begins."""
        if self.hidden == "p" and not ends and _begins_line(tag):
            self.hidden = ""
        if self.hidden:
            if tag == self.hidden:
                self.depth += -1 if ends else 1
                self.hidden = self.hidden if self.depth else ""
        elif not (ends or tag in _EMPTY or written.endswith("/>")) and (
            match := _HIDES.match(written[:_MAX_TAG])
        ):
            self.hidden, self.depth, self.is_struck = tag, 1, bool(match["struck"])

    def add(self, start: int, end: int) -> None:
        """Add the text between two offsets; blanks become one blank, as in a browser."""
        for match in _WORD.finditer(self.text, start, end):
            self.add_piece(" " if match[0][0] in _BLANKS else match[0], match.start())

    def add_piece(self, text: str, place: int) -> None:
        """Add a piece of text with its offset in the file, unless it is hidden."""
        if (self.hidden and not self.is_struck) or any(
            self.names[tag] for tag in self.names.keys() - _STRUCK
        ):
            return
        line = bisect_right(self.starts, place)
        pieces = self.struck_pieces if self.unseen or self.hidden else self.pieces
        pieces.append((text, line, place - self.starts[line - 1] + 1))

    def end_line(self) -> None:
        """End the line; remove repeated blanks, and line breaks of the file between two Chinese characters."""
        kept: list[tuple[str, int, int]] = []
        for piece in self.pieces:
            if not piece[0] or (piece[0] == " " and kept and kept[-1][0].endswith(" ")):
                continue
            if len(kept) > 1 and kept[-1][0] == " " and kept[-1][1] != piece[1]:
                around = f"{kept[-2][0][-1:]} {piece[0][:1]}"
                if _BETWEEN_CHINESE.fullmatch(around):
                    kept.pop()
            kept.append(piece)
        self.struck += filter(None, [line_of(self.struck_pieces)])
        self.struck_pieces.clear()
        self.pieces.clear()
        if line := line_of(kept):
            self.lines.append(line)
