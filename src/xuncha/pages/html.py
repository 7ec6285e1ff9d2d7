"""Read a web page as its reader sees it, one line for each block, with the line of the file where it begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.pages.line import Line, line_of
from xuncha.parts import require_part

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_STRIKE: Final = re.compile(r"(?<=<)(/?)(?:s|strike)(?=[\s/>])", re.IGNORECASE)
"""Other names of the element `del`, which lxml ends where a paragraph begins."""
_HIDDEN: Final = {
    "script", "style", "textarea", "noscript", "template", "head", "title", "svg", "select", "object", "iframe",
}  # fmt: skip
"""Elements whose content nobody sees, or that hold no text of the page."""
_INLINE: Final = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "samp", "small", "span", "strong", "sub",
    "sup", "time", "tt", "u", "ucloud", "var", "wbr", "input", "button", "meta", "link", "del", *_HIDDEN,
}  # fmt: skip
"""Elements that do not begin a line; neither do elements with a colon in their name, which come from Word."""
_HIDING_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_STRIKING_STYLE: Final = re.compile(r"text-decoration[^;]*:[^;]*line-through", re.IGNORECASE)
_BREAK_IN_CHINESE: Final = re.compile(
    r"(?<=[\u2e80-\u9fff\uff00-\uffef”’])[ \t]*\n\s*(?=[\u2e80-\u9fff\uff00-\uffef“‘])"
)
"""A line break of the file that is not seen, since Chinese has no blanks between words."""
_Unread = Literal["", "struck", "hidden"]


def lines(text: str, path: str = "") -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return the lines of a web page that are not blank, and what is struck out.

    Raises RefusedError if elements are nested deeper than in any page; SurroundingsError if the part `office` is not installed.
    """
    with require_part("office"):
        from lxml import etree  # noqa: PLC0415
    parser = etree.HTMLParser(encoding="utf-8")
    try:
        root = etree.fromstring(_STRIKE.sub(r"\1del", text.replace("\0", "")).encode(), parser)
    except etree.XMLSyntaxError:  # a page without any element
        root = None
    if parser.error_log.filter_from_fatals():
        message = _("the document is damaged")
        hint = _("a notice is much smaller; save its text alone")
        raise RefusedError("damaged-document", message, hint, path)
    page = _Page()
    if root is not None:
        page.read(root, "")
    page.end_line()
    return tuple(page.lines), tuple(page.struck)


class _Page:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.struck: list[Line] = []
        self.pieces: list[tuple[_Unread, str, int]] = []
        """The texts of the current line, each with why it is not read, and its line in the file."""
        self.place = 1

    def read(self, element: Element, unread: _Unread) -> None:
        """Read an element; `unread` says why the element around it is not read."""
        tag = element.tag if isinstance(element.tag, str) else "script"  # a comment is read by nobody, either
        style = element.get("style") or ""
        if tag in _HIDDEN or element.get("hidden") is not None or _HIDING_STYLE.search(style):
            unread = "hidden"
        elif not unread and (tag == "del" or _STRIKING_STYLE.search(style)):
            unread = "struck"
        begins_line = tag not in _INLINE and ":" not in tag
        if begins_line:
            self.end_line()
        self.place = max(self.place, element.sourceline or 1)
        self.add(element.text or "", unread)
        for child in element:
            self.read(child, unread)
            self.add(child.tail or "", unread)
        if begins_line:
            self.end_line()

    def add(self, text: str, unread: _Unread) -> None:
        blanks = text[: len(text) - len(text.lstrip())]
        self.pieces.append((unread, text, self.place + blanks.count("\n")))
        self.place += text.count("\n")

    def end_line(self) -> None:
        """End the line: blanks become one blank, as in a browser."""
        whys: tuple[tuple[_Unread, list[Line]], ...] = (("", self.lines), ("struck", self.struck))
        for why, found in whys:
            pieces = [(text, place) for other, text, place in self.pieces if other == why]
            text = " ".join(_BREAK_IN_CHINESE.sub("", "".join(text for text, _place in pieces)).split())
            begin = next((place for text, place in pieces if text.strip()), 1)
            found.extend(filter(None, [line_of(text, begin)]))
        self.pieces.clear()
