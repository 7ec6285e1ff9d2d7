"""What Word keeps around and beside the text of a cell: tracked changes, content controls, signs, notes, tables in cells."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from xuncha.errors import RefusedError
from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk
    from xuncha.exchange.drafts import Draft

HEAD = ["序号", "反馈问题", "整改措施", "责任领导", "责任科室", "整改时限", "完成情况"]
ROWS = [
    ["1", "学习不够", "制定计划", "张三", "办公室", "2024年6月底前", "已完成"],
    ["2", "账目不清", "清理账目", "李四", "财务科", "长期坚持", "正在推进"],
]
TRACKED = 'w:id="1" w:author="x" w:date="2024-01-01T00:00:00Z"'


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def document(rows: list[list[str]] = ROWS) -> Any:
    """Make a document with one table."""
    made = Document()
    table = made.add_table(0, len(HEAD), "Table Grid")
    for row in (HEAD, *rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    return made


def put(made: Any, row: int, column: int, content: str) -> None:
    """Replace the text of a cell by the XML of a paragraph's content."""
    cell = made.tables[0].cell(row, column)._tc
    cell.replace(cell.p_lst[0], parse_xml(f"<w:p {nsdecls('w')}>{content}</w:p>"))


def wrap(*elements: Any) -> Any:
    """Put elements that follow each other into a content control, and return it."""
    control: Any = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtContent/></w:sdt>")
    elements[0].addprevious(control)
    control[0].extend(elements)
    return control


def read(made: Any, folder: Path) -> Draft:
    path = folder / "台账.docx"
    made.save(str(path))
    return draft_of(path, ReadOptions(date(2025, 1, 1)))


def doubts(draft: Draft) -> set[tuple[str, str]]:
    """Return the addresses and texts of the doubts about cells."""
    return {(each.place.rpartition("!")[2], each.text) for each in draft.doubts if "!" in each.place}


@pytest.mark.parametrize(
    "content",
    [
        f"{run('制定')}<w:ins {TRACKED}>{run('计划')}</w:ins>",
        f"<w:moveTo {TRACKED}>{run('制定计划')}</w:moveTo>",
        f"<w:sdt><w:sdtContent>{run('制定计划')}</w:sdtContent></w:sdt>",
        f'<w:smartTag w:uri="x" w:element="y">{run("制定计划")}</w:smartTag>',
        f'<w:fldSimple w:instr="REF x">{run("制定计划")}</w:fldSimple>',
        run("旧", "<w:vanish/>") + run("制定计划", '<w:vanish w:val="0"/>'),
    ],
)
def test_a_text_is_read_whatever_word_puts_around_it(content: str, tmp_path: Path) -> None:
    made = document()
    put(made, 1, 2, content)
    draft = read(made, tmp_path)
    assert [measure.record["title"] for measure in draft.measures] == ["制定计划", "清理账目"]
    assert not doubts(draft)


def test_a_content_control_around_a_cell_row_or_table_moves_nothing_into_another_column(
    tmp_path: Path,
) -> None:
    wanted = [measure.record for measure in read(document(), tmp_path).measures]
    made = document()
    table = made.tables[0]
    first, second = table.rows[1]._tr, table.rows[2]._tr
    wrap(first.tc_lst[2])
    wrap(*table.cell(2, 1)._tc.p_lst)
    wrap(second)
    wrap(table._tbl)
    assert [measure.record for measure in read(made, tmp_path).measures] == wanted


def test_a_tracked_change_of_a_status_closes_nothing_and_is_named(tmp_path: Path) -> None:
    made = document()
    deleted = f"<w:del {TRACKED}><w:r><w:delText>推进中</w:delText></w:r></w:del>"
    put(made, 1, 6, f"{deleted}<w:ins {TRACKED}>{run('已完成')}</w:ins>")
    draft = read(made, tmp_path)
    assert draft.measures[0].record.get("status") != "closed"
    assert doubts(draft) == {("G2", "已完成")}


@pytest.mark.parametrize("line", ["<w:strike/>", "<w:dstrike/>"])
def test_a_status_struck_out_in_part_closes_nothing_and_is_named(line: str, tmp_path: Path) -> None:
    made = document()
    put(made, 1, 6, f"{run('推进中', line)}{run('已完成')}")
    draft = read(made, tmp_path)
    assert draft.measures[0].record.get("status") != "closed"
    assert doubts(draft) == {("G2", "推进中已完成")}


def test_struck_out_in_part_is_seen_on_a_page_too(tmp_path: Path) -> None:
    path = tmp_path / "台账.html"
    rows = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in (HEAD, *ROWS))
    path.write_text(
        f"<html><table>{rows}</table>".replace("<td>已完成", "<td>已<s>未</s>完成"), encoding="utf-8"
    )
    assert doubts(draft_of(path, ReadOptions(date(2025, 1, 1)))) >= {("G2", "已未完成")}


def test_what_stands_beside_the_text_of_a_cell_is_named(tmp_path: Path) -> None:
    made = document()
    cell = made.tables[0].cell(1, 2)
    cell.add_table(1, 1).cell(0, 0).text = "表中之表"
    made.add_comment(made.tables[0].cell(2, 2).paragraphs[0].runs, "请核实", "某人")
    draft = read(made, tmp_path)
    assert [measure.record["title"] for measure in draft.measures] == ["制定计划", "清理账目"]
    assert doubts(draft) == {("C2", "表中之表"), ("C3", "请核实")}


@pytest.mark.parametrize(
    ("font", "char", "status"), [("Wingdings", "F0FC", "closed"), ("Wingdings 2", "F050", "closed"), ("Wingdings", "F0FB", "not_started")]
)  # fmt: skip
def test_a_tick_from_a_font_of_signs_is_a_tick(font: str, char: str, status: str, tmp_path: Path) -> None:
    made = document()
    put(made, 1, 6, f'<w:r><w:sym w:font="{font}" w:char="{char}"/></w:r>')
    assert read(made, tmp_path).measures[0].record["status"] == status


def test_a_cell_that_does_not_say_how_many_columns_it_covers_is_damage(tmp_path: Path) -> None:
    made = document()
    properties = made.tables[0].cell(1, 2)._tc.get_or_add_tcPr()
    properties.append(parse_xml(f"<w:gridSpan {nsdecls('w')}/>"))
    with pytest.raises(RefusedError) as caught:
        read(made, tmp_path)
    assert caught.value.code == "damaged-file"


def test_a_cell_in_a_content_control_is_filled_where_it_stands(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    made = document()
    first = made.tables[0].rows[1]._tr
    wrap(*first.tc_lst[6].p_lst)
    wrap(first.tc_lst[2])
    made.save(str(tmp_path / "台账.docx"))
    bare_ledger.ok("init", tmp_path / "ledger")
    bare_ledger.root = tmp_path / "ledger"
    bare_ledger.ok("import", "table", "../台账.docx")
    bare_ledger.ok("reopen", "1.1", "--reason", "复查")
    bare_ledger.ok("export", "table", "../台账.docx", "-o", "../已填.docx")
    rows = Document(str(tmp_path / "已填.docx")).element.body.iter(qn("w:tr"))
    texts = [["".join(t.text for t in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))] for row in rows]
    assert texts == [HEAD, [*ROWS[0][:6], "正在推进"], ROWS[1]]


STRUCK = [
    '<w:style w:type="character" w:styleId="cut"><w:name w:val="cut"/><w:rPr><w:strike/></w:rPr></w:style>',
    '<w:style w:type="character" w:styleId="late"><w:name w:val="late"/><w:basedOn w:val="cut"/></w:style>',
    '<w:style w:type="character" w:styleId="kept"><w:name w:val="kept"/><w:basedOn w:val="cut"/><w:rPr><w:strike w:val="0"/></w:rPr></w:style>',
    '<w:style w:type="paragraph" w:styleId="gone"><w:name w:val="gone"/><w:rPr><w:dstrike/></w:rPr></w:style>',
    '<w:style w:type="paragraph" w:styleId="old"><w:name w:val="old"/><w:rPr><w:strike/></w:rPr></w:style>',
]


@pytest.mark.parametrize(
    ("content", "is_struck"),
    [
        (run("已完成", '<w:rStyle w:val="cut"/>'), True),
        (run("已完成", '<w:rStyle w:val="late"/>'), True),
        (run("已完成", '<w:rStyle w:val="kept"/>'), False),
        (run("已完成", '<w:rStyle w:val="cut"/><w:strike w:val="0"/>'), False),
        ('<w:pPr><w:pStyle w:val="gone"/></w:pPr>' + run("已完成"), True),
        ('<w:pPr><w:pStyle w:val="gone"/></w:pPr>' + run("已完成", '<w:rStyle w:val="cut"/>'), True),
        ('<w:pPr><w:pStyle w:val="old"/></w:pPr>' + run("已完成", '<w:rStyle w:val="cut"/>'), False),
        ('<w:pPr><w:pStyle w:val="old"/></w:pPr>' + run("已完成", '<w:rStyle w:val="kept"/>'), True),
    ],
)
def test_what_a_style_strikes_out_closes_nothing(content: str, is_struck: bool, tmp_path: Path) -> None:
    made = document()
    for each in STRUCK:
        made.styles.element.append(parse_xml(each.replace("<w:style ", f"<w:style {nsdecls('w')} ", 1)))
    put(made, 1, 6, content)
    draft = read(made, tmp_path)
    assert (draft.measures[0].status == "closed") is not is_struck
    assert (("G2", "已完成") in doubts(draft)) is is_struck
