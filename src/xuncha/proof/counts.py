"""Counts that contradict each other, what is listed, or the ledger."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal, NamedTuple

from xuncha.language import gettext as _
from xuncha.proof.catalogue import Remark, rule
from xuncha.proof.text import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xuncha.proof.text import Text

Thing = Literal["problems", "measures"]
Role = Literal["total", "published", "done", "partial", "ongoing", "open"]
THINGS: tuple[Thing, Thing] = ("problems", "measures")
_SENTENCE = re.compile(r"[^。；;！？]+")
_CLAUSE = re.compile(r"[^，,：:]{1,300}")
"""What is longer is no clause that anybody wrote; each count looks through all of its own."""
_ASIDE = re.compile(r"[（(][^（）()]{0,40}[）)]")
_COUNT = re.compile(
    r"(?<![0-9.〔\[第])(?P<number>[0-9]{1,6}|[二三四五六七八九十百两]{1,5})(?P<about>余|多)?\s*(?P<unit>个|项|条|件)(?!方面|类|百分点)(?=(?P<behind>[^，。；、：0-9（）()]{0,10}))"
)
_THINGS: tuple[tuple[Thing, re.Pattern[str]], ...] = (
    ("measures", re.compile("措施|任务")),
    ("problems", re.compile("问题")),
)
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("published", re.compile("公开|公布|公示|通报如下|展示")),
    ("open", re.compile("未完成|尚未|未整改|没有完成|未启动|未销号|未办结|未到位")),
    ("partial", re.compile("基本完成|部分完成|阶段性")),
    ("ongoing", re.compile("正在|推进中|持续|进行中|继续|正按|长期坚持")),
    ("done", re.compile("完成|办结|销号|整改到位|已整改|已经整改|得到整改")),
    (
        "total",
        re.compile(
            "反馈|指出|提出|发现|梳理|细化|分解|制定|制订|认领|共|涉及|明确|确定|列出|形成|归纳|排查|查摆|查找"
        ),
    ),
)
_REFINED = re.compile("梳理|细化|分解|制定|制订|明确|确定|列出|形成|归纳")
_PARTLY = re.compile(r"其中|包括|含")
_OTHERS = re.compile("重点|突出|共性|难点|典型|遗留")
"""Before 问题: some of them, chosen by another measure."""
_EARLIER = re.compile("上一?[轮次届]|历次|以往|往年|去年")
"""Of another inspection."""
_RATE = re.compile(
    r"(?P<of>(?:问题|措施|任务|总体|总)?)(?:整改)?(?:完成|销号|办结|整改)率(?:已)?(?:为|达到?|是|约)?(?:了)?\s*(?P<rate>[0-9]{1,4}(?:\.[0-9]{1,4})?)\s*[%％]"
)
_SHARE = re.compile(
    r"(?:完成|销号|办结|整改|合规|覆盖|合格|达标|公开|上报|录入|占比|比例)(?:率|重)?(?:为|达到?|是)?\s*(?P<rate>[0-9]{1,5}(?:\.[0-9]{1,4})?)\s*[%％]"
)


class Stated(NamedTuple):
    """A count as a notice states it."""

    line: int
    start: int
    words: str
    thing: Thing
    role: Role
    number: int
    unit: str
    refined: bool
    """Of a total: not what was fed back, but what it was broken down into."""


class Rate(NamedTuple):
    """A share as a notice states it."""

    line: int
    start: int
    words: str
    thing: Thing | None
    written: str


@lru_cache(maxsize=1)
def stated(text: Text) -> tuple[tuple[Stated, ...], ...]:
    """The counts of problems and measures, line by line; what is only a part of a part is left out."""
    return tuple(tuple(_stated(text, line)) for line in range(len(text.lines)))


def _stated(text: Text, line: int) -> list[Stated]:
    found: list[Stated] = []
    words = _ASIDE.sub(lambda aside: " " * len(aside[0]), text.plain[line])
    for sentence in _SENTENCE.finditer(words):
        thing: Thing | None = None
        within = False
        for clause in _CLAUSE.finditer(sentence[0]):
            if _PARTLY.match(clause[0].strip()) and found and found[-1].role != "total":
                within = True
            counts = list(_COUNT.finditer(clause[0]))
            for count, following in zip_longest(counts, counts[1:]):
                thing = _thing(clause[0], count, thing)
                role = _role(clause[0], count, following)
                number = number_of(count["number"])
                other = _OTHERS.search(count["behind"]) or _EARLIER.search(clause[0])
                if thing and role and number and not (within or other or count["about"]):
                    start = sentence.start() + clause.start() + count.start()
                    shown = text.texts[line][start : start + len(count[0])]
                    refined = bool(_REFINED.search(clause[0]))
                    found.append(Stated(line, start, shown, thing, role, number, count["unit"], refined))
    return found


def _thing(clause: str, count: re.Match[str], before: Thing | None) -> Thing | None:
    """What is counted: what stands behind the number, else before it in the clause, else what was counted last."""
    for part in (count["behind"], clause[: count.start()][-12:]):
        found = [(match.start(), thing) for thing, words in _THINGS if (match := words.search(part))]
        if found:
            return min(found)[1]
    other = re.match(r"(?:项目|企业|文件|制度|部门|单位|人|次|村|社区|科室|清单)", count["behind"])
    return None if other else before


def _role(clause: str, count: re.Match[str], following: re.Match[str] | None) -> Role | None:
    """What is said of it: 25个问题中 is a total whatever follows, as is what 已完成 and another number follow; else the verb."""
    if re.search(r"(?:问题|措施|任务)?(?:中|里)", count["behind"]):
        return "total"
    if following and _is_named(count["behind"]) and not _is_named(following["behind"]):
        between = clause[count.end("unit") : following.start()]
        if any(words.search(between) for role, words in _ROLES if role not in {"total", "published"}):
            return "total"
    before = clause[: count.start()]
    # 14个问题中已完成13个: what stands before the number of the part belongs to the whole.
    begin = max(before.rfind("、"), before.rfind("中")) + 1
    end = clause.find("、", count.end())
    for part in (clause[begin : end if end >= 0 else None], clause):
        if role := next((role for role, words in _ROLES if words.search(part)), None):
            return role
    return None


def _is_named(words: str) -> bool:
    """Whether problems or measures are named."""
    return any(pattern.search(words) for _thing, pattern in _THINGS)


def rates(text: Text, line: int) -> list[Rate]:
    """The rates of completion in a line."""
    found = []
    for match in _RATE.finditer(text.plain[line]):
        thing: Thing | None = {"问题": "problems", "措施": "measures", "任务": "measures"}.get(match["of"])  # type: ignore[assignment]
        start, end = match.span()
        found.append(Rate(line, start, text.texts[line][start:end], thing, match["rate"]))
    return found


def opening(text: Text) -> list[Stated]:
    """The counts that the notice gives of the whole rectification."""
    return [count for counts in stated(text)[: text.opening] for count in counts]


def totals(text: Text) -> dict[Thing, list[Stated]]:
    """How many problems and measures there are in all, wherever the opening says so."""
    found: dict[Thing, list[Stated]] = {thing: [] for thing in THINGS}
    for count in opening(text):
        if count.role == "total":
            found[count.thing].append(count)
    return found


def named(thing: Thing) -> str:
    """What is counted, in the language on screen."""
    return _("problems") if thing == "problems" else _("measures")


@rule(
    "count-sum",
    "error",
    why="What is complete and what is not yet must add up to the total: it is the first sum that readers do.",
    wrong="梳理为15个问题，已完成整改13个，正在整改1个。",
    right="梳理为14个问题，已完成整改13个，正在整改1个。",
)
def count_sum(text: Text) -> Iterator[Remark]:
    """Parts that do not add up to the total, line by line."""
    known = totals(text)
    for line, counts in enumerate(stated(text)):
        for thing in THINGS:
            mine = [count for count in counts if count.thing == thing]
            parts = [count for count in mine if count.role not in {"total", "published"}]
            wholes = [count for count in mine if count.role == "total"]
            if not wholes and line < text.opening:
                wholes = known[thing]
            if parts and wholes:
                yield from _sum(parts, wholes)


def _sum(parts: list[Stated], wholes: list[Stated]) -> Iterator[Remark]:
    roles = [part.role for part in parts]
    if len(set(roles)) < len(roles):
        return  # the same is counted twice: at two times, or of two kinds
    total = sum(part.number for part in parts)
    known = {whole.number for whole in wholes}
    complete = len(parts) > 1 and "done" in roles
    if total in known or (not complete and total < max(known)):
        return
    last = parts[-1]
    sum_shown = " + ".join(str(part.number) for part in parts)
    whole = wholes[0]
    if len(parts) == 1:
        message = _("{part} is more than the {total} {things} in all")
    else:
        message = _("{part} is not the {total} {things} in all")
    yield Remark(
        last.line,
        last.start,
        last.words,
        message.format(
            part=sum_shown if len(parts) == 1 else f"{sum_shown} = {total}",
            total=whole.number,
            things=named(whole.thing),
        ),
        _("count again, and correct one of them"),
    )


@rule(
    "count-differs",
    "error",
    why="One total has one number, wherever it is said.",
    wrong="细化为14个问题，逐项整改。\n截至目前，梳理出的15个问题已完成整改13个。",
    right="细化为14个问题，逐项整改。\n截至目前，梳理出的14个问题已完成整改13个。",
)
def count_differs(text: Text) -> Iterator[Remark]:
    """Totals of one thing that differ; what was fed back may be fewer than what it was broken down into."""
    for counts in totals(text).values():
        first: dict[bool, Stated] = {}
        for count in counts:
            earlier = first.setdefault(count.refined, count)
            if earlier.number != count.number:
                yield Remark(
                    count.line,
                    count.start,
                    count.words,
                    _("here it is {number} {things} in all, before it was {earlier}").format(
                        number=count.number, things=named(count.thing), earlier=earlier.number
                    ),
                    _("count again, and correct one of them"),
                )


@rule(
    "count-unit",
    "note",
    why="What is counted in 条 once is counted in 条 always.",
    wrong="制定34条整改措施，33项措施已完成。",
    right="制定34条整改措施，33条措施已完成。",
)
def count_unit(text: Text) -> Iterator[Remark]:
    """Units of measures that change."""
    counts = [count for count in opening(text) if count.thing == "measures"]
    for count in counts:
        if count.unit != counts[0].unit:
            yield Remark(
                count.line,
                count.start,
                count.words,
                _("measures are counted in {unit} here, before in {first}").format(
                    unit=count.unit, first=counts[0].unit
                ),
                _("choose one of them"),
            )
            return


@rule(
    "completion-rate",
    "error",
    why="The rate is what is complete divided by the total: 19 of 25 is 76 %.",
    wrong="反馈25个问题，已完成整改19个，正在整改6个，整改完成率78%。",
    right="反馈25个问题，已完成整改19个，正在整改6个，整改完成率76%。",
)
def completion_rate(text: Text) -> Iterator[Remark]:
    """Rates that are the quotient of nothing that is stated in their line, or in the opening."""
    whole = opening(text)
    for line, counts in enumerate(stated(text)):
        for rate in rates(text, line):
            quotients = _quotients(counts, rate.thing)
            if not quotients and line < text.opening:
                quotients = _quotients(whole, rate.thing)
            if quotients and not any(_same(rate.written, done, total) for done, total in quotients):
                done, total = quotients[0]
                yield Remark(
                    rate.line,
                    rate.start,
                    rate.words,
                    _("{done} of {total} is {rate}%, not {written}%").format(
                        done=done, total=total, rate=f"{100 * done / total:.2f}", written=rate.written
                    ),
                )


def _quotients(counts: Sequence[Stated], thing: Thing | None) -> list[tuple[int, int]]:
    """What may have been divided by what, the likeliest first."""
    found = []
    for each in THINGS if thing is None else (thing,):
        mine = [count for count in counts if count.thing == each]
        wholes = [count.number for count in mine if count.role == "total"]
        done = [count.number for count in mine if count.role == "done"]
        partial = [count.number for count in mine if count.role == "partial"]
        found += [(one, whole) for whole in wholes for one in done]
        found += [(one + other, whole) for whole in wholes for one in done for other in partial]
    return [(one, whole) for one, whole in found if whole]


def _same(written: str, done: int, total: int) -> bool:
    """Whether a rate is the quotient, rounded or cut off."""
    places = len(written.partition(".")[2])
    step = 10.0**-places
    return abs(float(written) - 100 * done / total) < step


@rule(
    "rate-impossible",
    "error",
    why="No more than all can be complete.",
    wrong="截至目前，整改完成率103%。",
    right="截至目前，整改完成率100%。",
)
def rate_impossible(text: Text) -> Iterator[Remark]:
    """Shares of more than a hundred per cent."""
    for line, words in enumerate(text.plain):
        for match in _SHARE.finditer(words):
            if float(match["rate"]) > 100:  # noqa: PLR2004
                shown = text.texts[line][match.start() : match.end()]
                message = _("“{words}” is more than all").format(words=shown)
                yield Remark(line, match.start(), shown, message)
