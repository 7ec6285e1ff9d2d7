"""Counts and lights: totals of a notice, colours by day, and no measure counted twice or lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import example, given, target
from hypothesis import strategies as st

from xuncha.model.records import Measure
from xuncha.model.register import Frame, MeasureRow, ProblemRow, Register
from xuncha.model.vocabulary import STATUSES, TERMS, Status
from xuncha.tally import (
    Group,
    Grouping,
    Horizon,
    Tally,
    add_days,
    amount,
    groups,
    measure_json,
    percent,
    rate,
    review_day,
    tally,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

TODAY = date(2024, 6, 15)
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)
CATEGORIES = (("a", "关于学习贯彻方面"), ("b", "关于工作推进方面"), ("c", "关于作风建设方面"))
LEADERS = ("局长", "分管副局长", "总工")
OFFICES = ("办公室", "规划科", "财务科")


def row(number: str, status: Status = "in_progress", **fields: Any) -> MeasureRow:
    """Return the row of a measure; `number` is its number, such as `2.3`."""
    usual: dict[str, Any] = {
        "id": number,
        "problem": number.split(".", maxsplit=1)[0],
        "category": "a",
        "title": f"措施{number}",
        "status": status,
        "term": "once",
        "leader": "局长",
        "office": "办公室",
        "co_offices": (),
        "person": None,
        "due": "2024-12-31",
        "publish": True,
        "reviewed_on": "2024-04-01" if status == "closed" else None,
        "slipped": False,
    }
    return MeasureRow(**usual | fields)


def register(problems: Sequence[Sequence[MeasureRow]], **fields: Any) -> Register:
    """Return a register of these problems."""
    rows = tuple(
        ProblemRow(
            id=str(number), title=f"问题{number}", category=measures[0].category if measures else "a", publish=True, fields=(),
            measures=tuple(measures),
        )
        for number, measures in enumerate(problems, start=1)
    )  # fmt: skip
    usual: dict[str, Any] = {
        "organisation": "中共某市水务局党组",
        "inspector": None,
        "feedback": "2023-11-10",
        "categories": CATEGORIES,
        "leaders": LEADERS,
        "offices": OFFICES,
        "due_soon_days": 14,
        "review_every_days": 180,
        "outcomes": (),
        "fields": (),
        "close_requires": ("progress",),
    }
    return Register(Frame(**usual | fields), rows)


# ---------------------------------------------------------------- rates


@pytest.mark.parametrize(
    ("closed", "total", "stated"),
    [
        (19, 25, 0.76),
        (688, 697, 0.9871),
        (453, 471, 0.9618),
        (13, 14, 0.9286),
        (33, 34, 0.9706),
        (1, 32, 0.0313),  # a half is rounded up, as in Excel and by hand
        (3, 32, 0.0938),
        (0, 7, 0.0),
        (19_999, 20_000, 0.9999),  # not all of it
        (7, 7, 1.0),
    ],
)
def test_a_rate_is_the_one_that_published_notices_state(closed: int, total: int, stated: float) -> None:
    assert rate(closed, total) == stated


def test_where_there_is_nothing_there_is_no_rate() -> None:
    assert rate(0, 0) is None
    counted = tally(register([]), TODAY).as_json([])
    assert counted["problems"] == {"total": 0, "closed": 0, "rate": None}
    assert counted["measures"]["rate"] is None


@given(st.integers(1, 10_000), st.data())
def test_a_rate_lies_within_half_of_its_last_place_and_between_nothing_and_all(
    total: int, data: st.DataObject
) -> None:
    closed = data.draw(st.integers(0, total))
    stated = rate(closed, total)
    assert stated is not None
    assert abs(stated - closed / total) <= 0.00005 + 1e-12
    assert 0 <= stated <= 1
    assert round(stated * 10_000) / 10_000 == stated


# ---------------------------------------------------------------- lights


@pytest.mark.parametrize(
    ("days", "light"), [(400, "green"), (15, "green"), (14, "yellow"), (1, "yellow"), (0, "yellow"), (-1, "red"), (-400, "red")]
)  # fmt: skip
def test_a_deadline_turns_yellow_and_red_on_the_right_day(days: int, light: str) -> None:
    one = row("1.1", due=(TODAY + timedelta(days)).isoformat())
    assert Horizon.of_register(register([[one]]), TODAY).light(one) == light


@pytest.mark.parametrize(("days", "light"), [(1, "green"), (0, "yellow"), (-1, "red")])
def test_with_no_days_of_warning_only_the_last_day_is_yellow(days: int, light: str) -> None:
    one = row("1.1", due=(TODAY + timedelta(days)).isoformat())
    assert Horizon.of_register(register([[one]], due_soon_days=0), TODAY).light(one) == light


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_is_closed_is_done_however_late_it_was(status: Status) -> None:
    one = row("1.1", status, due="2024-01-01")
    assert Horizon.of_register(register([[one]]), TODAY).light(one) == (
        "done" if status == "closed" else "red"
    )


@pytest.mark.parametrize(("term", "light"), [("long_term", "green"), ("at_once", "yellow"), ("once", "none")])
def test_a_measure_without_a_deadline_is_never_late(term: str, light: str) -> None:
    one = row("1.1", term=term, due=None)
    for today in (date.min, TODAY, date(2999, 1, 1)):
        assert Horizon.of_register(register([[one]]), today).light(one) == light
    assert Horizon.of_register(register([[one]]), TODAY).light(one._replace(status="closed")) == "done"


def test_what_is_to_be_done_at_once_and_has_a_deadline_all_the_same_goes_by_it() -> None:
    for due, light in (("2024-12-31", "green"), ("2024-06-20", "yellow"), ("2024-06-14", "red")):
        one = row("1.1", term="at_once", due=due)
        assert Horizon.of_register(register([[one]]), TODAY).light(one) == light


def test_a_long_term_measure_with_a_deadline_can_be_late() -> None:
    one = row("1.1", term="long_term", due="2024-06-14")
    assert Horizon.of_register(register([[one]]), TODAY).light(one) == "red"


@pytest.mark.parametrize(
    ("today", "light"),
    [(date(2024, 2, 14), "green"), (date(2024, 2, 15), "yellow"), (date(2024, 3, 1), "red")],
)
def test_the_warning_counts_the_leap_day(today: date, light: str) -> None:
    one = row("1.1", due="2024-02-29")
    assert Horizon.of_register(register([[one]]), today).light(one) == light


@pytest.mark.parametrize("today", [date.min, date.max, date(9999, 12, 20), date(1, 6, 1)])
def test_a_day_at_the_end_of_the_calendar_is_counted_and_not_an_error(today: date) -> None:
    one = row("1.1", due="2024-06-14")
    counted = tally(register([[one]]), today)
    assert counted.overdue == (today > date(2024, 6, 14))


def test_a_reminder_one_day_beyond_the_calendar_is_no_error() -> None:
    assert (add_days(date.max, 1), add_days(date.min, -1)) == (date.max, date.min)


# ---------------------------------------------------------------- looking again


def test_a_result_that_has_slipped_is_due_at_once_until_it_is_opened_again_or_found_to_hold() -> None:
    one = row("1.1", "closed", term="long_term", reviewed_on=TODAY.isoformat(), slipped=True)
    found = register([[one]])
    assert tally(found, TODAY).review_due == 1
    assert review_day(one, found.frame) == TODAY
    assert tally(register([[one._replace(slipped=False)]]), TODAY).review_due == 0


def test_what_is_not_all_of_it_is_never_shown_as_all_of_it() -> None:
    assert percent(99_999, 100_000) == "99.99%"
    assert percent(100_000, 100_000) == "100%"


def test_a_rate_above_all_as_a_notice_may_state_it_has_all_its_digits() -> None:
    assert percent(15, 14) == "107.14%"
    assert percent(124, 1) == "12400%"


def test_a_table_shows_a_dash_where_there_is_nothing_to_count() -> None:
    assert percent(0, 0) == "—"


@pytest.mark.parametrize(("days", "again"), [(179, False), (180, True), (181, True)])
def test_a_closed_long_term_measure_is_to_be_looked_at_again_after_the_days_of_the_policy(
    days: int, again: bool
) -> None:
    one = row("1.1", "closed", term="long_term", reviewed_on=(TODAY - timedelta(days)).isoformat())
    assert Horizon.of_register(register([[one]]), TODAY).is_review_due(one) is again
    assert tally(register([[one]]), TODAY).review_due == again


@pytest.mark.parametrize(
    "one",
    [
        row("1.1", "closed", term="once", reviewed_on="2020-01-01"),
        row("1.1", "closed", term="long_term", reviewed_on=None),
        row("1.1", "in_progress", term="long_term"),
    ],
)
def test_nobody_is_sent_to_look_again_at_what_is_open_or_done_once(one: MeasureRow) -> None:
    found = register([[one]])
    assert not Horizon.of_register(found, TODAY).is_review_due(one)
    assert review_day(one, found.frame) is None
    assert tally(found, TODAY).review_due == 0


# ---------------------------------------------------------------- one ledger, counted


def _seen() -> Register:
    return register([
        [row("1.1", "closed"), row("1.2", "closed", term="long_term", reviewed_on="2023-12-01")],
        [
            row("2.1", "submitted", category="b", office="规划科", leader="分管副局长", due="2024-06-20"),
            row("2.2", "not_started", category="b", due="2024-06-01", publish=False),
            row("2.3", "closed", category="b", office="规划科", publish=False),
        ],
        [row("3.1", category="b", publish=False, due="2024-05-01")],
        [],
    ])  # fmt: skip


def test_the_counts_of_a_small_ledger_are_those_counted_by_hand() -> None:
    assert tally(_seen(), TODAY) == Tally(
        organisation="中共某市水务局党组",
        as_of=TODAY,
        problems=4,
        problems_closed=1,
        measures=6,
        not_started=1,
        in_progress=1,
        submitted=1,
        closed=3,
        long_term_closed=1,
        overdue=2,
        due_soon=1,
        due_soon_days=14,
        review_due=1,
        not_assigned=0,
        escalated=0,
        published_problems=2,
        published_measures=3,
    )


def test_an_open_measure_without_somebody_or_without_a_time_limit_is_not_assigned() -> None:
    rows = [
        row("1.1", leader=None),
        row("1.2", "submitted", office=None),
        row("1.3", "not_started", due=None),
        row("1.4", "closed", leader=None, office=None, due=None),
        row("1.5", due=None, term="long_term"),
        row("1.6", due=None, term="at_once"),
    ]
    assert tally(register([rows]), TODAY).not_assigned == 3


def test_only_open_measures_are_still_a_leader_s_own_task() -> None:
    assert (
        tally(
            register([[row("1.1", escalated_to="局长"), row("1.2", "closed", escalated_to="局长")]]), TODAY
        ).escalated
        == 1
    )


@pytest.mark.parametrize(
    ("amounts", "total"),
    [
        ([], 0),
        ([None, 3], 3),
        ([0.1, 0.2], 0.3),
        ([1.5, 1.5], 3),
        ([0.000001, None], 0.000001),
        ([0.0000004], 0),
    ],
)
def test_an_outcome_is_added_up_to_six_places_and_is_whole_where_it_can_be(
    amounts: list[float | None], total: float
) -> None:
    measures = [
        Measure(title="措施", status="closed", outcomes={} if each is None else {"money": each})
        for each in amounts
    ]
    added = amount("money", measures)
    assert (added, type(added)) == (total, type(total))


def test_a_notice_counts_what_is_applied_for_as_in_progress() -> None:
    counts = tally(register([[row("1.1"), row("1.2"), row("1.3", "submitted"), row("1.4", "closed")]]), TODAY)
    assert counts.measures_in_progress == 3


def test_the_rates_are_said_as_notices_print_them() -> None:
    counted = tally(_seen(), TODAY)
    assert (counted.problem_rate, counted.measure_rate, counted.measures_in_progress) == ("25%", "50%", 2)


def test_what_is_withheld_counts_in_every_total() -> None:
    hidden = register([[row("1.1", "closed", publish=False)], [row("2.1", publish=False)]])
    shown = register([[row("1.1", "closed")], [row("2.1")]])
    counted, other = tally(hidden, TODAY), tally(shown, TODAY)
    assert replace(counted, published_problems=2, published_measures=2) == other
    assert (counted.published_problems, counted.published_measures) == (0, 0)
    assert groups(hidden, TODAY) == groups(shown, TODAY)


def test_a_problem_with_one_public_measure_is_one_public_problem() -> None:
    counted = tally(register([[row("1.1", publish=False), row("1.2")], [row("2.1"), row("2.2")]]), TODAY)
    assert (counted.published_problems, counted.published_measures) == (2, 3)


def test_problems_come_in_the_ledger_s_order_also_those_without_a_measure() -> None:
    assert groups(_seen(), TODAY, "problem") == [
        Group("1", "问题1", 2, 2, 0),
        Group("2", "问题2", 3, 1, 1),
        Group("3", "问题3", 1, 0, 1),
        Group("4", "问题4", 0, 0, 0),
    ]


def test_categories_come_in_the_order_of_the_notice_also_those_without_a_measure() -> None:
    assert groups(_seen(), TODAY, "category") == [
        Group("a", "关于学习贯彻方面", 2, 2, 0),
        Group("b", "关于工作推进方面", 4, 1, 2),
        Group("c", "关于作风建设方面", 0, 0, 0),
    ]


def test_offices_come_in_the_order_of_the_ledger_without_those_that_have_nothing_to_do() -> None:
    assert groups(_seen(), TODAY, "office") == [
        Group("办公室", "办公室", 4, 2, 2),
        Group("规划科", "规划科", 2, 1, 0),
    ]


def test_leaders_come_in_the_order_of_the_ledger_without_those_who_answer_for_nothing() -> None:
    assert groups(_seen(), TODAY, "leader") == [
        Group("局长", "局长", 5, 3, 2),
        Group("分管副局长", "分管副局长", 1, 0, 0),
    ]


@pytest.mark.parametrize("by", ["category", "office", "leader"])
def test_what_nothing_is_said_of_is_a_group_at_the_end_without_a_key(by: Grouping) -> None:
    nothing: Any = {by: None}
    found = groups(
        register([[row("1.1", **nothing), row("1.2", "closed", **nothing)], [row("2.1")]]), TODAY, by
    )
    assert found[-1] == Group(None, "待明确", 2, 1, 0)
    assert None not in [group.key for group in found[:-1]]
    assert None not in [group.key for group in groups(register([[row("1.1")]]), TODAY, by)]
    assert tally(_seen(), TODAY).as_json(found)["groups"][-1]["key"] is None


def test_a_measure_of_which_nothing_is_said_is_null_in_json() -> None:
    one = row("1.1", category=None, leader=None, office=None, due=None)
    shown = measure_json(one, Horizon.of_register(register([[one]]), TODAY))
    assert {key for key, value in shown.items() if value is None} == {
        "category", "leader", "office", "person", "due", "fields",
    }  # fmt: skip
    assert (shown["light"], shown["co_offices"]) == ("none", ())
    assert (
        tally(register([[one]], organisation=None, feedback=None), TODAY).as_json([])["organisation"] is None
    )


def test_list_json_gives_programs_the_keys_that_the_design_fixes() -> None:
    one = row("1.2", co_offices=("规划科",), person="张某", fields=(("risk", "高"),))
    assert list(measure_json(one, Horizon.of_register(register([[one]]), TODAY)).items()) == [
        ("id", "1.2"), ("problem", "1"), ("category", "a"), ("title", "措施1.2"), ("status", "in_progress"), ("term", "once"),
        ("leader", "局长"), ("office", "办公室"), ("co_offices", ("规划科",)), ("person", "张某"), ("due", "2024-12-31"),
        ("light", "green"), ("publish", True), ("fields", {"risk": "高"}),
    ]  # fmt: skip


def test_a_co_responsible_office_is_not_counted_beside_the_responsible_one() -> None:
    one = register([[row("1.1", co_offices=("规划科", "财务科"))]])
    assert [group.key for group in groups(one, TODAY, "office")] == ["办公室"]


def test_a_ledger_is_all_done_only_when_every_problem_is() -> None:
    assert tally(register([[row("1.1", "closed")]]), TODAY).all_done
    assert not tally(register([[row("1.1", "closed")], []]), TODAY).all_done
    assert not tally(register([[row("1.1", "closed"), row("1.2", "submitted")]]), TODAY).all_done
    assert not tally(register([]), TODAY).all_done


def test_a_group_without_measures_is_not_complete() -> None:
    assert not Group("1", "问题1", 0, 0, 0).complete
    assert Group("1", "问题1", 2, 2, 0).complete
    assert not Group("1", "问题1", 2, 1, 0).complete


def test_status_json_has_the_form_that_the_design_fixes() -> None:
    one = register([[row("1.1", "closed", term="long_term"), row("1.2", due="2024-06-20")]])
    assert tally(one, TODAY).as_json(groups(one, TODAY)) == {
        "organisation": "中共某市水务局党组",
        "as_of": "2024-06-15",
        "problems": {"total": 1, "closed": 0, "rate": 0.0},
        "measures": {
            "total": 2,
            "not_started": 0,
            "in_progress": 1,
            "submitted": 0,
            "closed": 1,
            "rate": 0.5,
            "long_term_closed": 1,
            "overdue": 0,
            "due_soon": 1,
            "review_due": 0,
            "not_assigned": 0,
        },
        "published": {"problems": 1, "measures": 2},
        "groups": [{"key": "1", "title": "问题1", "total": 2, "closed": 1, "overdue": 0}],
    }


# ---------------------------------------------------------------- any ledger


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """Generate ledgers with deadlines around today, and any other valid values."""
    days = st.integers(-40, 40).map(lambda days: (TODAY + timedelta(days)).isoformat())
    looks = st.integers(0, 400).map(lambda days: (TODAY - timedelta(days)).isoformat())
    problems = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        category = draw(st.sampled_from([*(key for key, _title in CATEGORIES), None]))
        measures = []
        for place in range(1, draw(st.integers(0, 6)) + 1):
            status = draw(st.sampled_from(STATUSES))
            term = draw(st.sampled_from(TERMS))
            measures.append(
                row(
                    f"{number}.{place}",
                    status,
                    category=category,
                    term=term,
                    leader=draw(st.sampled_from([*LEADERS, None])),
                    office=draw(st.sampled_from([*OFFICES, None])),
                    due=draw(days | st.none()),
                    publish=draw(st.booleans()),
                    reviewed_on=draw(looks) if status == "closed" else None,
                )
            )
        problems.append(measures)
    return register(
        problems, due_soon_days=draw(st.integers(0, 30)), review_every_days=draw(st.integers(1, 200))
    )


def _by_hand(ledger: Register, today: date) -> dict[str, int]:
    """Compute the counts again with dates, one measure after the other."""
    counts = dict.fromkeys(("overdue", "due_soon", "review_due", "long_term_closed", "published"), 0)
    for measure in [measure for problem in ledger.problems for measure in problem.measures]:
        counts["published"] += measure.publish
        if measure.status == "closed":
            counts["long_term_closed"] += measure.term == "long_term"
            if measure.term == "long_term" and measure.reviewed_on:
                last = date.fromisoformat(measure.reviewed_on)
                counts["review_due"] += (today - last).days >= ledger.frame.review_every_days
        elif measure.due:
            left = (date.fromisoformat(measure.due) - today).days
            counts["overdue"] += left < 0
            counts["due_soon"] += 0 <= left <= ledger.frame.due_soon_days
        else:
            counts["due_soon"] += measure.term == "at_once"
    return counts


@given(registers())
@example(register([]))
@example(register([[], []]))
def test_the_counts_of_any_ledger_add_up(ledger: Register) -> None:
    counted = tally(ledger, TODAY)
    target(float(counted.measures))
    assert sum(counted.by_status.values()) == counted.measures == len(ledger.measures)
    assert counted.closed == counted.by_status["closed"]
    assert counted.overdue + counted.due_soon <= counted.measures - counted.closed
    assert counted.review_due <= counted.long_term_closed <= counted.closed
    assert counted.problems_closed <= counted.problems == len(ledger.problems)
    assert counted.published_problems <= min(counted.problems, counted.published_measures)
    assert counted.published_measures <= counted.measures
    assert {
        "overdue": counted.overdue,
        "due_soon": counted.due_soon,
        "review_due": counted.review_due,
        "long_term_closed": counted.long_term_closed,
        "published": counted.published_measures,
    } == _by_hand(ledger, TODAY)


@given(registers(), st.sampled_from(GROUPINGS))
def test_the_groups_of_any_ledger_add_up_to_the_whole(ledger: Register, by: Grouping) -> None:
    counted, parts = tally(ledger, TODAY), groups(ledger, TODAY, by)
    assert sum(part.total for part in parts) == counted.measures
    assert sum(part.closed for part in parts) == counted.closed
    assert sum(part.overdue for part in parts) == counted.overdue
    assert len({part.key for part in parts}) == len(parts)
    assert all(0 <= part.closed + part.overdue <= part.total for part in parts)
    if by == "problem":
        assert sum(part.complete for part in parts) == counted.problems_closed


@given(registers(), st.sampled_from(GROUPINGS))
def test_every_group_counts_the_measures_that_are_its_own(ledger: Register, by: Grouping) -> None:
    for part in groups(ledger, TODAY, by):
        own = [measure for measure in ledger.measures if getattr(measure, by) == part.key]
        assert part.total == len(own)
        assert part.closed == len([measure for measure in own if measure.status == "closed"])


@given(registers())
def test_closing_one_measure_moves_every_count_by_that_one(ledger: Register) -> None:
    before = tally(ledger, TODAY)
    for place, problem in enumerate(ledger.problems):
        for position, measure in enumerate(problem.measures):
            if measure.status == "closed":
                continue
            closed = measure._replace(status="closed", reviewed_on=TODAY.isoformat())
            rows = (*problem.measures[:position], closed, *problem.measures[position + 1 :])
            changed = problem._replace(measures=rows)
            after = tally(
                ledger._replace(problems=(*ledger.problems[:place], changed, *ledger.problems[place + 1 :])),
                TODAY,
            )
            light = Horizon.of_register(ledger, TODAY).light(measure)
            assert after.closed == before.closed + 1
            assert after.by_status[measure.status] == before.by_status[measure.status] - 1
            assert after.measures == before.measures
            assert after.overdue == before.overdue - (light == "red")
            assert after.due_soon == before.due_soon - (light == "yellow")
            assert after.problems_closed == before.problems_closed + (
                changed.is_complete and not problem.is_complete
            )


@given(registers(), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_as_days_pass_nothing_open_turns_from_red_back_to_green(ledger: Register, today: date) -> None:
    order = ["green", "yellow", "red"]
    now, later = Horizon.of_register(ledger, today), Horizon.of_register(ledger, today + timedelta(days=1))
    for measure in ledger.measures:
        if measure.status == "closed" or measure.due is None:
            assert now.light(measure) == later.light(measure)
        else:
            assert order.index(now.light(measure)) <= order.index(later.light(measure))
