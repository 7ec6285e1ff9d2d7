"""Helpers for notice tests: render in the test process, and read back each form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from tests.conftest import TODAY
from tests.program import aside
from xuncha.notice.content import content
from xuncha.notice.render import render
from xuncha.paper.own import on_disk
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger as load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

FORMS = ("txt", "md", "html")
"""The forms that are text."""
FILES = ("docx", "pdf")
"""The forms that are files."""
VOID = frozenset({"meta", "br", "hr", "img", "link", "input", "wbr"})
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_PLAIN_BLOCKS = {"heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline"}


def notice(root: Path, form: str = "txt", today: str = TODAY) -> str:
    """Return the notice of a ledger on disk, in a form that is text."""
    return printed(root, form, today).decode()


def printed(root: Path, form: str, today: str = TODAY) -> bytes:
    """Return the notice of a ledger on disk, in any form."""
    said = content(load(WorkingTree(root)), date.fromisoformat(today))
    files = on_disk(root)
    return (aside(render, said, form, files) if form == "pdf" else render(said, form, files))[0]


def rewrite(ledger: LedgerOnDisk, path: str, old: str, new: str) -> None:
    """Replace a text in a file of the ledger; it must be there."""
    target = ledger.root / path
    text = target.read_bytes().decode()
    assert old in text, f"{old!r} is not in {path}"
    ledger.write(path, text.replace(old, new))


def settings(ledger: LedgerOnDisk, old: str, new: str) -> None:
    """Replace a text in the ledger's own file; it must be there."""
    rewrite(ledger, "data/ledger.yaml", old, new)


def read(form: str, text: str) -> list[str]:
    """Return the paragraphs and headings that a reader of a form sees, one text each, without their layout."""
    blocks = {"txt": _read_text, "md": _read_markdown, "html": _read_html}[form](text)
    return [shown for block in blocks if (shown := " ".join(block.split()))]


def _read_text(text: str) -> list[str]:
    return text.split("\n")


def _read_markdown(text: str) -> list[str]:
    blocks = []
    for token in _MARKDOWN.parse(text):
        assert token.type in _PLAIN_BLOCKS, f"a text has become {token.type}: {token.content!r}"
        if token.type == "inline":
            for child in token.children or ():
                assert child.type == "text", f"a text has become {child.type}: {child.content!r}"
            blocks.append("".join(child.content for child in token.children or ()))
    return blocks


@dataclass
class Element:
    """An element of a page, with its text and that of all inside it."""

    tag: str
    attributes: dict[str, str | None]
    inside: tuple[str, ...]
    """The elements around it, from the outermost."""
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A page as a strict reader sees it: every element closed in its order."""

    elements: list[Element] = field(default_factory=list)
    declarations: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[Element] = []

    @classmethod
    def of(cls, text: str) -> Page:
        """Read a whole page."""
        page = cls()
        page.feed(text)
        page.close()
        assert not page._open, f"never closed: {[element.tag for element in page._open]}"
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        element = Element(tag, dict(attrs), tuple(element.tag for element in self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            assert self._open, f"text outside of everything: {data!r}"
        for element in self._open:
            element.text += data

    def handle_decl(self, decl: str) -> None:
        self.declarations.append(decl)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def _read_html(text: str) -> list[str]:
    page = Page.of(text)
    return [element.text for element in page.elements if element.tag in {"h1", "h2", "h3", "h4", "h5", "p"}]
