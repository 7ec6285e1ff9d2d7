"""Merging field by field: each rule of docs/adr/0017-merging-by-field.md with its case."""

from __future__ import annotations

from typing import Any

import pytest

from xuncha.sync.values import merge_values

BASE: dict[str, Any] = {
    "title": "一",
    "term": "once",
    "leader": "局长",
    "office": "规划科",
    "due": "2024-06-30",
    "status": "in_progress",
}
CLOSED = {"date": "2024-05-01", "by": "甲"}
LATER = {"date": "2024-05-02", "by": "乙"}


def both(
    ours: dict[str, Any], theirs: dict[str, Any], before: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Merge both ways, and return the result; it must not depend on the side, and nothing may be in dispute."""
    before = BASE if before is None else before
    one = merge_values(before, before | ours, before | theirs)
    other = merge_values(before, before | theirs, before | ours)
    assert one == other
    assert list(one.result) == list(other.result), "the keys stand in one order"
    assert one.disputes == ()
    return one.result


def disputed(
    ours: dict[str, Any], theirs: dict[str, Any], before: dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Where the sides cannot be brought together."""
    before = BASE if before is None else before
    one = merge_values(before, before | ours, before | theirs)
    other = merge_values(before, before | theirs, before | ours)
    assert [each.location for each in one.disputes] == [each.location for each in other.disputes]
    assert [(each.ours, each.theirs) for each in one.disputes] == [
        (each.theirs, each.ours) for each in other.disputes
    ]
    return [each.location for each in one.disputes]


def entry(day: str, text: str, **more: Any) -> dict[str, Any]:
    return {"date": day, "text": text, **more}


def test_what_one_side_has_changed_holds() -> None:
    assert both({"title": "二"}, {"leader": "分管副局长"}) == BASE | {"title": "二", "leader": "分管副局长"}


def test_what_both_have_changed_alike_is_one_change() -> None:
    assert both({"title": "二"}, {"title": "二"}) == BASE | {"title": "二"}


@pytest.mark.parametrize("key", ["title", "leader", "office", "goal", "notice_text"])
def test_what_both_have_changed_otherwise_is_in_dispute(key: str) -> None:
    assert disputed({key: "二"}, {key: "三"}) == [(key,)]


def test_a_dispute_is_settled_by_the_side_that_is_to_count() -> None:
    ours, theirs = BASE | {"title": "二"}, BASE | {"title": "三"}
    assert merge_values(BASE, ours, theirs).result["title"] == "二"
    assert merge_values(BASE, ours, theirs, "ours").result["title"] == "二"
    assert merge_values(BASE, ours, theirs, "theirs").result["title"] == "三"


# ---------------------------------------------------------------- the status, with what is written of the closing


@pytest.mark.parametrize(
    ("was", "one", "other", "becomes"),
    [
        ("not_started", "in_progress", "submitted", "submitted"),
        ("not_started", "in_progress", "closed", "closed"),
        ("in_progress", "submitted", "closed", "closed"),
    ],
)
def test_whoever_is_further_in_the_workflow_is_right(was: str, one: str, other: str, becomes: str) -> None:
    def at(status: str) -> dict[str, Any]:
        return {"status": status} | ({"closed": CLOSED} if status == "closed" else {})

    united = both(at(one), at(other), BASE | {"status": was})
    assert united["status"] == becomes
    assert ("closed" in united) == (becomes == "closed")


def test_a_close_wins_over_progress_and_the_progress_is_kept() -> None:
    united = both(
        {"status": "closed", "closed": CLOSED, "progress": [entry("2024-05-01", "一。")]},
        {"progress": [entry("2024-04-01", "二。")]},
        BASE | {"status": "not_started"},
    )
    assert united["status"] == "closed"
    assert united["closed"] == CLOSED
    assert [each["text"] for each in united["progress"]] == ["二。", "一。"]


def test_of_two_closings_the_first_holds() -> None:
    united = both({"status": "closed", "closed": LATER}, {"status": "closed", "closed": CLOSED})
    assert united["closed"] == CLOSED


@pytest.mark.parametrize(
    ("was", "one", "other"),
    [
        ("submitted", "in_progress", "closed"),
        ("submitted", "not_started", "closed"),
        ("in_progress", "not_started", "closed"),
    ],
)
def test_where_one_side_has_turned_back_people_must_speak(was: str, one: str, other: str) -> None:
    assert disputed({"status": one}, {"status": other, "closed": CLOSED}, BASE | {"status": was}) == [
        ("status",)
    ]


def test_a_reopening_holds_against_a_closing_that_was_not_touched() -> None:
    closed = BASE | {"status": "closed", "closed": CLOSED}
    opened = {key: value for key, value in closed.items() if key != "closed"} | {"status": "in_progress"}
    united = merge_values(closed, opened, closed | {"publish": False})
    assert united.disputes == ()
    assert united.result == opened | {"publish": False}


def test_a_reopening_against_another_closing_is_in_dispute() -> None:
    closed = BASE | {"status": "closed", "closed": CLOSED}
    opened = {key: value for key, value in closed.items() if key != "closed"} | {"status": "in_progress"}
    assert [each.location for each in merge_values(closed, opened, closed | {"closed": LATER}).disputes] == [
        ("status",)
    ]


# ---------------------------------------------------------------- term and time limit


def test_of_two_new_days_the_earlier_holds() -> None:
    assert both({"due": "2024-09-30"}, {"due": "2024-08-31"})["due"] == "2024-08-31"


def test_no_measure_loses_its_time_limit_between_two_sides() -> None:
    before = BASE | {"term": "long_term"}
    without = {key: value for key, value in before.items() if key != "due"}
    assert [each.location for each in merge_values(before, before | {"term": "once"}, without).disputes] == [
        ("term",)
    ]


# ---------------------------------------------------------------- lists


def test_entries_of_both_sides_stand_in_the_order_of_their_days() -> None:
    first, second, third = (
        entry("2024-03-01", "一。"),
        entry("2024-04-01", "二。"),
        entry("2024-05-01", "三。"),
    )
    united = both({"progress": [first, third]}, {"progress": [first, second]}, BASE | {"progress": [first]})
    assert united["progress"] == [first, second, third]


def test_an_entry_that_both_have_is_one() -> None:
    same = entry("2024-04-01", "二。")
    assert both({"progress": [same]}, {"progress": [same, entry("2024-05-01", "三。")]})["progress"] == [
        same,
        entry("2024-05-01", "三。"),
    ]


def test_entries_of_one_day_keep_the_order_in_which_a_side_made_them() -> None:
    ours = [entry("2024-04-01", "乙。"), entry("2024-04-01", "甲。")]
    theirs = [entry("2024-04-01", "丁。"), entry("2024-04-01", "丙。")]
    texts = [each["text"] for each in both({"progress": ours}, {"progress": theirs})["progress"]]
    assert texts.index("乙。") < texts.index("甲。")
    assert texts.index("丁。") < texts.index("丙。")


def test_what_one_side_takes_out_is_gone_where_the_other_left_it_alone() -> None:
    first, second = entry("2024-03-01", "一。"), entry("2024-04-01", "二。")
    united = both({"progress": [first]}, {"title": "二"}, BASE | {"progress": [first, second]})
    assert united["progress"] == [first]


def test_what_one_side_takes_out_stays_where_the_other_has_worked_on_it() -> None:
    first = entry("2024-03-01", "一。")
    more = first | {"evidence": ["水〔2024〕7号"]}
    united = both({"progress": []}, {"progress": [more]}, BASE | {"progress": [first]})
    assert united["progress"] == [more]


def test_evidence_of_one_entry_is_united() -> None:
    first = entry("2024-03-01", "一。", evidence=["甲"])
    united = both(
        {"progress": [first | {"evidence": ["甲", "乙"]}]},
        {"progress": [first | {"evidence": ["甲", "丙"]}]},
        BASE | {"progress": [first]},
    )
    assert sorted(united["progress"][0]["evidence"]) == ["丙", "乙", "甲"]
    assert united["progress"][0]["evidence"][0] == "甲"


def test_what_one_side_withholds_is_withheld() -> None:
    assert both({"publish": False}, {"publish": True})["publish"] is False


def test_names_are_united_behind_those_they_were_put_behind() -> None:
    before = {"leaders": ["甲", "乙"]}
    assert merge_values(before, {"leaders": ["甲", "丙", "乙"]}, {"leaders": ["甲", "乙", "丁"]}).result[
        "leaders"
    ] == ["甲", "丙", "乙", "丁"]


def test_a_new_order_of_one_side_holds() -> None:
    before = {"categories": [{"key": "a", "title": "一"}, {"key": "b", "title": "二"}]}
    ours = {"categories": before["categories"][::-1]}
    theirs = {"categories": [before["categories"][0], {"key": "b", "title": "三"}]}
    assert merge_values(before, ours, theirs) == merge_values(before, theirs, ours)
    assert merge_values(before, ours, theirs).result["categories"] == [
        {"key": "b", "title": "三"},
        {"key": "a", "title": "一"},
    ]


def test_a_number_given_to_two_measures_is_in_dispute() -> None:
    assert [
        each.location for each in merge_values({}, BASE, BASE | {"title": "二", "office": "财务科"}).disputes
    ] == [("title",), ("office",)]
