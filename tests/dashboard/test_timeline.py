"""The timeline ends at the number closed now, and divides any span into few periods."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xuncha.dashboard.timeline import Axis, changes, cumulative, curve
from xuncha.trail.history import Event

START, TODAY = date(2023, 11, 10), date(2024, 6, 15)
DAYS = st.dates(date(2022, 1, 1), date(2025, 12, 31))
ANY_DAY = st.dates(date(1, 1, 1), date(9999, 12, 31))
TURNS = (("in_progress", "closed"), ("submitted", "closed"), ("closed", "in_progress"), ("in_progress", "submitted"))  # fmt: skip


def event(day: date | str, measure: str | None, source: str | None, target: str | None) -> Event:
    """Make the event of a commit."""
    return Event("c", f"{day}T08:00:00+08:00", "n", "e", "a", measure, source, target, None, "s")


def by_day(events: list[Event], closed: date | None) -> dict[str, int]:
    """How many are closed after each change, of a ledger with one measure."""
    total, found = 0, {}
    for day, change in changes({"1.1": closed}, events, START, TODAY).items():
        total += change
        found[day.isoformat()] = total
    return found


def test_a_closing_counts_from_the_day_that_the_ledger_states() -> None:
    late_entry = [event("2024-03-05", "1.1", "in_progress", "closed")]
    assert by_day(late_entry, date(2024, 3, 1)) == {"2024-03-01": 1}
    assert by_day([], date(2024, 3, 1)) == {"2024-03-01": 1}, "a ledger that was entered by hand has no trail"


def test_a_closing_on_an_unknown_day_counts_from_the_day_of_the_trail_or_from_the_start() -> None:
    trail = [event("2024-03-05", "1.1", "in_progress", "closed")]
    assert by_day(trail, date.min) == {"2024-03-05": 1}
    assert by_day([], date.min) == {START.isoformat(): 1}


def test_reopening_and_undoing_are_seen() -> None:
    newest_first = [
        event("2024-05-01", "1.1", "submitted", "closed"),
        event("2024-04-01", "1.1", "closed", "in_progress"),
        event("2024-03-01", "1.1", "in_progress", "closed"),
    ]
    assert by_day(newest_first, date(2024, 5, 1)) == {"2024-03-01": 1, "2024-04-01": 0, "2024-05-01": 1}
    assert by_day(newest_first[1:], None) == {"2024-03-01": 1, "2024-04-01": 0}


def test_what_is_dated_before_a_reopening_does_not_close_the_time_before_it() -> None:
    newest_first = [
        event("2024-04-01", "1.1", "closed", "in_progress"),
        event("2024-02-01", "1.1", "in_progress", "closed"),
    ]
    assert by_day(newest_first, date(2024, 1, 1)) == {"2024-02-01": 1}, (
        "closed all the time from the first closing on"
    )


def test_what_was_reopened_by_hand_is_closed_until_today() -> None:
    assert by_day([event("2024-03-01", "1.1", "in_progress", "closed")], None) == {"2024-03-01": 1, "2024-06-15": 0}  # fmt: skip


def test_days_before_the_feedback_and_after_today_count_as_these() -> None:
    assert by_day([event("1970-01-01", "1.1", "submitted", "closed")], None)["2023-11-10"] == 1
    assert by_day([], date(2024, 12, 1)) == {"2024-06-15": 1}


@pytest.mark.parametrize("day", ["33658-09-27", "", "2024-02-30"])
def test_a_clock_that_was_wrong_beyond_the_calendar_counts_as_today(day: str) -> None:
    assert by_day(
        [event(day, "1.1", "closed", "in_progress"), event("2024-03-01", "1.1", "submitted", "closed")], None
    ) == {
        "2024-03-01": 1,
        "2024-06-15": 0,
    }


def test_measures_that_are_gone_and_commits_of_none_count_nothing() -> None:
    events = [event("2024-03-01", "9.9", "in_progress", "closed"), event("2024-03-01", None, None, None)]
    assert by_day(events, None) == {}


@given(
    st.dictionaries(st.sampled_from(["1.1", "1.2", "2.1"]), st.none() | DAYS),
    st.lists(
        st.tuples(DAYS, st.sampled_from(["1.1", "1.2", "2.1", "3.1"]), st.sampled_from(TURNS)), max_size=12
    ),
)
def test_the_curve_ends_at_what_is_closed_and_never_leaves_what_there_is(
    standings: dict[str, date | None], told: list[tuple[date, str, tuple[str, str]]]
) -> None:
    events = [event(day, measure, *turn) for day, measure, turn in told]
    found = changes(standings, events, START, TODAY)
    count = cumulative(found)
    closed = sum(day is not None for day in standings.values())
    assert count(TODAY) == closed
    assert all(START <= day <= TODAY for day in found)
    points = curve(count, Axis(START, TODAY), TODAY, len(standings))
    assert points[-1].count == closed
    assert all(0 <= point.count <= len(standings) for point in points)
    assert all(0 <= point.height <= 1 and 0 <= point.at <= 1 for point in points)
    assert len(points) <= 62


@given(ANY_DAY, ANY_DAY)
@example(date(1, 1, 1), date(9999, 12, 31))
@example(date(9999, 12, 31), date(9999, 12, 31))
@example(date(2024, 2, 29), date(2024, 2, 29))
def test_any_span_of_days_falls_into_few_whole_periods(one: date, other: date) -> None:
    first, last = sorted([one, other])
    axis = Axis(first, last)
    assert 1 <= len(axis.spans) <= 25
    assert axis.spans[0].first == axis.first <= first <= last <= axis.last == axis.spans[-1].last
    assert all(after.first - before.last == timedelta(days=1) for before, after in pairwise(axis.spans))
    assert all(before.end == pytest.approx(after.start) for before, after in pairwise(axis.spans))
    assert axis.spans[0].first <= first <= axis.spans[0].last
    assert axis.spans[-1].first <= last <= axis.spans[-1].last
    assert len({span.title for span in axis.spans}) == len(axis.spans)
    assert 1 <= sum(bool(span.tick) for span in axis.spans) <= 5


def test_periods_are_named_as_people_name_them() -> None:
    def titles(first: date, last: date) -> list[str]:
        return [span.title for span in Axis(first, last).spans][:2]

    assert titles(date(2023, 11, 10), date(2024, 6, 15)) == ["2023年11月", "2023年12月"]
    assert titles(date(2022, 2, 1), date(2026, 6, 15)) == ["2022年1月至3月", "2022年4月至6月"]
    assert titles(date(2010, 2, 1), date(2026, 6, 15)) == ["2010年", "2011年"]
    assert titles(date(2001, 2, 1), date(2040, 6, 15)) == ["2000年至2001年", "2002年至2003年"]


def test_a_year_is_named_where_it_begins() -> None:
    ticks = [span.tick for span in Axis(date(2023, 11, 1), date(2024, 12, 31)).spans if span.tick]
    assert ticks == ["2023年11月", "2024年2月", "5月", "8月", "11月"]
