"""Break the title of a document into lines as a person would, place the signature, and compute the line pitch of a letter (GB/T 9704-2012, 7.2.5, 7.3.1 and 7.3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations, pairwise
from math import ceil
from typing import Final

from xuncha.chinese.characters import width
from xuncha.paper.outline import Block, Document, Instruction, Part

_TITLE_WIDTH: Final = {False: 20, True: 28}
"""Full-width characters of 22 pt in a line of the type area; the key tells whether the page is landscape."""
MAX_PROPERTY: Final = 255
"""Maximum length of the title property of a Word file, in characters."""
_DAY: Final = 4.0  # characters between the date and the right edge
PITCH: Final = 28.95
"""Usual line pitch in points: 22 lines fill a page."""
_PAGE: Final = 22
_ROW: Final = 28
_FEW_LINES: Final = 4
"""So few lines get no page of their own: the standard allows a smaller pitch instead (7.3.5.4)."""
_MAX_LINES: Final = 4  # a title of more lines gets no shape
_NO_START = re.compile(r"[的地得和与及暨或等者了、，。：；！？）》”’〕)]")
_NO_END = re.compile(r".*([和与及暨或对向给将在以从按为第中]|关于|中共|[（《“‘〔(]|[0-9A-Za-z])")
_SUBJECT = re.compile(r"关于|对于|转发|印发")  # begins the subject of a title: the best place for a break
_BODY = re.compile(
    r".*(党组|党委|党工委|纪委|纪检组|监委|工委|市委|省委|县委|区委|州委|旗委|镇委|乡委|委员会|政府|办公室|办公厅|"
    r"部务会|理事会|董事会|管委会|村委会|居委会|支委会|局|厅|部|院|组|中心|公司|集团|银行|大学|学院|学校|中学|小学|医院|协会|联合会|总工会|支部|总支|街道|社区)"
)
"""A word that ends the name of a body, such as 党组 or 局."""
_TERMS = re.compile(
    r"[《“‘（〔][^》”’）〕]*[》”’）〕]|巡[察视]反馈(意见|问题)|反馈(意见|问题)|集中整改|整改(落实|工作|进展)*情况|巡[察视]整改|进展情况|(落实|工作|实施)方案|看板|工作(周报|规则|规定)|管理办法"
)
"""Quotations, and terms of the field; they stay on one line if possible."""


def title(document: Document) -> list[str]:
    """Break the title of a document into lines."""
    return lines(document.title, _TITLE_WIDTH[document.landscape])


def signature_indent(document: Document) -> float:
    """Return the characters between the signature and the right edge: it is centred above the date, but never leaves the type area."""
    texts = {block.kind: block.text for block in document.blocks if isinstance(block, Block)}
    return max(0.0, _DAY + (width(texts.get("date", "")) - width(texts.get("sign", ""))) / 2)


def begins_page(blocks: Sequence[Part], index: int) -> bool:
    """Return whether the table at an index begins a page; its caption may stand above it."""
    above = [each for each in blocks[max(0, index - 2) : index] if isinstance(each, Block | Instruction)]
    kinds = [each.kind for each in above]
    return kinds[-1:] == ["landscape"] or kinds == ["landscape", "table-title"]


def pitch(document: Document) -> float:
    """Return the line pitch in points: smaller than usual for a letter whose last page would hold only a few lines."""
    blocks = [block for block in document.blocks if isinstance(block, Block)]
    if len(blocks) < len(document.blocks) or not any(block.kind == "to" for block in blocks):
        return PITCH
    head = len(title(document)) + 1 + 2 * bool(document.mark) + 2 * bool(document.number or document.signer)
    extra = {"sign": 1, "copies": 1, "to": -2, "date": -2}
    used = head + sum(
        max(1, ceil((width(block.text) + 2 + min(0, extra.get(block.kind, 0))) / _ROW))
        + max(0, extra.get(block.kind, 0))
        for block in blocks
    )
    pages = (used - 1) // _PAGE or used // _PAGE
    over = used + 0.5 - pages * _PAGE
    return PITCH * _PAGE / (_PAGE + over / pages) if pages and over <= _FEW_LINES + 0.5 else PITCH


def pieces(title: str) -> list[list[str]]:
    """Split a title into groups of words that a narrow screen keeps together if it can: names, quotations and terms of the field."""
    words = list(_words(title, _TITLE_WIDTH[True]))
    fixed = _unbreakable(words) - {n for n, word in enumerate(words) if n and _SUBJECT.match(word)}
    groups: list[list[str]] = []
    for index, word in enumerate(words):
        if index and (index in fixed or not may_break(words[index - 1], word)):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def lines(title: str, max_width: int = _TITLE_WIDTH[False]) -> list[str]:
    """Break a title into lines of at most `max_width` full-width characters.

    The criteria, in this order: no break at a forbidden place, a regular shape, few broken names, a line that begins with the
    subject, few lines, lines of similar width.
    """
    if width(title) <= max_width:
        return [title]
    words = list(_words(title, max_width))
    subjects = {place for place, word in enumerate(words) if place and _SUBJECT.match(word)}
    banned = {place for place, pair in enumerate(pairwise(words), 1) if not may_break(*pair)}
    fixed = _unbreakable(words) - subjects
    min_count = int(-(-width(title) // max_width))
    candidates = []
    for count in range(min_count, min(min_count + 2, _MAX_LINES + 1)):
        for breaks in combinations(range(1, len(words)), count - 1):
            parts = ["".join(words[start:end]) for start, end in pairwise((0, *breaks, len(words)))]
            widths = [width(part) for part in parts]
            if max(widths) <= max_width:
                used = set(breaks)
                missed = bool(subjects) and not subjects & used
                faults = (bool(banned & used), _is_misshapen(widths), len(fixed & used), missed)
                mean = sum(widths) / count
                candidates.append((faults, count, sum((each - mean) ** 2 for each in widths), parts))
    return min(candidates)[-1] if candidates else _fill_lines(words, max_width)


def may_break(before: str, word: str) -> bool:
    """Return whether a line of a title may end with one word and the next line begin with the other."""
    return not (_NO_START.match(word) or _NO_END.fullmatch(before))


def _words(title: str, max_width: int) -> Iterator[str]:
    """Yield the words of a title; a word longer than a line is cut."""
    import rjieba  # noqa: PLC0415  loading its dictionary takes 0.1 s; short titles do not need it

    for word in rjieba.cut(title):
        yield from (word[start : start + max_width] for start in range(0, len(word), max_width))


def _unbreakable(words: Sequence[str]) -> set[int]:
    """Return the places of words with no good break before them: inside the name of a body, a quotation or a term of the field.

    A name begins with the title or after a word such as 关于 or 对; it ends at the last word such as 党组 or 局 before the next of these.
    """
    result: set[int] = set()
    start = 0
    ends = [index for index, word in enumerate(words) if _SUBJECT.match(word) or word in {"对", "向", "落实"}]
    for end in (*ends, len(words)):
        last = max((index for index in range(start, end) if _BODY.fullmatch(words[index])), default=start)
        result |= set(range(start + 1, last + 1))
        start = end + 1
    starts = list(accumulate(map(len, words), initial=0))
    for match in _TERMS.finditer("".join(words)):
        result |= {index for index, offset in enumerate(starts) if match.start() < offset < match.end()}
    return result


def _is_misshapen(widths: Sequence[float]) -> bool:
    """Return whether a line is shorter than both its neighbours, so that the lines are no trapezoid or rhombus, or at most a third of another."""
    triples = zip(widths, widths[1:], widths[2:], strict=False)
    return min(widths) * 3 <= max(widths) or any(left > middle < right for left, middle, right in triples)


def _fill_lines(words: Sequence[str], max_width: int) -> list[str]:
    """Fill one line after another with a title that is too long for a shape."""
    result = [""]
    for word in words:
        if width(result[-1] + word) > max_width:
            result.append("")
        result[-1] += word
    return result
