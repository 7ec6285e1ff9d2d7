"""The tables of the corpus match their descriptions and expected readings, and a wrong reading is detected."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from copy import deepcopy
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from tests.tables.building import build
from tests.tables.comparison import compare
from tests.tables.description import FOLDER, Table, tables
from tests.tables.perfect import perfect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES = tables()
LEDGERS = [each for each in TABLES if each.problems]
SHOWN = {each.name: each for each in TABLES}
WORDS = {"status", "term", "publish", "maybe"}
"""Keys whose values are none of the table's words."""
LARGEST = 400_000


def name(table: Table) -> str:
    return table.name


def plain(text: str) -> str:
    """Return a text without blanks and line ends, normalised for comparison."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def said(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a truth, with its key."""
    if isinstance(value, dict):
        for inner, each in value.items():
            yield from said(each, key if inner == "either" else str(inner))
    elif isinstance(value, list):
        for each in value:
            yield from said(each, key)
    elif value is not None and key not in WORDS:
        yield key, f"{value:g}" if isinstance(value, float) else str(value)


def content(path: Path) -> str:
    """All that a file holds, as text."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            parts = [archive.read(part).decode() for part in archive.namelist() if part.endswith(".xml")]
        return unescape(re.sub("<[^>]*>", "", " ".join(parts)))
    data = path.read_bytes()
    encoding = "gbk" if "gbk" in SHOWN[path.stem].options else "utf-8-sig"
    text = data.decode(encoding).replace('""', '"')
    return unescape(re.sub("<[^>]*>", "", text)) if path.suffix == ".html" else text


def test_there_are_enough_and_they_are_small() -> None:
    assert len(TABLES) >= 64
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < LARGEST
    assert {table.kind for table in TABLES} == {"xlsx", "xlsm", "xls", "ods", "csv", "docx", "html"}
    assert {path.stem for path in FOLDER.glob("*.xls")} == {
        each.name for each in TABLES if each.kind == "xls"
    }


@pytest.mark.apart(but=30)
@pytest.mark.parametrize("table", TABLES, ids=name)
def test_the_truth_says_what_the_table_says(table: Table) -> None:
    texts = plain("\n".join(text for sheet in table.sheets for text in sheet.texts))
    for key, text in said(table.problems):
        if day := re.fullmatch(r"(\d{4})-\d\d-\d\d", text):
            serial = "45366" in texts and text == "2024-03-15"
            assert serial or day[1] in texts, f"{key}: {text}"
        else:
            for line in text.split("\n"):  # several cells may hold the finding of a problem
                assert plain(line) in texts, f"{key}: {line}"
    for doubt in table.doubts:
        sheet, _mark, cell = doubt.rpartition("!")
        held = next(each for each in table.sheets if each.name == (sheet or table.sheets[0].name))
        place = re.fullmatch(r"([A-Z])(\d+)|row (\d+)|col ([A-Z])", cell)
        assert place, doubt
        row = held.rows[int(place[2] or place[3] or 1) - 1]
        found = row[ord(place[1]) - ord("A")] if place[1] else next(filter(None, row))
        assert found, doubt
        assert found.value, doubt


@pytest.mark.apart(but=30)
@pytest.mark.parametrize("table", [each for each in TABLES if each.kind != "xls"], ids=name)
def test_a_built_file_holds_every_text_of_its_description(table: Table, tmp_path: Path) -> None:
    held = plain(content(build(table, tmp_path)))
    for sheet in table.sheets:
        cells = [cell.value for row in sheet.rows for cell in row if cell]
        texts = [*sheet.comments.values(), *(value for value in cells if isinstance(value, str))]
        assert all(plain(text) in held for text in texts)


@pytest.mark.apart(but=30)
@pytest.mark.parametrize("table", LEDGERS, ids=name)
def test_a_reading_without_a_fault_differs_in_nothing(table: Table) -> None:
    outcome = compare(table, perfect(table))
    assert outcome.differences == []
    assert outcome.fields > len(table.problems)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("due", "2024-01-09"), ("leader", "局长"), ("person", "张某"), ("office", "办公室"), ("status", "closed"),
        ("progress", [{"date": None, "text": "整改类型：立行立改"}]), ("closed", {"date": "2024-05-20"}),
        ("goal", "做好"), ("co_offices", ["办公室"]), ("fields", {"备注": "无"}), ("part", "其一"),
    ],
)  # fmt: skip
def test_what_the_table_does_not_say_is_an_invention(key: str, value: Any) -> None:
    table = SHOWN["no-limit-no-name"]
    found = perfect(table)
    found["problems"][1]["measures"][0][key] = value
    (invented,) = compare(table, found).inventions
    assert invented.got


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("due", "2024-05-31"), ("status", "closed"), ("office", "规划科室"), ("co_offices", ["财务处"]),
        ("progress", [{"date": "2024-04-01", "text": "完成招标"}]),
        ("progress", [{"date": None, "text": "目前已全部整改到位"}]),
    ],
)  # fmt: skip
def test_another_day_a_closing_and_words_that_the_table_lacks_are_inventions(key: str, value: Any) -> None:
    table = SHOWN["progress-that-begins-with-completion"]
    found = perfect(table)
    found["problems"][1]["measures"][0][key] = value
    assert compare(table, found).inventions


def test_the_words_of_another_cell_are_wrong_and_no_invention() -> None:
    table = SHOWN["progress-that-begins-with-completion"]
    found = perfect(table)
    found["problems"][1]["measures"][0] |= {"office": "河道科", "title": "完成招标", "leader": "总工程师"}
    outcome = compare(table, found)
    assert len(outcome.differences) == 3
    assert outcome.inventions == []


@pytest.mark.parametrize("table", [each for each in TABLES if not each.problems], ids=name)
def test_what_is_no_ledger_must_be_refused(table: Table) -> None:
    assert compare(table, None).differences == []
    assert compare(table, {"problems": [], "doubts": []}).differences
    assert compare(table, {"problems": [{"title": "第一轮", "measures": []}], "doubts": []}).inventions


def test_what_must_be_read_may_not_be_refused() -> None:
    outcome = compare(SHOWN["no-limit-no-name"], None)
    assert len(outcome.differences) == outcome.fields > 0


def test_a_problem_or_a_measure_of_which_the_table_says_nothing_is_an_invention() -> None:
    table = SHOWN["no-limit-no-name"]
    found = perfect(table)
    found["problems"].append({"title": "合计", "category": None, "measures": []})
    found["problems"][0]["measures"].append(
        {**found["problems"][0]["measures"][0], "title": "注：本表一式两份"}
    )
    assert {each.got for each in compare(table, found).inventions} == {"合计", "注：本表一式两份"}


@pytest.mark.apart(but=30)
@pytest.mark.parametrize("table", LEDGERS, ids=name)
def test_what_is_missing_or_wrong_is_found_and_no_invention(table: Table) -> None:
    found = perfect(table)
    lost = deepcopy(found)
    lost["doubts"] = []
    measures = [measure for problem in lost["problems"] for measure in problem["measures"]]
    for measure in measures:
        measure |= {"due": None, "leader": None, "office": None, "fields": None, "progress": None}
    outcome = compare(table, lost)
    assert outcome.differences
    assert outcome.inventions == []
    assert len(outcome.differences) >= len(table.doubts)
    nothing = compare(table, None)
    assert nothing.inventions == []
    assert nothing.fields
