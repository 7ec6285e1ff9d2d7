"""Documents read into lines of text that know where they stand: text, Markdown, web pages, Word.

What a document is is told by its content, not by its name: names are wrong often enough. Documents are hostile input;
whatever cannot be read is refused with a reason, and nothing is read beyond a size.
"""

from __future__ import annotations

from pathlib import Path

from xuncha.pages import html, markdown, plain
from xuncha.pages.kind import LARGEST, bytes_of, kind_of, must_be_readable
from xuncha.pages.line import Line, Pages, Span

__all__ = ["LARGEST", "Line", "Pages", "Span", "lines"]


def lines(path: Path) -> Pages:
    """Read a document.

    Args:
        path: of a text (UTF-8, UTF-16, GB18030), Markdown, a web page, or a Word document (.docx).

    Returns:
        Its lines that are not blank, in order.

    Raises:
        RefusedError: it is not there, too large, damaged, under a password, or of a kind that is not read.
        SurroundingsError: the part `office` is not installed.
    """
    content = bytes_of(path)
    kind = kind_of(content, path)
    if kind == "docx":
        from xuncha.pages import word  # noqa: PLC0415  needs the part `office`

        return Pages(str(path), kind, word.lines(content, str(path)))
    text = plain.decoded(content, str(path))
    must_be_readable(str(path), 0, len(text))
    read = {"txt": plain.lines, "md": markdown.lines, "html": html.lines}[kind]
    pages = Pages(str(path), kind, read(text))
    must_be_readable(str(path), len(pages.lines), 0)
    return pages
