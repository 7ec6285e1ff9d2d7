"""Read documents (text, Markdown, web pages, Word), which may be hostile, into lines that know their places in the file."""

from __future__ import annotations

from pathlib import Path

from xuncha.pages import html, markdown
from xuncha.pages.kind import check_length, decode, kind_of, read_bytes
from xuncha.pages.line import Line, Pages, plain_lines

__all__ = ["Pages", "lines"]


def lines(path: Path) -> Pages:
    """Read the lines of a text (UTF-8, UTF-16, GB18030), Markdown, a web page or a Word document (.docx); blank lines are left out.

    Raises RefusedError if the file is missing, too large, damaged, protected by a password, or of an unsupported kind;
    SurroundingsError if the part `office` is not installed.
    """
    content = read_bytes(path)
    kind = kind_of(content, path)
    if kind == "docx":
        from xuncha.pages import word  # noqa: PLC0415  needs the part `office`

        return Pages(str(path), kind, *word.lines(content, str(path)))
    text = decode(content, str(path))
    check_length(str(path), 0, len(text))
    struck: list[Line] = []
    read = {"md": markdown.lines, "html": html.lines}
    found = read[kind](text, struck) if kind in read else plain_lines(text)
    pages = Pages(str(path), kind, found, unread=tuple(("struck", line) for line in struck))
    check_length(str(path), len(pages.lines), 0)
    return pages
