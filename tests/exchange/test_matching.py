"""A row finds the measure of the ledger that it means, and takes none that another row names."""

from __future__ import annotations

import pytest

from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
from xuncha.exchange.matching import matches
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.settings import Settings


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        (["修订采购制度", "修订采购管理制度"], [1, 2]),
        (["修订采购管理制度", "修订采购制度"], [2, 1]),
        (["修订采购制度", "修订采购制度", "修订采购管理制度"], [1, None, 2]),
        (["修订采购制度", "修订采购制度"], [1, None]),
        (["修订采购的制度", "修订采购制度", "修订采购管理制度"], [None, 1, 2]),
        (["修订采购的制度", "修订采购管理制度"], [1, 2]),
        (["修订采购制度并抓好落实"], [1]),
        (["开展培训"], [None]),
    ],
)
def test_a_row_takes_no_measure_that_another_row_names(rows: list[str], numbers: list[int | None]) -> None:
    titles = {1: "修订采购制度", 2: "修订采购管理制度"}
    measures = {Identity(1, n): Measure(title=title, status="in_progress") for n, title in titles.items()}
    ledger = Ledger(Settings(categories=[], leaders=[], offices=[]), {1: Problem(title="甲")}, measures)
    drafts = [MeasureDraft({"title": title}) for title in rows]
    [match] = matches(Draft(problems=[ProblemDraft({"title": "甲"}, measures=drafts)]), ledger)
    assert [each.measure if each else None for _draft, each in match.measures] == numbers
