"""Write the files of `description`: text, web pages with their surroundings, several kinds of Word documents.

`python -m tests.notices.building FOLDER` writes all of them there.
"""

from __future__ import annotations

import sys
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from docx import Document
from docx.oxml import parse_xml

from tests.notices.description import notices
from tests.tables.building import page, saved

if TYPE_CHECKING:
    from tests.notices.description import Described

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_BOX: Final = (
    f'<w:r xmlns:w="{_W}" xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape style="width:400pt;height:100pt"><v:textbox>'
    "<w:txbxContent>{}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
)


def build(notice: Described, folder: Path) -> Path:
    """Make the file of a notice in a folder, and return its path."""
    path = folder / f"{notice.name}.{notice.kind}"
    path.write_bytes({"txt": _text, "docx": _docx, "html": _html}[notice.kind](notice))
    return path


def _text(notice: Described) -> bytes:
    encoding = next((option for option in notice.options if option in {"gbk", "utf-16"}), "utf-8")
    return notice.text.encode(encoding)


def _docx(notice: Described) -> bytes:
    document = Document()
    texts = [text for text in notice.text.split("\n") if text.strip()]
    if "table" in notice.options:
        rows = [text.split("|") for text in texts]
        table = document.add_table(len(rows), max(map(len, rows)), "Table Grid")
        for row, cells in zip(table.rows, rows, strict=True):
            if len(cells) == 1:
                row.cells[0].merge(row.cells[-1])
            for cell, text in zip(row.cells, cells, strict=False):
                first, *others = text.split("⏎")
                cell.paragraphs[0].add_run(first)
                for line in others:
                    cell.add_paragraph(line)
    elif "cell" in notice.options:  # all of it in one cell
        cell = document.add_table(1, 1, "Table Grid").cell(0, 0)
        for text in texts:
            cell.add_paragraph(text)
    else:
        for text in texts:
            paragraph = document.add_paragraph()
            if text.startswith("box:"):
                inside = (
                    f'<w:p xmlns:w="{_W}"><w:r><w:t>{escape(text.removeprefix("box:"))}</w:t></w:r></w:p>'
                )
                paragraph._p.append(parse_xml(_BOX.format(inside)))
            else:
                paragraph.add_run(text)
    return saved(document)


def _html(notice: Described) -> bytes:
    body = ""
    for text in filter(str.strip, notice.text.split("\n")):
        if text.startswith("hidden:"):
            said = escape(text.removeprefix("hidden:"))
            by_style = f'<div style="color:red; DISPLAY : none;"><p>{said}</p></div>\n'
            body += (
                f"<div hidden><div>1.内部</div><p>{said}</div>\n" if "hidden" in notice.options else by_style
            )
        elif text.startswith("bullet:"):
            body += f"<ul><li>{escape(text.removeprefix('bullet:'))}</li></ul>\n"
        else:
            body += f"<p><span>　　{escape(text)}</span></p>\n"
    return page("政务公开", body)


def main() -> None:
    """Make all files in the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for notice in notices():
        build(notice, folder)


if __name__ == "__main__":
    main()
