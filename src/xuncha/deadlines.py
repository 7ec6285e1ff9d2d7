"""The calendar of deadlines as iCalendar (RFC 5545): for each measure the one day that it waits for, with reminders.

It is internal: it names leaders and offices, and includes what is withheld. It counts in China's working days, as far as the
State Council has announced them (docs/adr/0011). An entry always keeps its UID, so a calendar that imports the file again
updates its entries instead of duplicating them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from uuid import UUID, uuid5

from xuncha.chinese.characters import on_one_line
from xuncha.chinese.days import in_words as day
from xuncha.chinese.punctuation import full_width
from xuncha.model.register import Frame, MeasureRow, ProblemRow, Register
from xuncha.model.vocabulary import STATUS_WORDS, UNKNOWN
from xuncha.parts import require_part
from xuncha.tally import add_days, review_day

if TYPE_CHECKING:
    from icalendar import Component, Event


Kind = Literal["deadline", "review"]


class Workdays:
    """China's working days in the years that the installed table holds; other years are not guessed (docs/adr/0011).

    Raises SurroundingsError if the part `office` is not installed.
    """

    def __init__(self) -> None:
        with require_part("office"):
            import chinese_calendar  # noqa: PLC0415  no other command needs it
        self._is_workday: Callable[[date], bool] = chinese_calendar.is_workday
        self._first_year: int = min(chinese_calendar.holidays).year
        self.last_year: int = max(chinese_calendar.holidays).year

    def is_known(self, day: date) -> bool:
        """Return whether it is settled which days around this one are working days.

        The last week of a year is settled only by the announcement for the next year, which in some years has made a Saturday of
        late December a working day, or a Monday a day off.
        """
        in_table = self._first_year < day.year <= self.last_year
        return in_table and (day + timedelta(days=7)).year <= self.last_year

    def on_or_before(self, day: date) -> date | None:
        """Return the last working day up to and including this one; None if that is not known."""
        if not self.is_known(day):
            return None
        while not self._is_workday(day):
            day -= timedelta(days=1)
        return day


class Entry(NamedTuple):
    """What a measure waits for: its time limit while it is open; its next review once it is closed and long-term."""

    kind: Kind
    problem: ProblemRow
    measure: MeasureRow
    day: date
    last_workday: date | None
    """The last working day up to and including the day; None if that is not known yet."""
    reminders: tuple[date, ...]  # days on which to be reminded; none is in the past


def entries(
    register: Register,
    today: date,
    workdays: Workdays,
    *,
    office: str | None = None,
    leader: str | None = None,
) -> list[Entry]:
    """Return the entries of a ledger's calendar, sorted by day: all, or those of one office or one leader.

    One reminder comes `due_soon_days` before the day, one on the working day before the last working day; none before today.
    """
    found = []
    rows = [(problem, row) for problem in register.problems for row in problem.measures]
    for problem, row in rows:
        review = review_day(row, register.frame)
        day = review or (date.fromisoformat(row.due) if row.due and row.status != "closed" else None)
        if day is None or office not in {None, row.office} or leader not in {None, row.leader}:
            continue
        workday = workdays.on_or_before(day)
        previous_workday = workday and workdays.on_or_before(add_days(workday, -1))
        reminders = {add_days(day, -register.frame.due_soon_days), previous_workday or add_days(day, -1)}
        ahead = tuple(sorted(each for each in reminders if each >= today))
        found.append(Entry("review" if review else "deadline", problem, row, day, workday, ahead))
    return sorted(found, key=attrgetter("day"))


_NAMESPACE: Final = UUID("5d38d4fe-1c82-4364-a383-ce9ac0d6a02c")
"""The namespace of all UIDs; it must never change."""
_KINDS: Final = {"deadline": "整改时限", "review": "回头看"}
_DAY_OFF_NOTES: Final = {"deadline": "时限为休息日，请于{}前办结", "review": "当日为休息日，请于{}前完成"}
_WEEKDAYS: Final = "一二三四五六日"
_MORNING: Final = timedelta(hours=9)  # the time of a reminder, in the reader's time zone


def ics(frame: Frame, rows: Sequence[Entry], today: date, last_year: int, owner: str = "") -> bytes:
    """Return the calendar as the bytes of a file; `last_year` is the last year whose working days are known.

    `owner` is the leader or the office that the calendar is for; empty for all. Raises SurroundingsError if the part `office` is
    not installed.
    """
    with require_part("office"):
        from icalendar import Calendar, Timezone  # noqa: PLC0415  takes 50 ms
    stamp = datetime(today.year, today.month, today.day, tzinfo=UTC)
    components: list[Component] = [_event(frame, entry, today, stamp, last_year) for entry in rows]
    if not components:
        # A calendar needs one (RFC 5545, 3.6). A time zone may not have the English comment that icalendar adds (3.6.5).
        time_zone = Timezone.from_tzid("Asia/Shanghai", first_date=date(2000, 1, 1))
        time_zone.pop("COMMENT", None)
        components = [time_zone]
    calendar = Calendar.new(
        prodid="-//xuncha//xuncha//ZH",
        calscale="GREGORIAN",
        uid=_uid(frame, owner),
        name=_one_line(
            "整改时限（内部）：" + "，".join(filter(None, [frame.organisation or UNKNOWN, owner]))
        ),
        description="内部资料，含责任领导、责任科室和未公开事项，不得对外公开。",
        last_modified=stamp,
        subcomponents=components,
    )
    return bytes(calendar.to_ical())


def _event(frame: Frame, entry: Entry, today: date, stamp: datetime, last_year: int) -> Event:
    from icalendar import TRANSP, Alarm, Event  # noqa: PLC0415

    note = _day_off_note(entry)
    title = f"{_KINDS[entry.kind]} {entry.measure.id} {entry.measure.title}"
    title = _one_line(f"{title}（{note}）" if note else title)
    event = Event.new(
        uid=_uid(frame, entry.measure.id),
        summary=title,
        description="\n".join(map(_one_line, _description(frame, entry, today, last_year))),
        start=entry.day,  # without an end it lasts the whole day
        categories=[_KINDS[entry.kind]],
        transparency=TRANSP.TRANSPARENT,
        stamp=stamp,
        last_modified=stamp,
        sequence=max(0, (today - date.fromisoformat(frame.feedback)).days) if frame.feedback else 0,
    )
    for reminder in entry.reminders:
        alarm = Alarm.new(description=f"{title}（{day(entry.day)}）")
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", reminder - entry.day + _MORNING)
        event.add_component(alarm)
    return event


def _one_line(text: str) -> str:
    """Return a text as calendars show it: on one line, so that text from a ledger cannot look like a line that we write."""
    return full_width(on_one_line(text))


def _uid(frame: Frame, name: str) -> UUID:
    """Return the permanent identifier of an entry; organisation and day of the feedback stand for the ledger."""
    return uuid5(_NAMESPACE, f"{frame.organisation}\n{frame.feedback}\n{name}")


def _day_off_note(entry: Entry) -> str:
    """Return a text that says by which day to finish; empty unless the entry's own day is a day off."""
    workday = entry.last_workday
    if workday is None or workday == entry.day:
        return ""
    return _DAY_OFF_NOTES[entry.kind].format(day(workday, entry.day))


def _description(frame: Frame, entry: Entry, today: date, last_year: int) -> list[str]:
    row = entry.measure
    lines = [f"{_KINDS[entry.kind]}：{day(entry.day)}（星期{_WEEKDAYS[entry.day.weekday()]}）"]
    if entry.last_workday is None:
        lines.append(f"未核对是否为休息日：放假安排只收录到{last_year}年。")
    elif note := _day_off_note(entry):
        lines.append(f"{note}。")
    if entry.day < today:
        lines.append("已超过时限。")
    return [
        *lines,
        f"措施：{row.id} {row.title}",
        f"问题：{entry.problem.id} {entry.problem.title}",
        f"状态：{STATUS_WORDS[row.status]}",
        f"责任领导：{row.leader or UNKNOWN}",
        f"责任科室：{row.office or UNKNOWN}",
        *([f"配合科室：{'、'.join(row.co_offices)}"] if row.co_offices else []),
        f"台账：{frame.organisation or UNKNOWN}",
    ]
