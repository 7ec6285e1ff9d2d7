"""Parsing outlines: each line is a block, and no value starts a new line or cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuncha.errors import InvalidLedgerError
from xuncha.paper.outline import CELL, Block, Document, OutlineError, Table, read
from xuncha.paper.own import on_disk
from xuncha.paper.templates import make_document

if TYPE_CHECKING:
    from pathlib import Path


def made(root: Path, source: str, **given_: object) -> Document:
    """Make a document from a template of the ledger's own."""
    (root / "templates").mkdir(exist_ok=True)
    (root / "templates/paper.outline.j2").write_text(source, encoding="utf-8")
    return make_document("paper.outline.j2", on_disk(root), **given_)


def test_each_line_is_a_block_of_its_kind() -> None:
    assert read("title 通报\n\nto 各科室：\nh1 一、总体\n  h2 （一）甲\nh3 1.乙\nh4 （1）丙\np 正文。\nsign 办公室\ndate 2024年4月18日\n") == Document(
        "通报",
        (
            Block("to", "各科室："),
            Block("h1", "一、总体"),
            Block("h2", "（一）甲"),
            Block("h3", "1.乙"),
            Block("h4", "（1）丙"),
            Block("p", "正文。"),
            Block("sign", "办公室"),
            Block("date", "2024年4月18日"),
        ),
    )  # fmt: skip


def test_a_block_without_a_text_is_no_block() -> None:
    assert read("title 甲\np\np   \nh1 \u3000\n").blocks == ()


def test_a_text_keeps_the_spaces_that_chinese_texts_have_and_gets_full_width_punctuation() -> None:
    assert read("title 甲\nsign 张\u3000三,李  四\n").blocks == (Block("sign", "张\u3000三，李 四"),)


def test_a_table_has_a_head_and_rows_and_shares() -> None:
    text = f"title 清单\nlandscape\ntable-title 问题清单\ntable 1 3\nrow 序号{CELL}问题\nrow 1{CELL}甲\nrow 2{CELL}\np 完\ntable 2\n"
    assert read(text) == Document(
        "清单",
        (
            Block("table-title", "问题清单"),
            Table(("序号", "问题"), (("1", "甲"), ("2", "")), (0.25, 0.75)),
            Block("p", "完"),
            Table(("",), (), (1.0,)),
        ),
        landscape=True,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "p 甲",
        "title \n",
        "title 甲\n正文\n",
        "title 甲\nh5 乙\n",
        "title 甲\nend\n",
        "title 甲\nrow 乙\n",
        "title 甲\ntable\n",
        "title 甲\ntable 0\n",
        "title 甲\ntable 1 -1\n",
        "title 甲\ntable nan\n",
        "title 甲\ntable inf\n",
        "title 甲\ntable a\n",
        "title 甲\ntable 1 1\nrow 一格\n",
        "title 甲\ntable 1\nrow 一\np 乙\nrow 二\n",
    ],
)
def test_what_is_no_outline_is_refused(text: str) -> None:
    with pytest.raises(OutlineError):
        read(text)


def test_a_wrong_outline_is_told_as_a_fault_of_its_template(tmp_path: Path) -> None:
    with pytest.raises(InvalidLedgerError) as caught:
        made(tmp_path, "title 甲\n怪 {{ a }}\n", a="乙\n丙")
    (finding,) = caught.value.findings
    assert (finding.place.path, finding.code) == ("templates/paper.outline.j2", "template")
    assert "怪 乙 丙" in finding.message
    assert "`a`" in finding.hint


@given(st.text(min_size=1))
def test_a_value_is_one_line_of_one_block(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    source = "title 甲\np 一{{ a }}二\ntable 1 1\nrow {{ [a, '乙' ~ a] | cells }}\n{% for x in a | paragraphs %}\nh1 丙{{ x }}\n{% endfor %}\n"
    found = made(tmp_path_factory.mktemp("own"), source, a=text)
    first, table, *more = found.blocks
    assert isinstance(first, Block)
    assert (first.kind, first.text[0], first.text[-1]) == ("p", "一", "二")
    assert isinstance(table, Table)
    assert table.header[1].startswith("乙")
    assert all(isinstance(block, Block) and block.kind == "h1" for block in more)
    for block in (first, *more):
        assert isinstance(block, Block)
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", block.text)


def test_macros_whose_lines_are_paragraphs_give_paragraphs(tmp_path: Path) -> None:
    """The words of the notice are such macros: they join the paragraphs of the ledger by line ends."""
    source = '{% macro words(them) %}{{ them | join("\\n") }}\n丁{% endmacro %}title 甲\n{% for x in words(them) | paragraphs %}\np {{ x }}\n{% endfor %}\n'
    assert made(tmp_path, source, them=["乙", "丙"]).blocks == tuple(Block("p", text) for text in "乙丙丁")


def test_an_empty_cell_and_numbers_are_cells(tmp_path: Path) -> None:
    table = made(tmp_path, "title 甲\ntable 1 1 1\nrow {{ [none, 2, 'a\x1fb'] | cells }}\n").blocks[0]
    assert isinstance(table, Table)
    assert table.header == ("", "2", "a b")
