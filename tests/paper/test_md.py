"""Documents as Markdown: rendered text and tables equal the originals."""

from __future__ import annotations

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from tests.paper.documents import HOSTILE, documents
from tests.steps import hang_guard
from xuncha.paper.outline import Block, Document, Table
from xuncha.paper.texts import markdown, md

_READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_OF_TEXTS = {"inline", "paragraph_open", "paragraph_close", "heading_open", "heading_close"}
_OF_TABLES = {
    f"{part}_{end}" for part in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")
}


def seen(text: str) -> list[str]:
    """Return the texts that a reader sees, one for each heading, paragraph and cell."""
    found = []
    for token in _READER.parse(text):
        assert token.type in _OF_TEXTS | _OF_TABLES, f"a text has become {token.type}: {token.content!r}"
        if token.type == "inline":
            for child in token.children or ():
                assert child.type in {"text", "strong_open", "strong_close"}, child.type
            found.append("".join(child.content for child in token.children or ()))
    return found


def wanted(document: Document) -> list[str]:
    """Return the texts of a document in their order."""
    found = [document.mark] if document.mark else []
    found.append(document.title)
    for block in document.blocks:
        if isinstance(block, Block):
            found.append(block.text)
        elif isinstance(block, Table):
            found += [cell for row in (block.header, *block.rows) for cell in row]
    return found


@given(document=documents)
def test_every_text_is_seen_as_it_is(document: Document) -> None:
    assert [text.strip() for text in seen(md(document))] == wanted(document)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_mark_up(text: str) -> None:
    table = Table((text, "乙"), ((text, text), ("", text)), (0.5, 0.5))
    document = Document(text, (*(Block(kind, text) for kind in ("to", "h1", "h3", "p", "sign", "table-title")), table), mark=text)  # fmt: skip
    assert seen(md(document)) == wanted(document)


@pytest.mark.parametrize("text", ["\n" * 500_000 + "x", "x" + " " * 500_000 + "x"], ids=["lines", "blanks"])
def test_a_text_of_blanks_is_escaped_at_once(text: str) -> None:
    with hang_guard():
        assert markdown(text) == text
