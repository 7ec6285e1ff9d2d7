"""The title of a document, broken into lines as a person would: no word and no name is torn, and the lines have a shape.

GB/T 9704-2012, 7.3.1: a title may stand on several lines, its words whole, its lines centred, in the shape of a trapezoid or
a rhombus.
"""

from __future__ import annotations

import re
from itertools import accumulate, combinations, pairwise
from typing import TYPE_CHECKING, Final

from xuncha.chinese.characters import width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_LINES: Final = 4
"""Beyond these no shape is looked for."""
_TORN: Final = 60.0
"""What it costs to break where nobody would: no shape is worth it, but a line too long is."""
_INSIDE_A_NAME: Final = 40.0
_INSIDE_A_TERM: Final = 30.0
_BETWEEN_WORDS: Final = 10.0
_AFTER_A_NAME: Final = 8.0
_SUBJECT_ON_THE_LINE_BEFORE: Final = 10.0
"""What it costs not to begin a line with what the title is about."""
_ONE_MORE_LINE: Final = 3.0
_WAIST: Final = 15.0
_ALL_ALIKE: Final = 2.0
"""A rectangle is neither a trapezoid nor a rhombus."""
_NOT_FIRST = re.compile(r"[的地得和与及暨或等者了、，。：；！？）》”’〕)]")
"""What does not begin a line."""
_NOT_LAST = re.compile(r".*([和与及暨或对向给将在以从按为第中]|关于|中共|[（《“‘〔(]|[0-9A-Za-z])")
"""What does not end one."""
_BEGINS = re.compile(r"关于|对于|转发|印发")
"""What a title is about begins here: the best place for a new line."""
_BODY = re.compile(
    r".*(党组|党委|党工委|纪委|纪检组|监委|工委|市委|省委|县委|区委|州委|旗委|镇委|乡委|委员会|政府|办公室|办公厅|"
    r"部务会|理事会|董事会|管委会|村委会|居委会|支委会|局|厅|部|院|组|中心|公司|集团|银行|大学|学院|学校|中学|小学|医院|协会|联合会|总工会|支部|总支|街道|社区)"
)
"""How names of bodies end."""
_TERMS = re.compile(
    r"巡[察视]反馈(意见|问题)|反馈(意见|问题)|集中整改|整改(落实|工作|进展)*情况|巡[察视]整改|进展情况|(落实|工作|实施)方案|工作(周报|规则|规定)|管理办法"
)
"""Terms of the field that stand on one line where they can."""


def lines(title: str, longest: int) -> list[str]:
    """The title in lines.

    Args:
        title: on one line.
        longest: full-width characters in a line.
    """
    if width(title) <= longest:
        return [title]
    words = list(_words(title, longest))
    costs = _costs(words)
    fewest = int(-(-width(title) // longest))
    found = [
        (cost, parts)
        for count in range(fewest, min(fewest + 2, _MOST_LINES + 1))
        for cost, parts in _ways(words, costs, count, longest)
    ]
    return min(found)[1] if found else _filled(words, longest)


def _words(title: str, longest: int) -> Iterator[str]:
    """The words of a title; one that no line holds is cut."""
    import rjieba  # noqa: PLC0415  reads its dictionary, a tenth of a second; short titles do without

    for word in rjieba.cut(title):
        while width(word) > longest:
            yield word[:longest]
            word = word[longest:]  # noqa: PLW2901  what is left of it
        yield word


def _costs(words: Sequence[str]) -> list[float]:
    """What it costs to begin a line with each of the words but the first."""
    inside, terms = _names(words), _inside_terms(words)
    depth, costs = 0, []
    for place, (before, word) in enumerate(pairwise(words), 1):
        depth += len(re.findall("[《“‘（〔]", before)) - len(re.findall("[》”’）〕]", before))
        if _NOT_FIRST.match(word) or _NOT_LAST.fullmatch(before):
            cost = _TORN
        elif _BEGINS.match(word):
            cost = 0.0
        elif place in inside or depth > 0:
            cost = _INSIDE_A_NAME
        elif place in terms:
            cost = _INSIDE_A_TERM
        else:
            cost = _AFTER_A_NAME if _BODY.fullmatch(before) else _BETWEEN_WORDS
        costs.append(cost)
    return costs


def _names(words: Sequence[str]) -> set[int]:
    """The places of words inside the name of a body: from the beginning, or from 关于, to its last such word before the next."""
    found: set[int] = set()
    start = 0
    ends = [place for place, word in enumerate(words) if _BEGINS.match(word) or word == "对"]
    for end in (*ends, len(words)):
        last = max((place for place in range(start, end) if _BODY.fullmatch(words[place])), default=start)
        found |= set(range(start + 1, last + 1))
        start = end + 1
    return found


def _inside_terms(words: Sequence[str]) -> set[int]:
    """The places of words inside a term of the field."""
    starts = list(accumulate(map(len, words), initial=0))
    spans = [match.span() for match in _TERMS.finditer("".join(words))]
    return {place for place, start in enumerate(starts) if any(first < start < last for first, last in spans)}


def _ways(
    words: Sequence[str], costs: Sequence[float], count: int, longest: int
) -> Iterator[tuple[float, list[str]]]:
    """Every way to make so many lines that are short enough, with its cost."""
    for breaks in combinations(range(1, len(words)), count - 1):
        parts = ["".join(words[start:end]) for start, end in pairwise((0, *breaks, len(words)))]
        widths = [width(part) for part in parts]
        if max(widths) <= longest:
            broken = sum(costs[place - 1] for place in breaks)
            if 0.0 in costs and all(costs[place - 1] for place in breaks):
                broken += _SUBJECT_ON_THE_LINE_BEFORE
            yield broken + _ONE_MORE_LINE * count + _unshapely(widths), parts


def _unshapely(widths: Sequence[float]) -> float:
    """How far lines are from being balanced, and from a trapezoid or a rhombus."""
    mean = sum(widths) / len(widths)
    cost = sum((each - mean) ** 2 for each in widths) / len(widths)
    waist = any(
        before > each < after for before, each, after in zip(widths, widths[1:], widths[2:], strict=False)
    )
    return cost + (_WAIST if waist else 0) + (_ALL_ALIKE if len(set(widths)) == 1 else 0)


def _filled(words: Sequence[str], longest: int) -> list[str]:
    """Lines filled one after the other, of a title that is too long for a shape."""
    found = [""]
    for word in words:
        if width(found[-1] + word) > longest:
            found.append("")
        found[-1] += word
    return found
