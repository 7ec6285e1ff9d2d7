"""Counts that contradict each other, what is listed, or the ledger."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple, get_args

from xuncha.chinese.counts import RoleName, Thing, is_share, rates, roles
from xuncha.chinese.days import in_words
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.model.register import Register
from xuncha.proof.chapter import Chapter, LedgerFacts, Mistakes, Text
from xuncha.proof.dates import case_dates
from xuncha.reading.counts import Statement, resolved
from xuncha.tally import percent, tally

RULES = Chapter()
_THINGS: tuple[Thing, ...] = get_args(Thing)
_PERIOD = re.compile("[.．](?![0-9A-Za-z])")  # a full stop of a web page, instead of 。
_CLAUSE = re.compile("[^，,：:]{1,300}")
"""Nobody writes a longer clause; the limit bounds the work, because each count searches its whole clause."""
_NOUN_END = re.compile("[，。；、：0-9（）()]")  # ends the words after a count; ten characters do so, too
_REFINED = re.compile("梳理|细化|分解|制定|制订|明确|确定|列出|形成|归纳")
_SUBSET = re.compile("重点|突出|共性|难点|典型|遗留")  # before 问题: only some of them
_OTHERS = re.compile(
    "上一?[轮次届]|历次|以往|往年|去年|新(?:发现|增)[^，,0-9]{0,4}问题|自查(?:自纠)?(?:发现|查摆|出)|举一反三[^，,]{0,6}[查发]|专项检查"
)
"""Words of a clause that counts problems of another source: an earlier inspection, the office itself, a check of its own kind."""
_PARTLY_PUBLISHED = re.compile(
    r"可以公开|可公开|适合公开|公开的|部分(?:问题|整改|内容|措施)|不(?:宜|便|予|适合|适宜)公开|涉密|涉及秘密|除[^。]{1,30}外|择要|摘要|主要问题|重点问题|其中[^。]{0,12}公[开布示]"
)


class Count(NamedTuple):
    """A count that a notice states."""

    line: int
    start: int
    words: str
    thing: Thing
    role: RoleName
    number: int
    unit: str
    refined: bool  # for a total: counts what the feedback was broken down into, not the feedback itself


@lru_cache(maxsize=1)
def stated_counts(text: Text) -> tuple[tuple[Count, ...], ...]:
    """Return the counts of problems and measures, line by line, without those that are a part of a part."""
    texts, end = list(map(_without_brackets, text.half_width)), text.opening_end
    resolved_lines = [*resolved(texts[:end]), *(resolved([words])[0] for words in texts[end:])]
    return tuple(
        tuple(_line_counts(line, text.half_width[line], each) if each else ())
        for line, each in enumerate(resolved_lines)
    )


def _without_brackets(words: str) -> str:
    """Return a line without text in brackets, and with 。 for the full stops of a web page; each character keeps its place."""
    return _PERIOD.sub("。", re.sub(r"[（(][^（）()]{0,40}[）)]", lambda aside: " " * len(aside[0]), words))


def _line_counts(line: int, words: str, counted: Sequence[Statement]) -> Iterator[Count]:
    counted = sorted(counted, key=lambda each: each.start)
    starts, last, plain = [each.start for each in counted], "total", _without_brackets(words)
    for sentence in re.finditer("[^。；;！？]+", plain):
        is_part = others = False
        for clause in _CLAUSE.finditer(plain, *sentence.span()):
            is_part = is_part or bool(re.match(r"\s*(?:其中|包括|含)", clause[0]) and last != "total")
            published = any(role.name == "published" for role in roles(clause[0]))
            refined = bool(_REFINED.search(clause[0]))
            here = counted[bisect_left(starts, clause.start()) : bisect_left(starts, clause.end())]
            others = others or bool(here and _OTHERS.search(clause[0]))  # behind it, counts may be of both
            for each in here:
                role, count, end = each.role, each.count, each.start + each.count.end - each.count.start
                is_subset = count.is_approximate or _SUBSET.search(_NOUN_END.split(words[end : end + 10])[0])
                if role and role != "planned" and count.number and not (is_part or others or is_subset):
                    role, shown = "published" if published else role, words[each.start : end]
                    yield Count(line, each.start, shown, each.thing, role, count.number, count.unit, refined)
                    last = role


def opening_counts(text: Text) -> list[Count]:
    """Return the counts that the opening states for the whole rectification."""
    return [count for counts in stated_counts(text)[: text.opening_end] for count in counts]


def totals(text: Text) -> dict[Thing, list[Count]]:
    """Return the total numbers of problems and of measures, wherever the opening states them."""
    every = [count for count in opening_counts(text) if count.role == "total"]
    return {thing: [count for count in every if count.thing == thing] for thing in _THINGS}


def thing_name(thing: Thing) -> str:
    """Return the name of what is counted, in the language on screen."""
    return _("problems") if thing == "problems" else _("measures")


@RULES.rule("count-sum",
    why="Complete and incomplete must add up to the total: it is the first sum that readers do.",
    example="梳理为1{5→4}个问题，已完成整改13个，正在整改1个。",
)  # fmt: skip
def _count_sum(text: Text) -> Mistakes:
    overall = totals(text)
    for line, counted in enumerate(stated_counts(text)):
        for thing in _THINGS:
            counts = [count for count in counted if count.thing == thing]
            parts = [count for count in counts if count.role not in {"total", "published"}]
            wholes = [count for count in counts if count.role == "total"]
            wholes = wholes or (overall[thing] if line < text.opening_end else [])
            if parts and wholes and _contradicts(parts, {whole.number for whole in wholes}):
                yield parts[-1][:2], _sum_message(parts, wholes[0]), _("count again, and correct one of them")


def _contradicts(parts: list[Count], totals: set[int]) -> bool:
    """Return whether parts are more than every total; or, if done and other parts are stated, equal none of the totals."""
    stated_roles = {part.role for part in parts}
    total = sum(part.number for part in parts)
    complete = len(parts) > 1 and "done" in stated_roles
    # A role that is stated twice was counted at two times, or for two kinds.
    return len(stated_roles) == len(parts) and total not in totals and (complete or total > max(totals))


def _sum_message(parts: list[Count], whole: Count) -> str:
    shown, message = str(parts[0].number), _("{part} is more than the total of {total} {things}")
    if len(parts) > 1:
        shown = f"{' + '.join(str(part.number) for part in parts)} = {sum(part.number for part in parts)}"
        message = _("{part} does not match the total of {total} {things}")
    return message.format(part=shown, total=whole.number, things=thing_name(whole.thing))


@RULES.rule("count-differs",
    why="A total has the same number wherever it is stated.",
    example="细化为14个问题，逐项整改。\n截至目前，梳理出的1{5→4}个问题已完成整改13个。",
)  # fmt: skip
def _count_differs(text: Text) -> Mistakes:
    """Find different totals of one thing; the number in the feedback may be lower than after it was broken down."""
    for wholes in totals(text).values():
        first: dict[bool, int] = {}
        for count in wholes:
            earlier = first.setdefault(count.refined, count.number)
            if earlier != count.number:
                message = _("the total here is {number} {things}, but earlier it was {earlier}")
                shown = message.format(number=count.number, things=thing_name(count.thing), earlier=earlier)
                yield count[:2], shown, _("count again, and correct one of them")


@RULES.rule("count-unit", "note",
    why="What is counted in 条 once is always counted in 条.",
    example="制定34条整改措施，33{项→条}措施已完成。",
)  # fmt: skip
def _count_unit(text: Text) -> Mistakes:
    """Find the first unit of measures that differs from the one used first."""
    measures = [count for count in opening_counts(text) if count.thing == "measures"]
    other = next((count for count in measures if count.unit != measures[0].unit), None)
    if other:
        message = _("measures are counted in {unit} here, but earlier in {first}")
        shown = message.format(unit=other.unit, first=measures[0].unit)
        yield other[:2], shown, _("choose one of them")


@RULES.rule("completion-rate",
    why="The rate is the number complete divided by the total: 19 of 25 is 76 %.",
    example="反馈25个问题，已完成整改19个，正在整改6个，整改完成率7{8→6}%。",
)  # fmt: skip
def _completion_rate(text: Text) -> Mistakes:
    """Find rates that are no quotient of counts in their line or in the opening."""
    whole = opening_counts(text)
    for line, counts in enumerate(stated_counts(text)):
        for rate in rates(text.half_width[line]):
            opening = whole if line < text.opening_end else []
            quotients = _quotients(counts, rate.thing) or _quotients(opening, rate.thing)
            if quotients and not any(is_share(rate.percent, *quotient) for quotient in quotients):
                done, total = quotients[0]
                message = _("{done} of {total} is {rate}, not {written}%")
                right = {"rate": percent(done, total), "written": rate.percent}
                shown = message.format(done=done, total=total, **right)
                yield (line, rate.start), shown, ""


def _quotients(counts: Sequence[Count], thing: Thing | None) -> list[tuple[int, int]]:
    """Return pairs of part and total of which a rate may be the quotient, the likeliest first."""
    quotients = []
    for kind in _THINGS if thing is None else (thing,):
        numbers = defaultdict[str, list[int]](list)
        for count in counts:
            numbers[count.role] += [count.number] if count.thing == kind else []
        for others in ([0], numbers["partial"]):
            pairs = [(whole, done) for whole in numbers["total"] for done in numbers["done"]]
            quotients += [(done + other, whole) for whole, done in pairs for other in others]
    return quotients


RULES.pattern("rate-impossible", "error",
    r"(?:(?<![一-鿿])完成|(?<=整改|问题|措施)完成|销号|办结|整改|合规|覆盖|合格|达标|公开|上报|录入|占比|比例)(?:率|重)?(?:为|达到?|是)?\s*"
    r"(?!100(?:\.0{1,4})?\s*[%％])[1-9][0-9]{2,4}(?:\.[0-9]{1,4})?\s*[%％]",
    mark("“{words}” is more than the total"),
    why="No more than the total can be complete.",
    example="截至目前，整改完成率10{3→0}%。",
)  # fmt: skip


def ledger_facts(register: Register, today: date) -> LedgerFacts:
    """Return what a notice of a ledger should state on a day."""
    counts = tally(register, today)
    return LedgerFacts(
        counts.organisation,
        date.fromisoformat(register.frame.feedback) if register.frame.feedback else None,
        {
            ("problems", "total"): counts.problems,
            ("problems", "done"): counts.problems_closed,
            ("problems", "published"): counts.published_problems,
            ("measures", "total"): counts.measures,
            ("measures", "done"): counts.closed,
            ("measures", "ongoing"): counts.by_status["in_progress"] + counts.by_status["submitted"],
            ("measures", "published"): counts.published_measures,
        },
    )


def is_about_ledger(text: Text, facts: LedgerFacts) -> bool:
    """Return whether a notice is about the ledger's organisation: it names it, or gives its day of feedback, or names none."""
    name = (facts.organisation or "").removeprefix("中共")
    if name and any(name in words for words in text.texts):
        return True
    feedback = case_dates(text).feedback
    if feedback and feedback.date.exact and facts.feedback:
        return feedback.date.exact == facts.feedback
    return not text.notice.organisation


def _listed_counts(text: Text) -> dict[Thing, int]:
    """Return the numbers of problems and measures in the notice, as `import notice` reads them."""
    problems = [problem for category in text.notice.categories for problem in category.problems]
    return {"problems": len(problems), "measures": sum(len(problem.measures) for problem in problems)}


@RULES.rule("more-than-stated",
    why="A notice that says 3 and shows 4 contradicts itself.",
    example="一、基本情况\n细化为{1→2}个问题。\n二、整改情况\n（一）学习方面\n1.学习不够深入\n一是制定计划。二是集中学习。\n2.研讨不够充分\n一是列出题目。二是逐一发言。",
)  # fmt: skip
def _more_than_stated(text: Text) -> Mistakes:
    """Find more problems or measures than the stated total, or another number than is said to be published."""
    published = {count.thing: count for count in opening_counts(text) if count.role == "published"}
    for thing, wholes in totals(text).items():
        stated = published.get(thing)
        if not (stated or wholes):
            continue
        number = _listed_counts(text)[thing]
        if stated is None or number in {0, stated.number}:
            too_many = number > max((count.number for count in wholes), default=number)
            stated = wholes[-1] if too_many else None
        if stated:
            yield stated[:2], _total_message(stated, number), _("count again, and correct one of them")


def _total_message(stated: Count, listed: int) -> str:
    message = _("{number} {things} are stated here, {shown} are shown below")
    return message.format(number=stated.number, things=thing_name(stated.thing), shown=listed)


@RULES.rule("fewer-than-stated", "warning",
    why="A reader who is told of 3 problems and finds 2 wonders about the third; the notice should say that not all is published.",
    example="一、基本情况\n细化为3个问题{→，现将可以公开的2个问题公布如下}。\n二、整改情况\n（一）学习方面\n1.学习不够深入\n一是制定计划。二是集中学习。\n2.研讨不够充分\n一是列出题目。二是逐一发言。",
)  # fmt: skip
def _fewer_than_stated(text: Text) -> Mistakes:
    """Find fewer problems or measures than the stated total, if no word says that not all are published."""
    if any(_PARTLY_PUBLISHED.search(words) for words in text.texts):
        return
    hint = _("say that not all is published, such as {example}", example="现将可以公开的问题公布如下")
    for thing, wholes in totals(text).items():
        if wholes and 0 < (number := _listed_counts(text)[thing]) < min(count.number for count in wholes):
            yield wholes[-1][:2], _total_message(wholes[-1], number), hint


@RULES.rule("ledger-count",
    why="Every number in a notice matches the ledger.",
    example="细化为1{5→4}个问题，制定34条整改措施。",
)  # fmt: skip
def _ledger_count(text: Text) -> Mistakes:
    ledger_counts = text.facts.counts if text.facts else {}
    for count in opening_counts(text):
        # The problems in the feedback may have been broken down into more.
        is_feedback = (count.thing, count.role, count.refined) == ("problems", "total", False)
        number = ledger_counts.get((count.thing, count.role), count.number)
        if number != count.number and not is_feedback:
            message = _("“{words}”: the ledger says {number}", words=count.words, number=number)
            yield count[:2], message, ""


@RULES.rule("ledger-date",
    why="The day of the feedback matches the ledger.",
    example="2023年6月5日至9月8日开展巡察，于11月1{2→0}日反馈了巡察情况。",
)  # fmt: skip
def _ledger_date(text: Text) -> Mistakes:
    stated = case_dates(text).feedback
    if text.facts and text.facts.feedback and stated and stated.date.exact not in {None, text.facts.feedback}:
        words = text.texts[stated.line][stated.date.start : stated.date.end]
        message = _("“{words}”: the ledger says {number}")
        sentence = message.format(words=words, number=in_words(text.facts.feedback))
        yield (stated.line, stated.date.start), sentence, ""
