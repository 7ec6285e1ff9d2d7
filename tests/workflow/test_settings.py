"""Planning edits of data/ledger.yaml."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from xuncha.workflow.settings import categories, edits

if TYPE_CHECKING:
    from xuncha.workflow.settings import SettingValues

SETTINGS: dict[str, Any] = {
    "organisation": "水务局",
    "inspection": {"inspector": "第二巡察组", "round": "第一轮"},
    "categories": [{"key": "c1", "title": "关于学习方面"}],
    "leaders": ["局长"],
    "offices": [],
}


@pytest.mark.parametrize(
    ("taken", "keys"), [([], ["c1", "c2"]), (["c1", "a"], ["c2", "c3"]), (["c3", "c1"], ["c2", "c4"])]
)
def test_a_new_category_gets_the_first_key_that_is_free(taken: list[str], keys: list[str]) -> None:
    assert categories(taken, ["甲", "乙"]) == [
        {"key": key, "title": title} for key, title in zip(keys, ["甲", "乙"], strict=True)
    ]


@pytest.mark.parametrize(
    ("values", "planned"),
    [
        ({"organisation": "", "feedback": None, "leaders": []}, {}),
        ({"organisation": "财政局"}, {"organisation": "财政局"}),
        (
            {"feedback": date(2024, 7, 8), "round": "第三轮"},
            {"inspection": {"inspector": "第二巡察组", "round": "第三轮", "feedback": "2024-07-08"}},
        ),
        ({"leaders": ["局长"], "categories": ["关于学习方面"]}, {}),
        (
            {"leaders": ["局长", "总工"], "offices": ["办公室"]},
            {"leaders": ["局长", "总工"], "offices": ["办公室"]},
        ),
        (
            {"categories": ["关于推进方面", "关于学习方面"]},
            {"categories": [{"key": "c1", "title": "关于学习方面"}, {"key": "c2", "title": "关于推进方面"}]},
        ),
    ],
)  # fmt: skip
def test_init_and_the_desk_enter_what_is_new_and_repeat_nothing(
    values: SettingValues, planned: dict[str, Any]
) -> None:
    assert edits(SETTINGS, values) == planned


def test_an_inspection_that_is_not_entered_yet_is_begun() -> None:
    settings = {**SETTINGS, "inspection": None}
    assert edits(settings, {"inspector": "第五巡察组"}) == {"inspection": {"inspector": "第五巡察组"}}
