"""Merged cells are the same in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from tests.paper.documents import tables
from xuncha.paper.outline import Block, Instruction, Table, read

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([], ()),
        (["ab"], ((1, 1),)),
        (["ab", " c"], ((2, 1), (0, 1))),
        (["abc", "  d", " ef"], ((3, 2, 1), (0, 0, 1), (0, 1, 1))),
        (["a ", " b"], ((2, 1), (0, 1))),
        ([" b", " c"], ((2, 1), (0, 1))),
        (["ab", "  "], ((1, 1), (1, 1))),
        (["ab", "c "], ((1, 1), (1, 1))),
    ],
)
def test_a_cell_reaches_as_far_as_those_below_are_empty(
    rows: Sequence[str], wanted: tuple[tuple[int, ...], ...]
) -> None:
    cells = tuple(tuple(cell.strip() for cell in row) for row in rows)
    assert Table(("",) * 3, cells, (1.0,)).spans() == wanted


@given(table=tables())
def test_every_place_is_covered_once(table: Table) -> None:
    spans = table.spans()
    covered = [
        (below, column)
        for row, each in enumerate(spans)
        for column, span in enumerate(each)
        for below in range(row, row + span)
    ]
    assert sorted(covered) == [
        (row, column) for row in range(len(table.rows)) for column in range(len(table.header))
    ]


def test_an_outline_has_a_mark_and_turns_where_it_says() -> None:
    found = read("mark 内部资料\ntitle 方案\np 甲\nlandscape\np 乙\n")
    assert (found.mark, found.title, found.landscape) == ("内部资料", "方案", False)
    assert found.blocks == (Block("p", "甲"), Instruction("landscape"), Block("p", "乙"))
    assert read("title 方案\nlandscape\np 甲").landscape
