"""Days: of the calendar, in order, with their year, and written as an official document writes them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from xuncha.chinese.days import Written, calendar_day, in_words, is_between
from xuncha.language import gettext as _
from xuncha.proof.chapter import Chapter, Found, Text

RULES = Chapter()
_RELATIVE = re.compile(r"(?:[今去前当同本次翌每该上明]|同期)年?的?(?=$|[0-9一二三四五六七八九十])")
"""Before the digits of a month: of a year that is known without its number."""
_FUTURE = re.compile(r"前|底|以前|之前|内|将|计划|预计|拟|力争|确保|目标|期限|时限|到期|有效")
_INSPECTION = re.compile("巡[察视]|进驻")
_FEEDBACK = re.compile("[^。；;]{0,25}?反馈")
_NO_UNIT = "(?![年个项条件次人名户家万亿千百元余多页份台辆套平方公亩吨米里号室房栋座届版级度分秒小天周月日期批组支只本册字所处例起宗笔张把座株棵头匹斤克升部路])"
_YEAR = "(?:19|20)[0-9]{2}"
_LEAP_YEAR = 2024


class LineDate(NamedTuple):
    """A day of the notice, with its line."""

    line: int
    written: Written


class Course(NamedTuple):
    """The days by which an inspection is told."""

    started: LineDate | None
    ended: LineDate | None
    feedback: LineDate | None
    notice: LineDate | None


@lru_cache(maxsize=1)
def course(text: Text) -> Course:
    """Find the days of the inspection and of the feedback in the opening, and that of the notice in its last line of nothing else."""
    started = ended = feedback = None
    for line, found in enumerate(text.dates[: text.opening]):
        words = text.plain[line]
        inspected = _INSPECTION.search(words)
        for one, other in pairwise(found):
            if started is None and inspected and is_between(words[one.end : other.start]):
                started, ended = LineDate(line, one), LineDate(line, other)
        for each in (LineDate(line, one) for one in found if one.day):
            behind = _FEEDBACK.match(words, each.written.end)
            if feedback is None and behind and each not in {started, ended}:
                feedback = each
    days = [(line, found[0]) for line, found in enumerate(text.dates) if len(found) == 1 and found[0].day]
    alone = [each for each in days if _words(text, *each) == text.texts[each[0]].strip("（）() ")]
    return Course(started, ended, feedback, notice=LineDate(*alone[-1]) if alone else None)


def _words(text: Text, line: int, each: Written) -> str:
    return text.texts[line][each.start : each.end]


@RULES.rule(
    "date-impossible",
    why="A day that the calendar does not have was never anybody's day.",
    wrong="2024年2月30日，召开专题会议。",
    right="2024年2月29日，召开专题会议。",
)
def date_impossible(text: Text) -> Found:
    """Find months after the twelfth, and days after the last of their month."""
    for line, found in enumerate(text.dates):
        for each in found:
            day = 1 if each.day is None else each.day
            if each.month is not None and not calendar_day(each.year or _LEAP_YEAR, each.month, day):
                message = _("the calendar has no {words}").format(words=_words(text, line, each))
                yield (line, each.start), message, ""


@RULES.rule(
    "date-order",
    why="First comes the inspection, then the feedback, then the notice.",
    wrong="2023年6月5日至9月8日，市委第五巡察组开展巡察，并于2023年8月10日反馈了巡察情况。",
    right="2023年6月5日至9月8日，市委第五巡察组开展巡察，并于2023年11月10日反馈了巡察情况。",
)
def date_order(text: Text) -> Found:
    """Find an inspection that ends before it begins, feedback before its end, a notice before the feedback."""
    messages = (
        _("the inspection ends on {later}, before it begins on {earlier}"),
        _("the feedback is of {later}, before the inspection ended on {earlier}"),
        _("the notice is of {later}, before the feedback on {earlier}"),
    )
    for message, (before, after) in zip(messages, pairwise(course(text)), strict=True):
        earlier, later = before and before.written.exact, after and after.written.exact
        if after and earlier and later and later < earlier:
            shown = message.format(earlier=in_words(earlier), later=in_words(later))
            yield (after.line, after.written.start), shown, ""


@RULES.rule(
    "date-after-notice",
    "warning",
    why="A notice cannot tell of what was done after its own day.",
    wrong="一是加强培训。2024年5月，组织专题培训。\n二是健全制度。\n2024年4月18日",
    right="一是加强培训。2024年3月，组织专题培训。\n二是健全制度。\n2024年4月18日",
)
def date_after_notice(text: Text) -> Found:
    """Find days after that of the notice that are not said to be still to come."""
    notice = course(text).notice
    day = notice.written.exact if notice else None
    for line, found in enumerate(text.dates if day else ()):
        for each in found:
            later = each.own_year and each.month and each.first and day and each.first > day
            around = text.plain[line][max(0, each.start - 8) : each.end + 12]
            if later and not _FUTURE.search(around):
                message = _("{words} is after the day of the notice").format(words=_words(text, line, each))
                yield (line, each.start), message, ""


@RULES.rule(
    "date-year",
    "warning",
    why="A notice is read for years: each paragraph gives its first date with the year, and again where a new year begins.",
    wrong="3月15日，召开专题会议。",
    right="2024年3月15日，召开专题会议。",
)
def date_year(text: Text) -> Found:
    """Find months without a year: none stands before them in the line, or they seem to go back in time."""
    for line, found in enumerate(text.dates):
        before: Written | None = None
        for each in found:
            if each.month is None:
                before = each if each.own_year else before
                continue
            words, around = (
                _words(text, line, each),
                text.texts[line][max(0, each.start - 4) : each.start + 3],
            )
            if each.own_year or _RELATIVE.search(around):
                pass
            elif each.year is None:
                yield (line, each.start), _("{words} has no year").format(words=words), _("add the year")
                break
            elif before and before.month and each.month < before.month:
                message = _("after {before}, the year of {words} is not clear")
                shown = message.format(before=_words(text, line, before), words=words)
                yield (line, each.start), shown, _("add the year")
            before = each


RULES.pattern(
    "year-bare",
    "error",
    rf"(?<![0-9A-Za-z〔\[（(.\-—－/])(199[0-9]|20[0-4][0-9])(?=[\u4e00-\u9fff]){_NO_UNIT}(.{{0,2}})",
    lambda: _("“{words}” lacks {mark}"),
    why="A year is followed by 年.",
    wrong="2023以来，组织专题培训。",
    right="2023年以来，组织专题培训。",
    instead=r"\1年\2",
    mark="年",
)

RULES.pattern(
    "date-form",
    "note",
    rf"(?<![0-9.\-/]){_YEAR}(?P<mark>[.\-/])[0-9]{{1,2}}(?P=mark)[0-9]{{1,2}}(?![0-9.\-/])"
    "|(?<=年)0[1-9]月(?:[0-9]{1,2}日)?|(?<=月)0[1-9]日"
    "|(?<![0-9〇一二三四五六七八九.])[0-9]{2}年(?=[0-9]{1,2}月|以来|底|初|度)",
    lambda: _("“{words}” is no date as official documents write it"),
    why="A date is written 2024年4月18日: with 年, 月 and 日, the whole year, no noughts before a digit (GB/T 9704-2012, 7.3.5.4).",
    wrong="2024.4.18，召开专题会议。",
    right="2024年4月18日，召开专题会议。",
    hint=lambda: _("write it like {example}").format(example="2024年4月18日"),
)

RULES.pattern(
    "range-dash",
    "note",
    rf"(?<![0-9])({_YEAR}年?)[-－~]({_YEAR}年)",
    lambda: _("“{words}” has a hyphen for a dash"),
    why="From one year to another goes a dash as long as a character (GB/T 15834-2011, 4.13.3).",
    wrong="《三年行动计划（2023-2025年）》",
    right="《三年行动计划（2023—2025年）》",
    instead=r"\1—\2",
)
