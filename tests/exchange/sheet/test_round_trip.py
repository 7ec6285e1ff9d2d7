"""`export xlsx` followed by `import table` gives the same ledger.

Every key of `data/ledger.yaml`, of every problem and of every measure keeps its value. Comments and layout of the YAML files and the
bytes of evidence files are not kept: without its file, evidence keeps its name as text.
"""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xuncha.chinese.characters import UNSAFE_CHARACTER, is_blank
from xuncha.exchange.entry import Enterer
from xuncha.exchange.sheet.reading import ReadOptions, draft_of
from xuncha.exchange.sheet.writing import workbook
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.settings import Settings
from xuncha.skeleton.create import base_files
from xuncha.store import editing
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import load_ledger

TODAY = date(2024, 6, 15)
FEEDBACK = date(2023, 11, 10)
DAYS = st.dates(FEEDBACK, date(2025, 12, 31)).map(str)
ODD = [
    "1.开展学习；2.组织培训", "一是学习；二是培训", "（1）甲\n（2）乙", "=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "'撇号", "2024.3.15",
    "长期坚持", "立行立改", "已完成", "局长、副局长", "牵头：办公室；配合：财务科", "  首尾有空格  ", "尾有换行\n", "_x000D_", "2024年3月1日：开会",
    "（不公开）", "甲（佐证：乙）", "合计", "备注：甲", "一、关于作风方面", "<b>&amp;</b>", "\ttab", "第一行\n\n第三行", "0012", "1e5", "TRUE", "#REF!", "50%",
    "长" * 2000,
]  # fmt: skip
ALPHABET = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Cn", "Co"))


def words(longest: int, extra: str = "") -> st.SearchStrategy[str]:
    """Texts that a ledger may hold, odd ones among them."""
    letters = st.text(
        ALPHABET if not extra else st.one_of(ALPHABET, st.sampled_from(extra)), min_size=1, max_size=30
    )
    return st.one_of(letters, st.sampled_from(ODD)).filter(
        lambda text: not is_blank(text) and len(text) <= longest and not UNSAFE_CHARACTER.search(text)
    )


LINE = words(2000).map(lambda text: text.replace("\n", " ").replace("\t", " "))
TEXT = words(50_000, "\n\t")
NAME = LINE.filter(lambda text: len(text) <= 200)


def maybe(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), value)


def told(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record without the keys that are None."""
    return {key: value for key, value in record.items() if value is not None}


ENTRY = st.builds(
    lambda day, text, evidence, publish: {"date": day, "text": text, "evidence": evidence, "publish": publish},
    DAYS, TEXT, st.lists(LINE, max_size=3), st.booleans(),
)  # fmt: skip


@st.composite
def measures(draw: st.DrawFn, leaders: list[str], offices: list[str]) -> Measure:
    """Draw a measure that breaks no rule."""
    term = draw(st.sampled_from(["once", "long_term"]))
    status = draw(st.sampled_from(["not_started", "in_progress", "submitted", "closed"]))
    closed = told({"date": draw(DAYS), "by": draw(maybe(LINE)), "note": draw(maybe(TEXT))})
    reviews = [
        told(
            {
                "date": draw(DAYS),
                "result": draw(st.sampled_from(["holds", "slipped"])),
                "text": draw(maybe(TEXT)),
            }
        )
    ]
    return Measure.model_validate(
        told({
            "title": draw(LINE), "goal": draw(maybe(TEXT)), "part": draw(maybe(LINE)), "term": term,
            "leader": draw(st.sampled_from(leaders)), "office": draw(st.sampled_from(offices)),
            "co_offices": draw(st.lists(st.sampled_from(offices), max_size=3)),
            "due": draw(maybe(DAYS)) if term == "long_term" else draw(DAYS), "status": status, "publish": draw(st.booleans()),
            "progress": draw(st.lists(ENTRY, max_size=3)),
            "outcomes": draw(st.dictionaries(st.sampled_from(["rules", "money"]), st.one_of(st.integers(0, 2**63 - 1), st.floats(0, 1e12)), max_size=2)),
            "escalated": draw(maybe(st.builds(lambda to, day: {"to": to, "date": day}, st.sampled_from(leaders), DAYS))),
            "notice_text": draw(maybe(TEXT)),
            "closed": closed if status == "closed" else None,
            "reviews": draw(st.sampled_from([[], reviews])) if term == "long_term" else [],
        })
    )  # fmt: skip


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Draw a ledger that breaks no rule."""
    leaders = draw(st.lists(NAME, min_size=1, max_size=3, unique=True))
    offices = draw(st.lists(NAME, min_size=1, max_size=3, unique=True))
    categories = [{"key": key, "title": draw(LINE)} for key in draw(st.sampled_from([["a"], ["b", "a"]]))]
    whole = Settings.model_validate(
        told({
            "organisation": draw(LINE),
            "inspection": told({"inspector": draw(maybe(LINE)), "round": draw(maybe(LINE)), "feedback": FEEDBACK.isoformat()}),
            "categories": categories, "leaders": leaders, "offices": offices,
            "leading_group": draw(maybe(st.builds(lambda name: {"head": name}, NAME))),
            "contact": told({"office": draw(maybe(LINE)), "phone": draw(maybe(LINE))}),
            "notice": told({"title": draw(maybe(LINE)), "work": draw(st.lists(TEXT, max_size=2))}),
            "outcomes": [{"key": "rules", "label": draw(LINE), "unit": "项"}, {"key": "money", "label": "资金", "unit": "万元"}],
            "policy": {"due_soon_days": draw(st.integers(0, 99)), "close_requires": draw(st.sampled_from([[], ["progress"], ["evidence", "submission"]]))},
        })
    )  # fmt: skip
    problems, found = {}, {}
    for number in range(1, draw(st.integers(1, 3)) + 1):
        problems[number] = Problem.model_validate(
            told({
                "title": draw(LINE), "category": draw(st.sampled_from(categories))["key"], "finding": draw(maybe(TEXT)), "publish": draw(st.booleans()),
            })
        )  # fmt: skip
        for place in range(1, draw(st.integers(0, 3)) + 1):
            found[Identity(number, place)] = draw(measures(leaders, offices))
    return Ledger(whole, problems, found)


def on_disk(whole: Ledger, folder: Path) -> Overlay:
    """Return the files of a ledger."""
    files = {
        "data/ledger.yaml": editing.new_file(
            {
                **{key: [] for key in ("categories", "leaders", "offices")},
                **whole.settings.model_dump(mode="json", exclude_defaults=True),
            },
            "x",
        ),
    }
    for number, problem in whole.problems.items():
        files[Identity(number).path] = editing.new_file(
            problem.model_dump(mode="json", exclude_defaults=True), "x"
        )
    for identity, measure in whole.measures.items():
        files[identity.path] = editing.new_file(measure.model_dump(mode="json", exclude_defaults=True), "x")
    return Overlay(WorkingTree(folder), dict(files))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(ledgers())
def test_export_then_import_gives_the_same_ledger(whole: Ledger) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "台账.xlsx"
        path.write_bytes(workbook(whole, TODAY))
        draft = draft_of(path, ReadOptions(TODAY))
        intake = Enterer(draft).new("台账.xlsx", None)
        again = load_ledger(Overlay(WorkingTree(Path(folder)), {**base_files(), **intake.files}))
        assert again.settings == whole.settings
        assert again.problems == whole.problems
        assert again.measures == whole.measures


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(ledgers())
def test_export_then_import_into_the_same_ledger_changes_nothing(whole: Ledger) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "台账.xlsx"
        path.write_bytes(workbook(whole, TODAY))
        draft = draft_of(path, ReadOptions(TODAY, FEEDBACK))
        intake = Enterer(draft, Path(folder)).changed(whole, on_disk(whole, Path(folder)))
        assert intake.files == {}


@pytest.mark.apart(but=6)
@pytest.mark.parametrize("text", ODD)
def test_an_odd_title_comes_back(text: str, tmp_path: Path) -> None:
    line = text.replace("\n", " ").replace("\t", " ")
    frame = Settings.model_validate({
        "organisation": "甲", "inspection": {"feedback": "2023-11-10"}, "categories": [{"key": "a", "title": line}], "leaders": [line[:200]], "offices": [line[:200]],
    })  # fmt: skip
    measure = Measure.model_validate({
        "title": line, "goal": text, "leader": line[:200], "office": line[:200], "due": "2024-03-31", "status": "in_progress",
        "progress": [{"date": "2024-01-02", "text": text, "evidence": [line]}],
    })  # fmt: skip
    whole = Ledger(
        frame,
        {1: Problem.model_validate({"title": line, "category": "a", "finding": text})},
        {Identity(1, 1): measure},
    )
    path = tmp_path / "台账.xlsx"
    path.write_bytes(workbook(whole, TODAY))
    intake = Enterer(draft_of(path, ReadOptions(TODAY))).new("台账.xlsx", None)
    again = load_ledger(Overlay(WorkingTree(tmp_path), {**base_files(), **intake.files}))
    assert (again.settings, again.problems, again.measures) == (
        whole.settings,
        whole.problems,
        whole.measures,
    )
