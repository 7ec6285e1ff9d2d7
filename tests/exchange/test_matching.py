"""A row finds the measure of the ledger that it means, and takes none that another row names."""

from __future__ import annotations

import pytest

from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
from xuncha.exchange.matching import matches
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.settings import Settings

SETTINGS = Settings(categories=[], leaders=[], offices=[])


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
    assert matched(titles, [MeasureDraft({"title": title}) for title in rows]) == numbers


def matched(titles: dict[int, str], drafts: list[MeasureDraft]) -> list[int | None]:
    """Return the numbers of the measures, of those with these titles, that the drafts of one problem mean."""
    measures = {Identity(1, n): Measure(title=title, status="in_progress") for n, title in titles.items()}
    ledger = Ledger(SETTINGS, {1: Problem(title="甲")}, measures)
    [match] = matches(Draft(problems=[ProblemDraft({"title": "甲"}, measures=drafts)]), ledger)
    return [each.measure if each else None for _draft, each in match.measures]


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        ([(1, "修订财务管理办法二"), (2, "修订财务管理办法三")], [2, 3]),  # the first one is left out
        ([(1, "修订财务管理办法二"), (2, "修订财务管理办法一")], [2, 1]),
        ([(2, "修订财务的管理办法")], [2]),
    ],
)
def test_the_number_of_a_row_counts_less_than_the_title_of_another(
    rows: list[tuple[int, str]], numbers: list[int | None]
) -> None:
    titles = {n: f"修订财务管理办法{word}" for n, word in enumerate("一二三", 1)}
    drafts = [MeasureDraft({"title": title}, identity=Identity(1, n)) for n, title in rows]
    assert matched(titles, drafts) == numbers


def test_of_several_measures_with_one_title_a_row_means_the_one_of_its_office() -> None:
    ledger = Ledger(
        SETTINGS,
        {1: Problem(title="甲")},
        {
            Identity(1, n): Measure(title="加强学习教育", status="in_progress", office=office)
            for n, office in enumerate(["甲科", "乙科"], 1)
        },
    )
    drafts = [MeasureDraft({"title": "加强学习教育", "office": "乙科"})]
    [match] = matches(Draft(problems=[ProblemDraft({"title": "甲"}, measures=drafts)]), ledger)
    assert match.measures[0][1] == Identity(1, 2)


def test_a_problem_is_not_taken_by_its_number_if_another_row_names_it() -> None:
    ledger = Ledger(SETTINGS, {1: Problem(title="理论学习不深入问题")}, {})
    rows = [(1, "理论学习不深入不经常问题"), (2, "理论学习不深入问题")]
    problems = [ProblemDraft({"title": title}, number=number) for number, title in rows]
    assert [each.number for each in matches(Draft(problems=problems), ledger)] == [None, 1]
