"""Find counts of problems and measures, the words that say what a count means, and rates: 14个问题, 33项措施, 已完成, 完成率76%."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from xuncha.chinese.characters import half_width_digits
from xuncha.chinese.numbers import NUMBER, whole_number

Thing = Literal["problems", "measures"]
RoleName = Literal["published", "planned", "not_started", "partial", "unfinished", "ongoing", "done", "total"]

_MEASURES: Final = "措施|任务|举措|事项"
_KINDS: Final = r"(?:具体|突出|主要|重点|反馈|巡察|整改|落实|工作|共性|个性|典型|难点|面上|现实|实际|遗留|立行立改|限期整改|长期|存在|方面|的)*"
"""Words between the unit and the thing that is counted: 14个具体问题."""
_COUNT: Final = re.compile(
    rf"(?P<before>约|近|超过?|大约|将近)?(?<![0-9.〔\[第])(?P<number>{NUMBER})\s*(?P<about>余|多)?\s*(?P<unit>个|项|条|件)"
    rf"(?!大?方面|大?类|领域|百分点)(?:{_KINDS}(?:(?P<problems>问题)|(?P<measures>{_MEASURES})))?"
)
_THING: Final = re.compile(rf"(?P<problems>问题)|(?P<measures>{_MEASURES})")
_FINISHED: Final = "(?:完成|整改到位|销号|办结|落实|解决)"
_ROLES: Final[dict[RoleName, str]] = {
    "published": "公开|公布|公示|通报如下|展示",
    "planned": "未来",
    "not_started": "(?:尚|还)?未(?:启动|开始|开展)",
    "partial": f"(?:基本|部分|初步|阶段性)(?:整改)?{_FINISHED}|阶段性",
    "unfinished": f"(?:尚未|仍未|还未|未能|未|没有)(?:整改)?{_FINISHED}|未到位|未整改|尚未",
    "ongoing": "正在|正按|推进|持续|继续|长期|剩余|剩下|其余|整改中|进行中|尚有|仍有|还有|延期",
    "done": "完成|整改到位|办结|销号|已经?整改|得到整改|整改了|落实到位|已经?落实|全部落实|解决|清零|已改",
    "total": "反馈|指出|提出|梳理|细化|分解|明确|确定|制定|制订|提炼|认领|涉及|共有|列出|归纳|形成|研究|分为|总共|共计|合计|发现|排查|查摆|查找",
}
_PLANNED: Final = re.compile(
    r"(?<!按)(?<!按照)(?<!照)计划|预计|力争|争取|确保|承诺|保证|要求|目标|(?<!模)拟|必?须|(?<!所)需(?!求)|(?<![相供对反响适])应(?![急用对])"
    r"|(?<![期对招接款])待(?!遇)|下一?步|将[于在]|(?:将|确定)(?=(?:全部|全面|按期|如期)?$)"
)
"""Words before 完成 that make it a plan or a duty."""
_DEADLINE: Final = re.compile(
    r"(?:底|末|月|年|日|号)(?:之|以)?前|(?:到|(?<!截)至)(?:19|20)\d\d年[^，,已]{0,8}$"
)
"""A time limit before 完成: the thing is not done yet, unless the text says 已."""
_NEGATION: Final = re.compile(
    r"(?:未|没有?|不能|无法|难以|不得|并非)(?:能够?|按期|如期|按时|按要求|全部|全面|完全|彻底|真正|都|均)*$"
)
_PARTIAL: Final = re.compile(
    r"(?:整改|落实|工作|任务)*(?:了|的)?(?:方案|计划|初稿|前期|台账|责任分工|不足|不到|不满|未满|过半|一半)"
)
"""Words after 完成 which show that something else, or only a part, is complete."""
_CONTEXT: Final = 60  # how many characters before a word are searched for words that change its meaning
_ROLE: Final = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _ROLES.items()))
_RATE: Final = re.compile(
    r"(?:(?P<problems>问题)|(?P<measures>措施|任务))?[^，。；、0-9]{0,6}?(?P<rate>(?:整改)?(?:完成|办结|销号|整改)率[^0-9，。；百%％]{0,8}"
    r"(?P<percent>[0-9]{1,4}(?:\.[0-9]{1,4})?)\s*[%％])"
)
_LETTERS: Final = re.compile("信访|来信|来访|举报|线索|案件|诉求|投诉|工单")
"""Words for what people report. Its rate of completion is not that of the rectification: 收到信访件20件，办结率85%."""


class Count(NamedTuple):
    """A number with the unit 个, 项, 条 or 件."""

    start: int
    end: int  # where the unit ends
    number: int
    is_approximate: bool  # whether 余, 多, 约 or 近 says that the number is not exact
    unit: str
    thing: Thing | None  # the thing that is named right after the unit
    named_end: int  # where the name of the thing ends; without a name, the same as `end`


class Role(NamedTuple):
    """Words that say what a count means: the total, those done, those in progress, and so on."""

    start: int
    end: int
    name: RoleName


class Rate(NamedTuple):
    """A rate of completion."""

    start: int
    end: int
    thing: Thing | None
    percent: str  # as it is written, such as 98.71


def counts(text: str) -> Iterator[Count]:
    """Find the counts of a line: 14个问题, 三十三项措施, 20余项. Skip ordinals (第3个) and counts of groups (4个方面)."""
    for match in _COUNT.finditer(half_width_digits(text)):
        if (number := whole_number(match["number"])) is not None:
            about = bool(match["about"] or match["before"])
            start, end = match.start("number"), match.end("unit")
            yield Count(start, end, number, about, match["unit"], _thing(match), match.end())


def things(text: str) -> Iterator[tuple[Thing, int, int]]:
    """Find where a line names problems or measures. Yield which of the two, the start and the end."""
    for match in _THING.finditer(text):
        yield "problems" if match["problems"] else "measures", *match.span()


def roles(text: str) -> list[Role]:
    """Find the words of a line that say what a count means, in order."""
    return [Role(*match.span(), _role(text, match)) for match in _ROLE.finditer(text)]


def _role(text: str, match: re.Match[str]) -> RoleName:
    """Return the role of a word in its context: 完成 that is planned, denied or said of something else is not `done`."""
    name = next(name for name in _ROLES if match[name])
    if name != "done":
        return name
    before = re.split("[，,。；;：:！\n]", text[max(0, match.start() - _CONTEXT) : match.start()])[-1]
    if _NEGATION.search(before) or _PARTIAL.match(text, match.end()):
        return "unfinished"
    already = any(word in before for word in ("已", "截至", "截止")) or match[0].startswith("已")
    return "planned" if _PLANNED.search(before) or (_DEADLINE.search(before) and not already) else "done"


def rates(text: str) -> Iterator[Rate]:
    """Find the completion rates of a line: 整改完成率76%, 措施办结率为98.71％."""
    for match in _RATE.finditer(half_width_digits(text)) if "率" in text else ():
        thing = _thing(match)
        start = match.start(thing or "rate")
        # 问题 and 整改 say what the rate is of, unless letters are named in the same clause: 信访问题办结率.
        marks = "。；;，,、" if thing or match["rate"].startswith("整改") else "。；;"
        begin = max(text.rfind(mark, 0, start) for mark in marks) + 1
        if not _LETTERS.search(text, begin, match.start("rate")):
            yield Rate(start, match.end(), thing, match["percent"])


def is_share(percent: str, part: float, whole: float) -> bool:
    """Return whether a percentage as it is written, rounded or cut off, is the share of a part in a whole."""
    return abs(float(percent) - 100 * part / whole) < 10.0 ** -len(percent.partition(".")[2])


def _thing(match: re.Match[str]) -> Thing | None:
    return "problems" if match["problems"] else "measures" if match["measures"] else None
