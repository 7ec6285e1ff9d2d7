"""Layout of rows in columns: no text is lost, no line is wider than the screen."""

from __future__ import annotations

import io
import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from xuncha.chinese.characters import PIECE, wrapped
from xuncha.cli.columns import FIXED, SPARE, Column, Columns, width

WORDS = st.text(alphabet="ab 甲乙，。“—1é\u0301ｱ🙂", max_size=40)


def shown(table: Columns, columns: int = 80) -> list[str]:
    """Return the lines of a table on a screen without colours."""
    console = Console(file=io.StringIO(), width=columns)
    with console.capture() as captured:
        console.print(table, crop=False)
    return captured.get().splitlines()


PUNCTUATION = "，。、；：！？）》〉」』】〕”’"


@given(WORDS)
def test_the_quick_width_is_the_width_that_rich_measures(text: str) -> None:
    assert width(text) == cell_len(text)


def test_a_number_is_not_left_alone_on_its_line() -> None:
    table = Columns(Column())
    table.add("有 3 条措施没有写明完成情况，没有“进展”的视为未启动")
    assert shown(table, 34) == ["有 3 条措施没有写明完成情况，没有", "“进展”的视为未启动"]


@pytest.mark.parametrize("text", ["…" * 300, "a" * 300, "完成" + "。" * 300])
def test_a_run_without_a_place_to_break_is_broken_all_the_same(text: str) -> None:
    lines = wrapped(text, 21)
    assert "".join(lines) == text
    assert all(width(line) <= 21 for line in lines)
    assert len(lines) <= 40


@given(WORDS, st.integers(2, 30))
def test_no_line_is_broken_before_it_is_full(text: str, room: int) -> None:
    lines = wrapped(text, room, measure=width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line, following in pairwise(lines):
        first = PIECE.match(following)
        assert first is None or width(line) + width(first[0].rstrip()) > room - 2


@given(st.text("完成a1，。、；）》”", min_size=1), st.integers(8, 30))
def test_no_line_begins_with_punctuation_and_no_character_is_lost(text: str, room: int) -> None:
    lines = wrapped(text, room, measure=width)
    assert "".join(lines) == text
    assert all(width(line) <= room for line in lines)
    many = re.search(rf"[{PUNCTUATION}]{{{room // 2 - 1},}}", text)  # a line of nothing but punctuation
    assert many or not any(line[0] in PUNCTUATION for line in lines[1:])


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4), st.integers(20, 60))
def test_no_line_is_wider_than_the_screen_and_no_word_is_lost(
    rows: list[tuple[str, str]], columns: int
) -> None:
    table = Columns(Column(fills=True), Column())
    for row in rows:
        table.add(*row)
    lines = shown(table, columns)
    assert max(map(cell_len, lines)) <= columns
    for character in "甲乙1":
        assert "".join(lines).count(character) == sum("".join(row).count(character) for row in rows)


def test_numbers_stand_at_the_right_and_a_filling_column_takes_the_room() -> None:
    table = Columns(Column(wraps=False, right=True), Column(fills=True), Column(wraps=False))
    table.add("1", "甲", "末")
    table.add("10", "乙", Text("末", "red"))
    assert shown(table, 20) == [" 1 甲             末", "10 乙             末"]


@pytest.mark.parametrize(
    ("columns", "lines"),
    [
        (36, ["1.1 做好1.1号  分管副局长 2024-12-31", "    工作"]),
        (26, ["1.1 做好1.1号工 2024-12-31", "    作"]),
    ],
)
def test_on_a_narrow_screen_names_give_way_before_titles_and_days(columns: int, lines: list[str]) -> None:
    table = Columns(FIXED, Column(), SPARE, FIXED)
    table.add("1.1", "做好1.1号工作", "分管副局长", "2024-12-31")
    assert shown(table, columns) == lines


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (41, "1.1 做好工作 分管副局长 规划科 2024-12-31"),
        (39, "1.1 做好工作 分管副局 规划科 2024-12-31"),
        (38, "1.1 做好工作 分管副局长 2024-12-31"),
        (24, "1.1 做好工作 2024-12-31"),
        (19, "1.1 做好 2024-12-31"),
    ],
)
def test_columns_are_left_out_one_by_one_and_titles_give_way_before_days_are_cut_off(
    columns: int, line: str
) -> None:
    table = Columns(FIXED, Column(), SPARE, SPARE, FIXED)
    table.add("1.1", "做好工作", "分管副局长", "规划科", "2024-12-31")
    assert shown(table, columns)[0] == line


@pytest.mark.parametrize("columns", [1, 5])
def test_a_screen_without_room_is_no_reason_to_stop(columns: int) -> None:
    table = Columns(FIXED, Column(), FIXED, headings=("No.", "Measure", "Due"))
    table.add("1.1", "做好1.1号工作", "2024-12-31")
    assert shown(table, columns)


def test_a_control_character_is_shown_and_never_sent() -> None:
    table = Columns(Column())
    table.add("甲\x1b[31m乙")
    assert shown(table) == ["甲\N{REPLACEMENT CHARACTER}[31m乙"]


@given(WORDS, st.integers(4, 30))
def test_styled_text_breaks_where_plain_text_does(text: str, room: int) -> None:
    lines = [line.rstrip() for line in shown(_one(Text(text, "red")), room)]
    assert lines == [line.rstrip() for line in shown(_one(text), room)]


def _one(cell: str | Text) -> Columns:
    table = Columns(Column())
    table.add(cell)
    return table
