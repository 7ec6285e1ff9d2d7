"""The title of a printed document, broken into lines as a person would; its number, where its signature stands, and how close the lines of a letter are (GB/T 9704-2012, 7.2.5, 7.3.1 and 7.3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations, pairwise
from math import ceil
from typing import Final

from xuncha.chinese.characters import width
from xuncha.paper.outline import Block, Document, LandscapeBreak, Part

_LONGEST_TITLE: Final = {False: 20, True: 28}
"""Characters of 22 pt in a line of the type area, upright and lying."""
LONGEST_PROPERTY: Final = 255
"""Characters of the title among the properties of a Word file."""
_DAY: Final = 4.0  # characters between the date and the right edge
PITCH: Final = 28.95
"""Points from line to line: 22 of them fill a page."""
_PAGE: Final = 22
_ROW: Final = 28
_TOO_FEW: Final = (
    4  # lines that are worth no page of their own: the standard lets the pitch give way (7.3.5.4)
)
_MOST_LINES: Final = 4  # beyond these no shape is looked for
_NOT_FIRST = re.compile(r"[的地得和与及暨或等者了、，。：；！？）》”’〕)]")
_NOT_LAST = re.compile(r".*([和与及暨或对向给将在以从按为第中]|关于|中共|[（《“‘〔(]|[0-9A-Za-z])")
_SUBJECT = re.compile(r"关于|对于|转发|印发")  # begins what a title is about: the best place for a new line
_BODY = re.compile(
    r".*(党组|党委|党工委|纪委|纪检组|监委|工委|市委|省委|县委|区委|州委|旗委|镇委|乡委|委员会|政府|办公室|办公厅|"
    r"部务会|理事会|董事会|管委会|村委会|居委会|支委会|局|厅|部|院|组|中心|公司|集团|银行|大学|学院|学校|中学|小学|医院|协会|联合会|总工会|支部|总支|街道|社区)"
)
"""Ends the name of a body."""
_TERMS = re.compile(
    r"巡[察视]反馈(意见|问题)|反馈(意见|问题)|集中整改|整改(落实|工作|进展)*情况|巡[察视]整改|进展情况|(落实|工作|实施)方案|看板|工作(周报|规则|规定)|管理办法"
)
"""Terms of the field, which stand on one line where they can."""


def title(document: Document) -> list[str]:
    """Break the title of a document into lines."""
    return lines(document.title, _LONGEST_TITLE[document.landscape])


def signature_indent(document: Document) -> float:
    """Compute the characters between the signature and the right edge: centred over the date, as far as the type area allows."""
    texts = {block.kind: block.text for block in document.blocks if isinstance(block, Block)}
    return max(0.0, _DAY + (width(texts.get("date", "")) - width(texts.get("sign", ""))) / 2)


def begins_page(blocks: Sequence[Part], at: int) -> bool:
    """Tell whether a table begins a page, below its caption."""
    before = at - 1
    if before >= 0 and isinstance(caption := blocks[before], Block) and caption.kind == "table-title":
        before -= 1
    return before >= 0 and isinstance(blocks[before], LandscapeBreak)


def pitch(document: Document) -> float:
    """Compute the points from line to line: less than usual in a letter of which a few lines alone would stand on its last page."""
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
    return PITCH * _PAGE / (_PAGE + over / pages) if pages and over <= _TOO_FEW + 0.5 else PITCH


def pieces(title: str) -> list[list[str]]:
    """Split a title into what a narrow screen breaks last: names, quotations and terms of the field, each with its words."""
    words = list(_words(title, _LONGEST_TITLE[True]))
    whole = _inside(words) - {place for place, word in enumerate(words) if place and _SUBJECT.match(word)}
    found: list[list[str]] = []
    for place, word in enumerate(words):
        joined = place in whole or _NOT_FIRST.match(word) or (place and _NOT_LAST.fullmatch(words[place - 1]))
        if found and joined:
            found[-1].append(word)
        else:
            found.append([word])
    return found


def lines(title: str, longest: int = _LONGEST_TITLE[False]) -> list[str]:
    """Break a title into lines of at most so many full-width characters.

    Of all ways that tear nothing and have a shape, the one that breaks the fewest names, begins a line with the subject, has
    the fewest lines, and the most alike ones.
    """
    if width(title) <= longest:
        return [title]
    words = list(_words(title, longest))
    subjects = {place for place, word in enumerate(words) if place and _SUBJECT.match(word)}
    pairs = enumerate(pairwise(words), 1)
    torn = {place for place, (before, word) in pairs if _NOT_FIRST.match(word) or _NOT_LAST.fullmatch(before)}
    inside = _inside(words) - subjects
    fewest = int(-(-width(title) // longest))
    ways = []
    for count in range(fewest, min(fewest + 2, _MOST_LINES + 1)):
        for breaks in combinations(range(1, len(words)), count - 1):
            parts = ["".join(words[start:end]) for start, end in pairwise((0, *breaks, len(words)))]
            widths = [width(part) for part in parts]
            if max(widths) <= longest:
                at = set(breaks)
                missed = bool(subjects) and not subjects & at
                faults = (bool(torn & at), _is_misshapen(widths), len(inside & at), missed)
                mean = sum(widths) / count
                ways.append((faults, count, sum((each - mean) ** 2 for each in widths), parts))
    return min(ways)[-1] if ways else _filled(words, longest)


def _words(title: str, longest: int) -> Iterator[str]:
    """Yield the words of a title; cut one that no line holds."""
    import rjieba  # noqa: PLC0415  reads its dictionary, a tenth of a second; short titles do without

    for word in rjieba.cut(title):
        yield from (word[start : start + longest] for start in range(0, len(word), longest))


def _inside(words: Sequence[str]) -> set[int]:
    """Find the words inside a name of a body, inside quotation marks, or inside a term of the field.

    A name reaches from the beginning, or from 关于 or 对, to the last word that ends one before the next of these.
    """
    found: set[int] = set()
    start = 0
    ends = [place for place, word in enumerate(words) if _SUBJECT.match(word) or word in {"对", "向", "落实"}]
    for end in (*ends, len(words)):
        last = max((place for place in range(start, end) if _BODY.fullmatch(words[place])), default=start)
        found |= set(range(start + 1, last + 1))
        start = end + 1
    depth = 0
    for place, word in enumerate(words):
        found |= {place} if depth > 0 else set()
        depth += len(re.findall("[《“‘（〔]", word)) - len(re.findall("[》”’）〕]", word))
    starts = list(accumulate(map(len, words), initial=0))
    for match in _TERMS.finditer("".join(words)):
        found |= {place for place, at in enumerate(starts) if match.start() < at < match.end()}
    return found


def _is_misshapen(widths: Sequence[float]) -> bool:
    """Whether lines have a waist, which neither a trapezoid nor a rhombus has, or one is much shorter than another."""
    triples = zip(widths, widths[1:], widths[2:], strict=False)
    return min(widths) * 3 <= max(widths) or any(before > each < after for before, each, after in triples)


def _filled(words: Sequence[str], longest: int) -> list[str]:
    """Fill one line after the other, of a title that is too long for a shape."""
    found = [""]
    for word in words:
        if width(found[-1] + word) > longest:
            found.append("")
        found[-1] += word
    return found
