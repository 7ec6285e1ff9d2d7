"""Sums of anything, such as money, people and meetings: parts and their whole, shares, figures stated twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from xuncha.chinese.counts import is_share
from xuncha.chinese.headings import Level
from xuncha.chinese.numbers import NUMBER, amount
from xuncha.language import gettext as _
from xuncha.proof.chapter import Chapter, Mistakes, Text
from xuncha.proof.counts import stated_counts
from xuncha.tally import percent

RULES = Chapter()
_SENTENCE = re.compile(r"[^。；;！？]{1,600}(?:。(?=其中)[^。；;！？]{1,600})?")
_ASIDE = re.compile(r"[（(](?![^（）()]{0,80}其中)[^（）()]{0,80}[）)]")
_FIGURE = re.compile(
    r"(?P<nearly>约|近|超过?|逾|不足|不少于|不低于|至少|最高|平均|人均|每)?(?<![0-9.〔第至—-])"
    rf"(?P<number>{NUMBER})\s?(?P<more>余|多|几)?\s?(?P<unit>亿元|万元|元|人次|人|名|[户家]次|[户家个项条件起次处份篇批宗亩座台套场期])(?P<noun>[一-鿿]{{0,8}})"
)
_FACTORS = {"亿元": 10**8, "万元": 10**4}
_UNIT_NAMES = {"亿元": "元", "万元": "元", "名": "人"}
_SUM_WORDS = re.compile(
    "其中[，,：:]?(?:包括|包含|含|有)?(?P<parts>(?:(?!其中)[^）)。]){1,300})|(?:共计|合计|总计|总共|一共)"
)
_LEAST_SHARE = 0.6
_NO_PART = re.compile("已|正在|尚|未|涉及|覆盖|带动|惠及|同比|环比|增长|下降|占|率")
_OVERLAP = re.compile("同时|既|女|岁|学历|党员|以[上下]")  # of people: the parts may overlap
_OTHER_PARTS = re.compile("等|其余|其他|其它|余下|剩余|另")
_NAME, _FEW = 24, 8  # characters in a part before its number; characters after the last part, before its sum
_NEAR, _SHORTEST = 60, 3  # characters before a figure that may hold its name; characters of the shortest name
_NOT_LABEL = re.compile("^.*(?:期间|前期|先后|目前|累计|共计|合计|总计|共|已|现|全部|并|[是要了])")
_RATE = re.compile(
    r"(?P<words>(?:完成|办结|销号|整改|化解|解决|兑现|追缴|收缴|清缴|回收|到位|清零|参训|参学)率(?:为|达到?|是)?\s?(?P<rate>[0-9]{1,3}(?:\.[0-9]{1,4})?)\s?[%％])(?!以上|左右)"
)


class Figure(NamedTuple):
    """An exact number with its unit and its place; money is in 元."""

    start: int
    end: int
    number: float
    unit: str
    noun: str  # the words after the unit


def _figures(words: str, begin: int = 0) -> list[Figure]:
    """Return the exact figures in some words that start at `begin`; without a single 一, since 一家 is an article more often than a number."""
    figures = []
    for match in _FIGURE.finditer(words):
        number, unit = amount(match["number"]), match["unit"]
        if number is not None and not (match["number"] == "一" or match["nearly"] or match["more"]):
            number, noun = round(number * _FACTORS.get(unit, 1), 2), match["noun"].removeprefix("的")
            place = begin + match.start("number"), begin + match.end("unit")
            figures.append(Figure(*place, number, _UNIT_NAMES.get(unit, unit), noun))
    return figures


def _listed_parts(words: str, begin: int, whole: Figure) -> tuple[Figure, list[Figure], str]:
    """Return a whole, its listed parts (each a name and a number), and the words after the last part."""
    parts: list[Figure] = []
    for piece in re.finditer("[^、，,]+", words):
        figures, place = _figures(piece[0]), begin + piece.start()
        if len(figures) != 1 or _NO_PART.search(piece[0]) or _is_unrelated(figures[0], whole, piece[0]):
            break
        parts.append(figures[0]._replace(start=place + figures[0].start, end=place + figures[0].end))
    return whole, parts, words[parts[-1].end - begin :] if parts else words


def _is_unrelated(part: Figure, whole: Figure, words: str) -> bool:
    """Return whether a number counts something else than the whole: 3个科室 is no part of 30个问题."""
    if part.unit != whole.unit or part.start > _NAME:
        return True
    nouns = part.noun and whole.noun[:2] not in part.noun and part.noun[-2:] not in whole.noun
    unnamed = part.noun and not (part.start or whole.noun)
    return part.unit not in {"元", "人"} and bool(nouns or unnamed or len(words) - part.end > _NAME // 2)


def _stated_sums(text: Text) -> Iterator[tuple[int, Figure, list[Figure], str, bool]]:
    """Yield line, whole, parts, the words after them, and whether the whole is stated as their sum: no after 其中, yes after 共计."""
    for line, sentence in text.search(_SENTENCE, text.without_titles):
        words, begin = _ASIDE.sub(lambda aside: "\0" * len(aside[0]), sentence[0]), sentence.start()
        for mention in _SUM_WORDS.finditer(words):
            if mention["parts"]:
                unit = next((each.unit for each in _figures(mention["parts"])), None)
                wholes = [each for each in _figures(words[: mention.start()], begin) if each.unit == unit]
                for whole in wholes[-1:]:
                    yield line, *_listed_parts(mention["parts"], begin + mention.start("parts"), whole), False
                continue
            place = max(words.rfind(mark, 0, mention.start() - 1) for mark in "，,：:（(") + 1
            for whole in _figures(words[mention.end() :], begin + mention.end())[:1]:
                _whole, parts, rest = _listed_parts(words[place : mention.start()], begin + place, whole)
                # 甲收回2万元、乙收回3万元，合计收回5万元
                verb = words[mention.end() : whole.start - begin].strip()
                if len(rest) < _FEW and len(parts) > 1 and verb in words[place : mention.start()]:
                    yield line, whole, parts, "", True


def _wrong_sums(text: Text, *, certain: bool) -> Mistakes:
    """Yield wholes that their parts do not add up to: if `certain`, those that must be wrong; else those that are right only if parts overlap or are left out."""
    message = _("{parts} do not add up to the total of {whole}")
    for line, whole, parts, rest, added in _stated_sums(text):
        sums = [round(part, 2) for part in accumulate(part.number for part in parts)]
        rest_sum = sum(figure.number for figure in _figures(rest) if figure.unit == whole.unit)
        if not sums or whole.number in {*sums, round(sums[-1] + rest_sum, 2)}:
            continue
        too_much = whole.unit == "元" and (added or sums[-1] > whole.number)
        words = text.half_width[line]
        # If another number stands between them, the parts may belong to that one.
        is_adjacent = added or not re.search("[0-9]", words[whole.end : parts[0].start])
        is_certain = is_adjacent and (parts[0].number > whole.number or (len(parts) > 1 and too_much))
        if sums[-1] > whole.number:
            doubtful = whole.unit != "人" or not _OVERLAP.search(words[whole.start : parts[-1].end + _NAME])
        else:  # parts that are much less than the whole are examples
            doubtful = added or (sums[-1] > _LEAST_SHARE * whole.number and not _OTHER_PARTS.search(rest))
        if is_certain if certain else doubtful and len(parts) > 1 and not is_certain:
            shown = " + ".join(words[part.start : part.end] for part in parts)
            detail = message.format(parts=shown, whole=words[whole.start : whole.end])
            yield (line, whole.start), detail, _("count again, and correct one of them")


RULES.rule("parts-exceed",
    why="A part is not more than its whole, and money that was spent once is not counted twice.",
    example="追缴资金3{0→5}万元，其中甲单位20万元、乙单位15万元。",
)(lambda text: _wrong_sums(text, certain=True))  # fmt: skip

RULES.rule("parts-differ", "warning",
    why="Readers add up the parts of a whole that are listed; a word such as 等 or 其余 says that there are others.",
    example="追缴资金30万元，其中甲单位1{0→5}万元、乙单位15万元。",
)(lambda text: _wrong_sums(text, certain=False))  # fmt: skip


@RULES.rule("share", "warning",
    why="A share is the part divided by the whole, both given beside it.",
    example="收到信访件20件，办结17件，办结率{9→8}5%。",
)  # fmt: skip
def _share(text: Text) -> Mistakes:
    """Find rates that do not fit the two numbers of one unit before them in the sentence; `completion-rate` checks problems and measures."""
    message = _("{done} of {total} is {rate}, not {written}%")
    for line, sentence in text.search(_SENTENCE, text.without_titles):
        words = sentence[0]
        for match in () if stated_counts(text)[line] else _RATE.finditer(words):
            figures = _figures(words[: match.start()])
            pair = [figure for figure in figures if figure.unit == figures[-1].unit]
            if len(pair) == 2 and 0 < pair[1].number <= pair[0].number:  # noqa: PLR2004
                whole, part = pair[0].number, pair[1].number
                if not is_share(match["rate"], part, whole):
                    total, done = (words[figure.start : figure.end] for figure in pair)
                    rates = {"rate": percent(part, whole), "written": match["rate"]}
                    shown = message.format(done=done, total=total, **rates)
                    yield (line, sentence.start() + match.start()), shown, ""


@RULES.rule("figure-differs", "warning",
    why="A total outcome has the same number in the first part and in the last.",
    example="一、整改工作组织情况\n整改期间，追缴资金30万元。\n二、反馈问题整改情况\n略。\n三、下一步工作安排\n前期追缴资金{25→30}万元，继续清理。",
)  # fmt: skip
def _figure_differs(text: Text) -> Mistakes:
    """Find figures of one name that differ where a notice tells of the whole: before the first problem, and from the third part on."""
    end, figures = len(text.lines), dict[tuple[str, str], tuple[float, str]]()
    chapters = [heading.line for heading in text.headings if heading.level == Level.CHAPTER]
    _first, second, last = [*chapters, end, end, end][:3]
    for line in (*range(min(text.opening_end, second)), *range(last, end)):
        words, counted = text.without_titles[line], {count.start for count in stated_counts(text)[line]}
        for figure in _figures(words):
            before = words[max(0, figure.start - _NEAR) : figure.start]
            name = _NOT_LABEL.sub("", re.search(r"[一-鿿“”]{0,14}$", before)[0])  # type: ignore[index]
            is_part = "其中" in re.split("[。；;]", before)[-1]
            if len(name) >= _SHORTEST and not is_part and figure.start not in counted:
                shown = words[figure.start : figure.end]
                number, earlier = figures.setdefault((name, figure.unit), (figure.number, shown))
                if number != figure.number:
                    message = _("{name} is {number} here, but earlier it was {earlier}")
                    yield (line, figure.start), message.format(name=name, number=shown, earlier=earlier), ""
