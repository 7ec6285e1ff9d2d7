"""Workbooks of real offices are understood, and what is doubtful in them is listed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.exchange.sheet.offices import FEEDBACK, OFFICES, Measure, Office
from xuncha.exchange.entering import Enterer
from xuncha.exchange.sheet.reading import draft_of
from xuncha.model.identity import LEDGER_FILE
from xuncha.skeleton.create import around
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import check
from xuncha.store.reading import parse

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.exchange.drafts import Draft

TODAY = date(2024, 6, 15)


def taken(office: Office, folder: Path) -> tuple[dict[str, dict[str, Any]], Draft]:
    """The records that a workbook becomes, by their paths; they break no rule."""
    path = folder / "台账.xlsx"
    office.book().save(path)
    draft = draft_of(path, office.feedback, TODAY)
    intake = Enterer(draft, TODAY).new("台账.xlsx", None)
    assert check(Overlay(WorkingTree(folder), {**around(), **intake.files})) == []
    return {path: parse(content) for path, content in intake.files.items()}, draft


@pytest.fixture(params=OFFICES, ids=lambda office: office.name)
def office(request: pytest.FixtureRequest) -> Office:
    found: Office = request.param
    return found


def test_problems_and_categories(office: Office, tmp_path: Path) -> None:
    records, _draft = taken(office, tmp_path)
    titles = {each["key"]: each["title"] for each in records[LEDGER_FILE]["categories"]}
    problems = [record for path, record in records.items() if path.endswith("problem.yaml")]
    assert [(each["title"], titles[each["category"]]) for each in problems] == [
        (each.title, each.category) for each in office.expected
    ]
    assert records[LEDGER_FILE]["inspection"]["feedback"] == FEEDBACK.isoformat()
    if office.organisation:
        assert records[LEDGER_FILE]["organisation"] == office.organisation


def as_expected(record: dict[str, Any], expected: Measure) -> Measure:
    """A record in the form in which it is expected."""
    public = tuple(entry["text"] for entry in record.get("progress", ()) if entry.get("publish", True))
    hidden = [entry["text"] for entry in record.get("progress", ()) if not entry.get("publish", True)]
    return Measure(
        record["title"],
        record["leader"],
        record["office"],
        tuple(record.get("co_offices", ())),
        record.get("due"),
        record.get("term") == "long_term",
        record["status"],
        record["closed"]["date"] if expected.closed else None,
        record.get("goal"),
        public if expected.progress is not None else None,
        tuple(text for text in expected.kept if text in hidden),
    )


def test_measures(office: Office, tmp_path: Path) -> None:
    records, _draft = taken(office, tmp_path)
    got = [record for path, record in records.items() if path.endswith(".yaml") and path.count(".") > 1]
    expected = [measure for problem in office.expected for measure in problem.measures]
    assert [record["title"] for record in got] == [measure.title for measure in expected]
    for record, measure in zip(got, expected, strict=True):
        assert as_expected(record, measure) == measure


def test_doubtful_cells_are_listed(office: Office, tmp_path: Path) -> None:
    _records, draft = taken(office, tmp_path)
    listed = {doubt.address for doubt in draft.doubts}
    assert set(office.doubtful) <= listed
    assert all(doubt.made for doubt in draft.doubts)


def test_no_text_of_the_table_is_dropped(office: Office, tmp_path: Path) -> None:
    """Every text of a visible sheet stands somewhere in the ledger, or is listed, or is a heading."""
    records, draft = taken(office, tmp_path)
    known = str(records) + str(draft.notes) + str(draft.doubts) + str(draft.columns)
    for sheet in office.book().worksheets:
        if sheet.sheet_state != "visible":
            continue
        for row in sheet.iter_rows(values_only=True):
            for value in row:
                if isinstance(value, str) and len(value) > 3 and not value.startswith("="):
                    parts = [part for part in _sentences(value) if len(part) > 3]
                    assert all(part in known or _is_understood(part) for part in parts), value


def _sentences(text: str) -> list[str]:
    import re

    parts = re.split(r"[\s、，；：。（）]|(?:^|(?<=[；。\n]))(?:\d[.．]|（\d）|[一二三]是)", text)
    return [part for part in parts if part]


def _is_understood(text: str) -> bool:
    import re

    return bool(re.search(r"\d{4}[年./-]|底前|完成|坚持|推进|立行立改|销号|问题类别|一季度|月底|成效", text))
