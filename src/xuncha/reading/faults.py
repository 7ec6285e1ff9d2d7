"""What a heading says: a fault that was found, or what was done about it; and which part of a notice a chapter is."""

from __future__ import annotations

import re

from xuncha.reading.marks import items, labels

_LONGEST = 150
"""Characters of a heading."""
_NAMES_A_FAULT = re.compile(
    r"^(?:关于|针对|对于|聚焦|在[“\"「]|[“\"「])"
    r"|(?:问题|方面|现象|情形)(?:的?整改(?:落实)?(?:进展)?(?:情况)?)?$"
    r"|[”\"」]的?整改(?:落实)?(?:进展)?(?:情况)?$"
)
_SOUNDS_LIKE_A_FAULT = re.compile(
    r"不(?![断仅忘定折但准时只同敢懈])|(?<![从并])未(?!来)|没有|缺[乏失位少]|薄弱|滞后|偏[差低少慢软松]|差距|[弱淡虚边老]化"
    r"|短板|漏洞|盲区|欠缺|缓慢|松[懈散弛]|流于形式|走过场|打折扣|失之于|过[多高低长]|宽松|粗放|违[规反]|迟报|漏报|有待|乏力"
    r"|浮于|形同虚设|悬空|屡禁|重[^，。]{1,8}轻|脱节|随意|混乱|拖延|推诿|不足|空转|虚设|超标|欠账|隐患"
)
_PLAN = re.compile(r"下一?步|下一?阶段|今后|后续|打算|努力方向|工作(?:计划|安排)|长效机制|常态长效")
_PROGRESS = re.compile(
    r"(?:反馈|具体|重点|突出|问题|任务|事项|意见).*(?:整改|落实|完成|进展)|整改.*(?:进展|落实|完成|成效)(?:情况)?"
)
_PAIRS = dict(zip("“‘《「（(〔【", "”’》」）)〕】", strict=True))
_FARTHEST = 300
"""Characters within which a quotation ends; one that does not is taken for none."""


def heading_end(text: str) -> int:
    """Where the heading ends with which a paragraph begins: at a full stop, a label or an enumeration."""
    end = sentence_end(text)
    ends = [label.begin for label in labels(text[: end + 1]) if label.begin]
    ends += [item.begin for item in items(text)[:1] if item.begin]
    return min([end, *ends])


def sentence_end(text: str) -> int:
    """Where the first sentence ends, with its mark; what stands within quotation marks or brackets does not end it."""
    place = 0
    while place < len(text):
        character = text[place]
        if closing := _PAIRS.get(character):
            close = text.find(closing, place, place + _FARTHEST)
            place = close if close > 0 else place
        elif character in "。！？\n":
            return place + 1
        place += 1
    return len(text)


def is_fault(heading: str) -> bool:
    """Whether a heading names a fault, or a field in which there are some, rather than what was done."""
    heading = heading.strip("。；：，、 ")
    return len(heading) <= _LONGEST and bool(
        _NAMES_A_FAULT.search(heading) or _SOUNDS_LIKE_A_FAULT.search(heading)
    )


def names_a_fault(heading: str) -> bool:
    """Whether a heading has the form of one over a problem or a category, whatever it says."""
    return bool(_NAMES_A_FAULT.search(heading.strip("。；：，、 ")))


def is_plan(heading: str) -> bool:
    """Whether a chapter says what comes next."""
    return bool(_PLAN.search(heading))


def is_progress(heading: str) -> bool:
    """Whether a chapter says how the problems have been dealt with."""
    return bool(_PROGRESS.search(heading)) and not is_plan(heading)


def is_category(heading: str) -> bool:
    """Whether a chapter is itself a heading over problems."""
    if is_plan(heading):
        return False
    if is_progress(heading):
        return heading.startswith(("关于", "针对", "在“"))
    return is_fault(heading)
