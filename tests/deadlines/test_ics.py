"""The iCalendar file, read back by two independent libraries, and imported again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import vobject
from icalendar import Calendar

from tests.cli.inside import run_inside
from tests.conftest import measure
from tests.punctuation import half_width
from xuncha.deadlines import Workdays

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

LAST_YEAR = Workdays().last_year


def made(ledger: LedgerOnDisk, *options: str, today: str = "2024-06-15") -> bytes:
    """Write the calendar, and return its bytes."""
    result = run_inside(ledger, "--today", today, "calendar", "-o", "x.ics", *options)
    assert (result.code, result.err) == (0, ""), result.err
    return (ledger.root / "x.ics").read_bytes()


def events(written: bytes) -> dict[str, Any]:
    """Return the events, by the measure's id in their titles."""
    calendar = Calendar.from_ical(written)
    assert not calendar.errors
    found = {str(event["SUMMARY"]).split()[1]: event for event in calendar.walk("VEVENT")}
    assert all(not event.errors for event in found.values())
    return found


def put(ledger: LedgerOnDisk, identity: str, status: str = "in_progress", **keys: str) -> None:
    """Replace a measure."""
    ledger.write(ledger.path(identity), measure(identity, status, **keys))


def rings(event: Any) -> list[date]:
    """Return the days on which a reminder rings, at nine in the morning."""
    found = []
    for alarm in event.walk("VALARM"):
        moment = alarm["TRIGGER"].dt
        assert (alarm["ACTION"], moment % timedelta(days=1)) == ("DISPLAY", timedelta(hours=9))
        found.append(event["DTSTART"].dt + (moment - timedelta(hours=9)))
    return found


LONG = {"term": "long_term", "due": "2024-12-31", "closed": "{date: 2024-05-01}"}


def test_what_is_open_and_what_is_to_be_looked_at_again_stands_there_and_nothing_else(
    ledger: LedgerOnDisk,
) -> None:
    put(ledger, "2.2", "closed", **LONG)
    put(ledger, "1.2", term="long_term", due="")
    found = events(made(ledger))
    assert set(found) == {"1.1", "2.1", "2.2", "3.1"}, "1.2 has no time limit; 2.3 is closed for good"
    assert str(found["2.2"]["SUMMARY"]).startswith("回头看 2.2 ")
    assert found["2.2"]["DTSTART"].dt == date(2024, 5, 1) + timedelta(days=180)
    assert str(found["1.1"]["SUMMARY"]) == "整改时限 1.1 做好1.1号工作"
    assert found["1.1"]["DTSTART"].dt == date(2024, 12, 31)
    assert found["1.1"]["DTSTART"].params["VALUE"] == "DATE"
    for said in (
        "责任领导：分管副局长",
        "责任科室：规划科",
        "状态：未启动",
        "问题：1 学习不够深入",
        "（星期二）",
    ):
        assert said in str(found["1.1"]["DESCRIPTION"])
    assert "配合科室" not in str(found["1.1"]["DESCRIPTION"])
    assert {str(event["TRANSP"]) for event in found.values()} == {"TRANSPARENT"}, "a deadline takes no time"


def test_entries_come_by_their_days_and_name_all_offices(ledger: LedgerOnDisk) -> None:
    put(ledger, "3.1", due="2024-07-01", co_offices="[财务科, 办公室]")
    found = events(made(ledger))
    assert list(found) == ["3.1", "1.1", "1.2", "2.1"]
    assert "配合科室：财务科、办公室\n" in str(found["3.1"]["DESCRIPTION"])


def test_the_latest_look_counts(ledger: LedgerOnDisk) -> None:
    put(ledger, "2.2", "closed", **LONG, reviews="\n  - {date: 2024-06-01, result: holds}")
    event = events(made(ledger))["2.2"]
    assert event["DTSTART"].dt == date(2024, 6, 1) + timedelta(days=180)
    put(ledger, "2.2", "closed", **LONG, reviews="\n  - {date: 2024-06-04, result: holds}")
    event = events(made(ledger))["2.2"]
    assert event["DTSTART"].dt == date(2024, 12, 1), "a Sunday"
    assert str(event["SUMMARY"]).endswith("（当日为休息日，请于11月29日前完成）")


@pytest.mark.parametrize(
    ("due", "title", "reminders"),
    [
        ("2024-09-12", "", ["2024-08-29", "2024-09-11"]),
        ("2024-09-30", "", ["2024-09-16", "2024-09-29"]),  # a Sunday that is worked
        ("2024-09-15", "（时限为休息日，请于9月14日前办结）", ["2024-09-01", "2024-09-13"]),
        ("2024-10-06", "（时限为休息日，请于9月30日前办结）", ["2024-09-22", "2024-09-29"]),
        ("2025-01-01", "（时限为休息日，请于2024年12月31日前办结）", ["2024-12-18", "2024-12-30"]),
        (
            "2024-06-29",
            "（时限为休息日，请于6月28日前办结）",
            ["2024-06-15", "2024-06-27"],
        ),  # today still rings
        ("2024-06-20", "", ["2024-06-19"]),  # what would have rung before today is left out
        ("2024-06-17", "", []),  # a Monday: the working day before it has passed
        ("2024-06-15", "（时限为休息日，请于6月14日前办结）", []),  # due today is not late
        ("2024-06-01", "（时限为休息日，请于5月31日前办结）", []),
    ],
)
def test_days_off_are_said_and_reminders_come_in_time(
    ledger: LedgerOnDisk, due: str, title: str, reminders: list[str]
) -> None:
    put(ledger, "1.1", due=due)
    event = events(made(ledger))["1.1"]
    assert event["DTSTART"].dt == date.fromisoformat(due)
    assert str(event["SUMMARY"]) == "整改时限 1.1 做好1.1号工作" + title
    assert rings(event) == [date.fromisoformat(day) for day in reminders]
    assert ("休息日" in str(event["DESCRIPTION"])) is bool(title)
    assert title.strip("（）") in str(event["DESCRIPTION"])
    assert ("已超过时限" in str(event["DESCRIPTION"])) is (due < "2024-06-15")


def test_one_reminder_where_both_fall_on_one_day(ledger: LedgerOnDisk) -> None:
    path = ledger.root / "data/ledger.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("due_soon_days: 14", "due_soon_days: 1"), encoding="utf-8"
    )
    put(ledger, "1.1", due="2024-09-12")
    assert rings(events(made(ledger))["1.1"]) == [date(2024, 9, 11)]


def test_a_year_that_is_not_known_yet_is_said_on_screen_and_in_the_entry(ledger: LedgerOnDisk) -> None:
    put(ledger, "1.1", due=f"{LAST_YEAR + 1}-10-03")
    result = run_inside(ledger, "calendar", "-o", "x.ics")
    assert f"只收录到 {LAST_YEAR} 年" in result.err
    assert "1.1" in result.err
    assert "1.2" not in result.err
    event = events((ledger.root / "x.ics").read_bytes())["1.1"]
    assert f"未核对是否为休息日：放假安排只收录到{LAST_YEAR}年。" in str(event["DESCRIPTION"])
    assert "休息日，请于" not in str(event["DESCRIPTION"])
    assert rings(event) == [date(LAST_YEAR + 1, 9, 19), date(LAST_YEAR + 1, 10, 2)]


def test_a_reimport_changes_the_entries_instead_of_doubling_them(ledger: LedgerOnDisk) -> None:
    before = events(made(ledger))
    assert len({str(event["UID"]) for event in before.values()}) == len(before)
    put(ledger, "1.1", due="2025-03-31", title="另一个标题")
    after = events(made(ledger, today="2024-06-20"))
    assert {key: str(event["UID"]) for key, event in before.items()} == {
        key: str(event["UID"]) for key, event in after.items()
    }
    assert all(after[key]["SEQUENCE"] > before[key]["SEQUENCE"] for key in after)
    assert all(after[key]["DTSTAMP"].dt > before[key]["DTSTAMP"].dt for key in after)
    assert after["1.1"]["DTSTART"].dt == date(2025, 3, 31)


def test_a_calendar_as_of_a_day_before_the_feedback_is_one_still(ledger: LedgerOnDisk) -> None:
    assert {event["SEQUENCE"] for event in events(made(ledger, today="2023-01-01")).values()} == {0}


def test_the_time_limit_of_a_long_term_measure_turns_into_its_next_look(ledger: LedgerOnDisk) -> None:
    put(ledger, "2.2", term="long_term")
    before = events(made(ledger))["2.2"]
    put(ledger, "2.2", "closed", **LONG)
    assert events(made(ledger))["2.2"]["UID"] == before["UID"]


def test_another_ledger_has_other_entries(ledger: LedgerOnDisk) -> None:
    before = {str(event["UID"]) for event in events(made(ledger)).values()}
    path = ledger.root / "data/ledger.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("feedback: 2023-11-10", "feedback: 2023-11-11"),
        ("organisation: 中共某市", "organisation: 中共某县"),
    ):
        path.write_text(text.replace(old, new), encoding="utf-8")
        assert not before & {str(event["UID"]) for event in events(made(ledger)).values()}


def test_an_office_and_a_leader_get_their_own(ledger: LedgerOnDisk) -> None:
    put(ledger, "1.1", office="财务科")
    put(ledger, "1.2", leader="局长")
    assert set(events(made(ledger, "--office", "财务科"))) == {"1.1"}
    assert set(events(made(ledger, "--leader", "局长"))) == {"1.2"}
    assert set(events(made(ledger, "--leader", "局长", "--office", "财务科"))) == set()
    own = Calendar.from_ical(made(ledger, "--office", "财务科"))
    assert "财务科" in own.calendar_name
    assert own.uid != Calendar.from_ical(made(ledger)).uid


def test_the_calendar_says_that_it_is_internal(ledger: LedgerOnDisk) -> None:
    calendar = Calendar.from_ical(made(ledger))
    assert "内部" in calendar.calendar_name
    assert "不得对外公开" in str(calendar["DESCRIPTION"])
    assert "3.1" in events(made(ledger)), "what is withheld is due as well"


def test_the_bytes_are_as_the_standard_wants_them(ledger: LedgerOnDisk) -> None:
    put(ledger, "1.2", title='"很长的标题，' + "含有；分号, 逗号\\\\反斜杠，" * 12 + '"')
    written = made(ledger)
    written.decode("utf-8")
    lines = written.split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert b"\r" not in written.replace(b"\r\n", b"")
    for line in lines:
        line.decode("utf-8")  # no character is cut in two
    title = str(events(written)["1.2"]["SUMMARY"])
    assert title.count("含有；分号， 逗号\\反斜杠，") == 12
    assert not half_width(str(events(written)["1.2"]["DESCRIPTION"]))


def test_another_reader_finds_the_same(ledger: LedgerOnDisk) -> None:
    put(ledger, "2.2", "closed", **LONG)
    put(ledger, "1.1", due="2024-10-06")
    written = made(ledger)
    calendar = vobject.readOne(written.decode(), validate=True)
    other = {event.uid.value: event for event in calendar.vevent_list}
    ours = {str(event["UID"]): event for event in events(written).values()}
    assert set(other) == set(ours)
    for uid, event in other.items():
        assert event.summary.value == str(ours[uid]["SUMMARY"])
        assert event.description.value == str(ours[uid]["DESCRIPTION"])
        assert event.dtstart.value == ours[uid]["DTSTART"].dt
        assert [alarm.trigger.value for alarm in event.valarm_list] == [
            alarm["TRIGGER"].dt for alarm in ours[uid].walk("VALARM")
        ]


def test_the_same_ledger_on_the_same_day_gives_the_same_bytes(ledger: LedgerOnDisk) -> None:
    assert made(ledger) == made(ledger)


def test_a_ledger_in_which_nothing_is_due_gives_a_calendar_without_entries(ledger: LedgerOnDisk) -> None:
    for identity in ("1.1", "1.2", "2.1", "2.2", "2.3", "3.1"):
        put(ledger, identity, "closed")
    written = made(ledger)
    assert events(written) == {}
    assert b"BEGIN:VTIMEZONE" in written, "RFC 5545, 3.6: at least one component"
    assert b"COMMENT" not in written, "English, and not allowed in a time zone (3.6.5)"


@pytest.mark.parametrize("due", ["0001-01-02", "9999-12-31"])
def test_the_ends_of_the_calendar_are_no_end_of_the_program(ledger: LedgerOnDisk, due: str) -> None:
    path = ledger.root / "data/ledger.yaml"
    text = path.read_text(encoding="utf-8")
    for old in ("started: 2023-06-05", "ended: 2023-09-08", "feedback: 2023-11-10"):
        text = text.replace(old, old.split(":")[0] + ": 0001-01-01")
    path.write_text(text, encoding="utf-8")
    put(ledger, "1.1", due=due)
    put(ledger, "2.2", "closed", term="long_term", due="", closed="{date: 9999-12-31}")
    result = run_inside(ledger, "calendar", "-o", "x.ics")
    assert result.code == 0, result.err
    found = events((ledger.root / "x.ics").read_bytes())
    assert found["1.1"]["DTSTART"].dt == date.fromisoformat(due)
