"""An OpenDocument table as LibreOffice and WPS save it: what its reader does not return."""

from __future__ import annotations

import zipfile
from datetime import date
from typing import TYPE_CHECKING

from tests.tables import building, description
from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.exchange.drafts import Draft

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "manifest")
)
TYPE = "application/vnd.oasis.opendocument.spreadsheet"
TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
FAILED = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"'
    ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"><text:p>{}</text:p></table:table-cell>'
)


def test_a_formula_that_failed_is_named(tmp_path: Path) -> None:
    rows = [
        ["反馈问题", "整改措施", "整改时限", "责任科室"],
        ["学习不深入", "集中学习", "#DIV/0!", "错误:502"],
    ]
    cells = [[(FAILED if text[0] in "#错" else TEXT).format(text) for text in row] for row in rows]
    draft = read(tmp_path, cells)
    assert {(each.place, each.text) for each in draft.doubts} >= {
        ("台账!C2", "#DIV/0!"),
        ("台账!D2", "错误:502"),
    }
    assert draft.measures[0].record.keys() == {"title"}


def test_each_of_repeated_percentages_is_read(tmp_path: Path) -> None:
    headings = [TEXT.format(text) for text in ("反馈问题", "整改措施", "序时进度", "整改进度")]
    shares = [
        '<table:table-cell table:number-columns-repeated="2" office:value-type="percentage" office:value="1"><text:p>100%</text:p></table:table-cell>',
        '<table:table-cell table:number-columns-repeated="2" office:value-type="percentage"/>',
    ]
    rows = [[TEXT.format(f"问题{n}"), TEXT.format(f"措施{n}"), share] for n, share in enumerate(shares)]
    draft = read(tmp_path, [headings, *rows])
    assert [each.status for each in draft.measures] == ["closed", "not_started"]


def read(folder: Path, cells: list[list[str]]) -> Draft:
    """Read a table, given as the XML of its cells."""
    table = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in cells)
    content = (
        f"<office:document-content {SPACES}><office:body><office:spreadsheet><table:table table:name='台账'>"
        f"{table}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{TYPE}"/>'
    with zipfile.ZipFile(folder / "台账.ods", "w") as archive:
        archive.writestr("mimetype", TYPE)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f"<manifest:manifest {SPACES}>{entry}</manifest:manifest>")
    return draft_of(folder / "台账.ods", ReadOptions(date(2024, 7, 1)))


def test_percentages_are_states_beside_those_that_are_texts(tmp_path: Path) -> None:
    rows = (
        "问题 | 措施 | 整改进度",
        "甲 | 抓甲 | #1{0%}",
        "乙 | 抓乙 | #0.996{0%}",
        "丙 | 抓丙 | 100%",
        "丁 | 抓丁 | 50%",
    )
    lines = ["", "file: ods", "=== 台账", *(f"| {row} |" for row in rows), "=== truth", "problems: []", ""]
    (tmp_path / "台账.table").write_text("\n".join(lines), encoding="utf-8")
    path = building.build(description.read(tmp_path / "台账.table"), tmp_path)
    draft = draft_of(path, ReadOptions(date(2024, 7, 1)))
    assert [each.status for each in draft.measures] == ["closed", "in_progress", "closed", "in_progress"]
