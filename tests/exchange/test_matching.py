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
    measures = entered("修订采购制度", "修订采购管理制度")
    assert matched(measures, [MeasureDraft({"title": title}) for title in rows]) == numbers


def entered(*titles: str) -> dict[Identity, Measure]:
    """Return the measures of a problem."""
    return {Identity(1, n): Measure(title=each, status="in_progress") for n, each in enumerate(titles, 1)}


def matched(measures: dict[Identity, Measure], drafts: list[MeasureDraft]) -> list[int | None]:
    """Return the numbers of the measures of a problem that drafts mean."""
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
    measures = entered(*(f"修订财务管理办法{word}" for word in "一二三"))
    drafts = [MeasureDraft({"title": title}, identity=Identity(1, n)) for n, title in rows]
    assert matched(measures, drafts) == numbers


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        ([(None, "乙科")], [2]),
        ([(1, "乙科")], [2]),  # the first row is left out, and the rest numbered afresh
        ([(None, "丙科"), (None, "甲科"), (None, "乙科")], [None, 1, 2]),
        ([(1, "丙科"), (2, "甲科"), (3, "乙科")], [None, 1, 2]),
        ([(2, None), (1, None)], [2, 1]),
        ([(None, None), (None, None)], [1, 2]),
    ],
)
def test_of_several_measures_with_one_title_a_row_means_the_one_of_its_office_or_number(
    rows: list[tuple[int | None, str | None]], numbers: list[int | None]
) -> None:
    measures = {
        Identity(1, n): Measure(title="加强学习教育", status="in_progress", office=office)
        for n, office in enumerate(["甲科", "乙科"], 1)
    }
    drafts = [
        MeasureDraft({"title": "加强学习教育", "office": office}, identity=Identity(1, n) if n else None)
        for n, office in rows
    ]
    assert matched(measures, drafts) == numbers


@pytest.mark.parametrize(
    ("held", "rows", "numbers"),
    [
        ([("一", "甲科"), ("一", "甲科")], [(2, "一", "甲科"), (1, "一", "甲科")], [2, 1]),
        ([("一", "甲科"), ("二", "甲科")], [(None, "二", "丙科")], [2]),
        ([("一", "甲科"), ("一", "乙科")], [(None, "三", "乙科")], [2]),
    ],
)
def test_measures_of_one_title_and_office_are_told_apart_by_number_and_part(
    held: list[tuple[str, str]], rows: list[tuple[int | None, str, str]], numbers: list[int]
) -> None:
    measures = {
        Identity(1, n): Measure(title="加强学习教育", status="in_progress", part=part, office=office)
        for n, (part, office) in enumerate(held, 1)
    }
    drafts = [
        MeasureDraft(
            {"title": "加强学习教育", "part": part, "office": office}, identity=Identity(1, n) if n else None
        )
        for n, part, office in rows
    ]
    assert matched(measures, drafts) == numbers


@pytest.mark.parametrize(
    ("held", "rows", "numbers"),
    [
        (["学习不深入问题"], [(1, "学习不深入不经常问题"), (2, "学习不深入问题")], [None, 1]),
        (["学习不深入问题"], [(1, "学习不够深入问题"), (1, "学习还不深入问题")], [1, None]),
        (["学习不深入问题", "学习不深入问题"], [(2, "学习不深入问题")], [2]),
    ],
)
def test_a_problem_is_taken_by_its_number_once_and_not_if_another_row_names_it(
    held: list[str], rows: list[tuple[int, str]], numbers: list[int | None]
) -> None:
    ledger = Ledger(SETTINGS, {n: Problem(title=title) for n, title in enumerate(held, 1)}, {})
    problems = [ProblemDraft({"title": title}, number=number) for number, title in rows]
    assert [each.number for each in matches(Draft(problems=problems), ledger)] == numbers


def test_of_two_problems_with_one_title_a_row_means_the_one_of_its_category() -> None:
    categories = [{"key": "a", "title": "党建方面"}, {"key": "b", "title": "财务方面"}]
    settings = Settings.model_validate({"categories": categories, "leaders": [], "offices": []})
    problems = {n: Problem(title="学习不深入", category=key) for n, key in enumerate("ab", 1)}
    rows = [
        ProblemDraft({"title": "学习不够深入"}, number=1),
        ProblemDraft({"title": "学习不深入"}, number=1),
    ]
    rows[1].category = "财务方面"
    assert [each.number for each in matches(Draft(problems=rows), Ledger(settings, problems, {}))] == [1, 2]
