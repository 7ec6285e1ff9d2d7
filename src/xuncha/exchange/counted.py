"""What a notice counts, held against what is read of it; and its paragraphs without counts that would contradict the ledger's sooner or later."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.chinese.counts import Thing, counts, roles, things
from xuncha.chinese.enumerations import Family, marks
from xuncha.chinese.numbers import numeral
from xuncha.language import gettext as _
from xuncha.model.vocabulary import with_kept_braces
from xuncha.reading.counts import ALL_DONE, BRACKETS, Statement, statements

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft
    from xuncha.pages.line import Line
    from xuncha.reading.notice import Stated

_SENTENCE: Final = re.compile(r"[^。！？；!?;\n]+[。！？；!?;\n]*[”’）)]*")
_RATE: Final = re.compile(
    "(?:完成|整改|办结|销号|落实)率[^，。；]{0,8}?(?:[0-9０-９]|百分之|[一二三四五六七八九十]成)"
)
_FOLLOWS: Final = re.compile("其[中余]|剩[余下]|余下|另")
_NUMBERED: Final = ("是", "要", "第", "（一）", "（1）", "1.", "1）")
"""Enumerations that are numbered anew where one of their items has gone."""


def read_of(draft: Draft) -> dict[Thing, tuple[int, int]]:
    """Return how many problems and measures are read, and how many of them are closed."""
    closed = [[each.status == "closed" for each in one.measures] for one in draft.problems]
    problems = len(closed), sum(bool(each) and all(each) for each in closed)
    return {"problems": problems, "measures": (len(draft.measures), sum(map(sum, closed)))}


def contradictions(stated: Stated, read: dict[Thing, tuple[int, int]]) -> Iterator[str]:
    """Yield what a notice counts otherwise than it lists; how its counts add up `proof` tells."""
    stating: tuple[tuple[Thing, str, int | None, int | None], ...] = (
        ("problems", _("problems"), stated.problems_total, stated.problems_done),
        ("measures", _("measures"), stated.measures_total, stated.measures_done),
    )
    for thing, name, total, done in stating:
        listed, closed = read[thing]
        if total not in {None, listed}:
            message = _("{total} {things} are stated, {n} are listed")
            yield message.format(total=total, things=name, n=listed)
        if done not in {None, closed}:
            message = _("{total} {things} are stated to be done; by their own words {n} are")
            if done is not None and done > closed:
                message = _(
                    "{total} {things} are stated to be done; their own words bear out {n}, and no other was closed"
                )
            yield message.format(total=done, things=name, n=closed)


def without_counts(lines: Iterable[Line], known: set[int | None]) -> tuple[list[str], list[Line]]:
    """Leave out the sentences that count problems or measures, or anything else by a number that is `known`; return also these."""
    fewer: Counter[Family] = Counter()
    """How many items have gone, of each enumeration that goes on."""
    kept: list[str] = []
    left_out: list[Line] = []
    for line in lines:
        begins = [match.start() for match in _SENTENCE.finditer(line.text)]
        found: dict[int, list[Statement]] = defaultdict(list)
        for each in statements(BRACKETS.sub(lambda aside: " " * len(aside[0]), line.text)):
            found[begins[bisect_right(begins, each.start) - 1]].append(each)
        said, before, number = "", len(left_out), None
        for start, end in pairwise([*begins, len(line.text)]):
            words = line.text[start:end]
            if own := _number(words):
                if number:  # nothing is left of the item before
                    fewer[number.family] += 1
                fewer[own.family] *= own.number > 1
                number = own
            if _is_counting(words, found[start], known, follows=len(left_out) > before):
                left_out += filter(None, [line.part(start, end)])
                continue
            said += number.less(fewer[number.family]) if number else ""
            said += with_kept_braces(words[len(own.words) :] if own else words)
            number = None
        if number:
            fewer[number.family] += 1
        if said:
            kept.append(re.sub("[；;]$", "。", said) if len(left_out) > before else said)
    return kept, left_out


def _is_counting(words: str, found: list[Statement], known: set[int | None], *, follows: bool) -> bool:
    """Return whether a sentence counts; one that `follows` another one that does may go on with it: 其中2个."""
    counted = list(counts(words))
    claims = _RATE.search(words) or _all_done(words) or (follows and counted and _FOLLOWS.match(words))
    numbers = {each.number for each in counted if each.thing} | {each.count.number for each in found}
    return bool(claims or any(each.kind for each in found) or numbers & known)


class _Number(NamedTuple):
    """The number with which a sentence begins that is an item."""

    words: str
    family: Family
    number: int

    def less(self, by: int) -> str:
        """Return it as it is written where some items before it have gone."""
        write = numeral if numeral(self.number) in self.words else str
        return self.words.replace(write(self.number), write(self.number - by), 1)


def _number(words: str) -> _Number | None:
    found = (mark for mark in marks(words, _NUMBERED) if not mark.start)
    return next((_Number(words[: mark.end], mark.family, mark.number) for mark in found), None)


def _all_done(words: str) -> bool:
    """Return whether a sentence claims that all is done, without a number."""
    found = ALL_DONE.search(words)
    role = any(each.name == "done" for each in roles(words))
    return bool(found and role and any(things(words)) and not words.startswith("到人", found.end()))
