"""Working days of China: shifted ones, and years not yet announced."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest

from xuncha.deadlines import Workdays


@pytest.fixture(scope="module")
def workdays() -> Workdays:
    return Workdays()


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2024-09-12", "2024-09-12"),  # a Thursday
        ("2024-09-14", "2024-09-14"),  # a Saturday that is worked for the Mid-Autumn Festival
        ("2024-09-15", "2024-09-14"),
        ("2024-10-07", "2024-09-30"),  # the end of the National Day's week
        ("2024-02-18", "2024-02-18"),  # a Sunday that is worked for the Spring Festival
        ("2024-02-17", "2024-02-09"),
        ("2024-05-11", "2024-05-11"),
        ("2018-12-31", "2018-12-29"),  # a Monday off and a Saturday worked, by the announcement for 2019
        ("2020-02-02", "2020-01-23"),  # ten days, by a later announcement
    ],
)
def test_the_last_working_day(workdays: Workdays, day: str, last: str) -> None:
    assert workdays.on_or_before(date.fromisoformat(day)) == date.fromisoformat(last)


def test_what_has_not_been_announced_is_not_guessed(workdays: Workdays) -> None:
    """Nor is the last week of the last year: the announcement for the next one may still change it."""
    last = workdays.last_year
    assert workdays.on_or_before(date(last, 12, 24)) is not None
    for day in (date(last, 12, 25), date(last, 12, 31), date(last + 1, 1, 4), date(last + 9, 6, 1), date.max):
        assert workdays.on_or_before(day) is None
    for day in (date.min, date(1999, 10, 1), date(2004, 12, 31)):
        assert workdays.on_or_before(day) is None


def test_the_new_year_changes_december_in_its_last_week_alone() -> None:
    """Why a week is enough: what the library's own table says of Decembers."""
    changed = {
        day
        for table in (chinese_calendar.holidays, chinese_calendar.workdays)
        for day in table
        if day.month == 12
    }
    assert changed
    assert all(day.day > 24 for day in changed)


def test_every_known_day_has_an_answer_that_is_a_working_day(workdays: Workdays) -> None:
    day = date(2005, 1, 1)
    while workdays.is_known(day):
        last = workdays.on_or_before(day)
        assert last is not None
        assert chinese_calendar.is_workday(last)
        assert last <= day
        day += timedelta(days=1)
    assert day == date(workdays.last_year, 12, 25)
