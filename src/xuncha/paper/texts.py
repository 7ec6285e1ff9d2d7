"""Write a document as text: plain for a terminal and for e-mail, as Markdown, and as a web page that prints well."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.chinese.characters import width, wrapped
from xuncha.chinese.numbers import TELEPHONE
from xuncha.paper import paging
from xuncha.paper.heading import may_break, pieces
from xuncha.paper.outline import Block, Document, Form, Instruction, Table

if TYPE_CHECKING:
    from jinja2 import Environment

CONTENTS: Final = "目\u3000录"
"""The heading of the table of contents."""
LINE: Final = 38
"""Full-width characters in a line of the text form."""
_RULE: Final = "-" * (LINE * 2)
_PHONE_WIDTH: Final = 14  # characters of a title that fit into a line on a telephone
_GAP: Final = 1  # between two columns, in full-width characters
_MIN_WIDTH: Final = 2  # least width of a column, in full-width characters
_PLACES: Final = {"to": 0, "copies": 0, "table-title": 0.5, "sign": 1, "date": 1}
"""Blocks that are not set like paragraphs, with their place in a line: 0 is left, 0.5 the middle, 1 right."""
_MARKS: Final = {"h1": "##", "h2": "###", "h3": "####", "h4": "#####"}
_TAGS: Final = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5"}
_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~&]")
_BLANKS = re.compile(r"^[ \t]+|(?<![ \t])[ \t]+$", re.MULTILINE)
_MARKDOWN_START = re.compile(r"^([^\S\n]*)((?:[0-9]+(?=[.)]))|(?=[-+=]))", re.MULTILINE)


def txt(document: Document) -> str:
    """Return the document as plain text that ends with a line end; a paragraph is one line, and tables are set in columns."""
    lines = [document.mark] if document.mark else []
    if any(document.reference):
        lines.append(_two_ends(*document.reference) if document.signer else _indented(document.number, 0.5))
    lines += [_indented(document.title, 0.5), ""]
    for block in document.blocks:
        match block:
            case Block(kind, text):
                lines += [""] if kind == "table-title" else []
                lines.append(_indented(text, _PLACES[kind]) if kind in _PLACES else f"\u3000\u3000{text}")
            case Table():
                lines += ["", *_table(block), ""]
            case Form():
                lines += ["", *_form(block), ""]
            case Instruction("contents"):
                lines += ["", _indented(CONTENTS, 0.5), *(f"\u3000\u3000{each}" for each in document.toc), ""]
            case Instruction("page", text):
                lines += ["", "", *([_indented(text, 0.5), ""] if text else [])]
    # Keep one of several empty lines, and none at the end.
    kept = [line for line, previous in zip(lines, ["x", *lines], strict=False) if line or previous]
    return "\n".join(kept).rstrip("\n") + "\n"


def _form(form: Form) -> list[str]:
    """Return the lines of a form: a label and its value on one line, or a value of several lines below its label."""
    lines: list[str] = []
    for field in form.fields:
        for label, value in field.pairs:
            has_lines = "\n" in value
            lines += [f"{label}：" if has_lines else f"{label}：{value}"]
            lines += [f"\u3000\u3000{line}" for line in value.split("\n")] if has_lines else []
        lines += [_indented(field.signature, 1), ""] if field.signature else []
    return lines


def _indented(text: str, share: float) -> str:
    """Indent a text by a share of the free space in its line: 0.5 centres it, 1 aligns it right."""
    return "\u3000" * max(0, int((LINE - width(text)) * share)) + text


def _two_ends(left: str, right: str) -> str:
    """Return a line with one text at its left end and one at its right end."""
    return left + "\u3000" * max(1, int(LINE - width(left) - width(right))) + right


def _table(table: Table) -> list[str]:
    """Return the lines of a table: header and rows, with rules between the rows if one of them takes several lines."""
    total = max(LINE - _GAP * (len(table.widths) - 1), _MIN_WIDTH * len(table.widths))
    widths = [max(_MIN_WIDTH, int(share * total + 1e-6)) for share in table.fitted_widths(total, 0)]
    longest = [max(map(width, column)) for column in zip(table.header, *table.rows, strict=True)]
    while sum(widths) < total:  # what is left after rounding goes where a text takes the most lines
        place = max(range(len(widths)), key=lambda place: longest[place] / widths[place])
        if longest[place] <= widths[place]:
            break
        widths[place] += 1
    # The widest gets what no text needs, or gives what the least widths take too much.
    widest = widths.index(max(widths))
    widths[widest] = max(_MIN_WIDTH, widths[widest] + total - sum(widths))
    rows = [_row(row, widths) for row in table.rows]
    has_rules = any(len(lines) > 1 for lines in rows)
    result = [*_row(table.header, widths), _RULE]
    for number, (row, lines) in enumerate(zip(table.rows, rows, strict=True)):
        result += [_RULE, *lines] if has_rules and number and row[0] else lines
    return [*result, _RULE] if rows else result


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    columns = [wrapped(cell, limit * 2) for cell, limit in zip(cells, widths, strict=True)]
    limits = [limit + _GAP for limit in widths]
    return [
        "".join(
            part + " " * round((limit - width(part)) * 2) for part, limit in zip(parts, limits, strict=True)
        ).rstrip()
        for parts in zip_longest(*columns, fillvalue="")
    ]


def md(document: Document) -> str:
    """Return the document as Markdown (CommonMark, with the tables of GFM) that ends with a line end."""
    parts = [markdown(document.mark)] if document.mark else []
    if any(document.reference):
        parts.append(markdown("\u3000".join(filter(None, document.reference))))
    parts.append(f"# {_inline(document.title)}")
    for block in document.blocks:
        match block:
            case Block(kind, text) if kind in _MARKS:
                parts.append(f"{_MARKS[kind]} {_inline(text)}")
            case Block(kind, text):
                parts.append(f"**{_inline(text)}**" if kind == "table-title" else markdown(text))
            case Table():
                rows = [[_inline(cell) for cell in row] for row in (block.header, *block.rows)]
                rows.insert(1, ["---"] * len(block.header))
                parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
            case Form():
                for field in block.fields:
                    pairs = (f"**{_inline(label)}**：{_inline(value)}" for label, value in field.pairs)
                    parts += [each.replace("\n", "  \n") for each in pairs]
                    parts += [markdown(field.signature)] if field.signature else []
            case Instruction("contents"):
                parts += [f"**{CONTENTS}**", "\n".join(f"- {_inline(each)}" for each in document.toc)]
            case Instruction("page", text):
                parts += ["---", *([f"# {_inline(text)}"] if text else [])]
    return "\n\n".join(parts) + "\n"


def _inline(text: str) -> str:
    """Escape a text that does not begin a line: fewer characters have a meaning there."""
    return markdown(f"x{text}")[1:]


def markdown(text: str) -> str:
    """Escape a text for Markdown; blanks at the beginning of a line, which could make it code, become one blank."""
    text = _MARKDOWN.sub(r"\\\g<0>", _BLANKS.sub(" ", text))
    return _MARKDOWN_START.sub(r"\1\2\\", text)


def html(document: Document) -> str:
    """Return the document as a self-contained web page: no script, no files from elsewhere; `page.html.j2` lays it out."""
    values = {"headings": _TAGS, "zip": zip, "contents": CONTENTS, "paging": paging}
    return layouts().get_template("page.html.j2").render(document=document, **values)


@cache
def layouts() -> Environment:
    """Return the environment for the layouts of `paper`: templates that a ledger cannot replace."""
    from jinja2 import Environment, FileSystemLoader  # noqa: PLC0415  only some forms need it

    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"unbroken": escaped_text, "titled": escaped_title}
    return environment


def escaped_text(text: str) -> str:
    """Escape a text for a web page, and keep telephone numbers on one line by the class `whole`."""
    from markupsafe import Markup, escape  # noqa: PLC0415  as above

    return Markup(TELEPHONE.sub(r'<span class="whole">\g<0></span>', str(escape(text))))  # noqa: S704  escaped before


def escaped_title(text: str) -> str:
    """Escape a title for a web page, and allow line breaks between names and terms, and inside long ones between words."""
    from markupsafe import Markup, escape  # noqa: PLC0415

    try:
        groups = pieces(text)
    except ImportError:  # words are found by the part `office`; without it the browser chooses the breaks
        return escape(text)
    parts = (words if sum(map(width, words)) > _PHONE_WIDTH else ["".join(words)] for words in groups)
    units = [word for words in parts for word in words]
    joints = (
        "<wbr>" if width(left[-1:]) == width(right[:1]) == 1 and may_break(left, right) else ""
        for left, right in pairwise(units)
    )
    return Markup("").join(
        escape(word) + Markup(joint)  # noqa: S704  `joint` is one of the two texts above
        for word, joint in zip_longest(units, joints, fillvalue="")
    )
