"""Compare the counts that a notice states with what was read: find contradictions, and replace counts in paragraphs by placeholders."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Final

from xuncha.chinese.counts import Thing, counts, is_share, roles, things
from xuncha.chinese.days import find_dates
from xuncha.chinese.enumerations import Family, marks
from xuncha.chinese.numbers import numeral
from xuncha.exchange.drafts import Draft
from xuncha.language import gettext as _
from xuncha.model.vocabulary import escape_braces
from xuncha.pages.line import Line
from xuncha.reading.counts import ALL_DONE, BRACKETS, Statement, statements
from xuncha.reading.notice import Counted, CountKind, StatedCounts
from xuncha.tally import percent

_Units = set[tuple[Thing, str]]  # things with the units in which a paragraph counts them

_PLACEHOLDERS: Final[dict[tuple[Thing, CountKind | None], str]] = {
    ("problems", "total"): "{问题数}", ("problems", "done"): "{已完成问题数}",
    ("measures", "total"): "{措施数}", ("measures", "done"): "{已完成措施数}", ("measures", "in_progress"): "{推进中措施数}",
}  # fmt: skip
_SENTENCE: Final = re.compile(r"[^。！？；!?;\n]+[。！？；!?;\n]*[”’）)]*")
_RATE: Final = re.compile(
    "(?:完成|整改|办结|销号|落实)率[^，。；]{0,8}?(?:[0-9０-９]|百分之|[一二三四五六七八九十]成)"
)
_CLEAR_WORDS: Final = {"done": "完成|整改|销号|办结|清零", "in_progress": "正在|推进|整改中|进行中"}
"""Words which say plainly that things are done or in progress, and not nearly done, kept up or put off."""
_NOT_DONE: Final = re.compile("正|推进|进行|整改中|尚|仍|未|剩|其余|还有|延期|基本|部分|初步")
"""Words which say that things are certainly not done. Things that are long-term or kept up may be done."""
_NEARLY_DONE: Final = re.compile("基本|初步|部分|阶段|长期|持续")  # some offices count these as done in rates
_FOLLOWS: Final = re.compile("其[中余]|剩[余下]|余下|另")
_BRACES: Final = frozenset("{}｛｝")
_NUMBERED: Final = ("是", "要", "第", "（一）", "（1）", "1.", "1）")
"""Enumerations that are renumbered after one of their items was left out."""


def draft_counts(draft: Draft) -> Counted:
    """Count the problems and measures of a draft, those that are closed, and the measures in progress."""
    closed = [[each.status == "closed" for each in problem.measures] for problem in draft.problems]
    going_on = sum(each.status in {"in_progress", "submitted"} for each in draft.measures)
    return {
        ("problems", "total"): len(closed), ("problems", "done"): sum(bool(each) and all(each) for each in closed),
        ("measures", "total"): len(draft.measures), ("measures", "done"): sum(map(sum, closed)), ("measures", "in_progress"): going_on,
    }  # fmt: skip


def contradictions(stated: StatedCounts, counted: Counted) -> Iterator[tuple[str, str]]:
    """Yield the contradictions in the counts of a notice: each a message, and a remark for the ledger's file, which may be empty."""
    quotients: list[tuple[Thing, str, int, int]] = []
    named_things: tuple[tuple[Thing, str, str], ...] = (
        ("problems", _("problems"), "个问题"), ("measures", _("measures"), "条措施"),
    )  # fmt: skip
    for thing, name, unit in named_things:
        total, done = stated.numbers.get((thing, "total")), stated.numbers.get((thing, "done"))
        listed, closed = counted[thing, "total"], counted[thing, "done"]
        left = listed - closed
        every = [(words, number) for kind, words, number in stated.not_done if kind == thing]
        parts = every if any(_NOT_DONE.search(words) for words, _number in every) else []
        sums, shown = _sums(parts), " + ".join(f"{words}{number}" for words, number in parts)
        if total not in {None, listed}:
            message = _("{total} {things} are stated, but {n} are listed")
            remark = f"通报称共{total}{unit}，正文列出{listed}{unit[0]}；其余须补录。"
            yield message.format(total=total, things=name, n=listed), remark if total > listed else ""
        if done is not None and done > closed:
            message = _(
                "{total} {things} are stated as done; their texts confirm {n}, and no others were closed"
            )
            remark = f"通报称已完成{done}{unit}，按各条所写只能认定{closed}{unit[0]}；其余未记为已销号。"
            yield message.format(total=done, things=name, n=closed), remark
        elif done is not None and done < closed:
            message = _("{total} {things} are stated as done; according to their texts, {n} are")
            yield message.format(total=done, things=name, n=closed), ""
        elif parts and (left > max(sums) or (total in {None, listed} and left not in sums)):
            message = _(
                "{parts}: these {things} are stated as not done; according to their texts, {n} are open"
            )
            yield message.format(parts=shown, things=name, n=left), ""
        if total is not None and done is not None and parts and total - done not in sums:
            message = _("{done} done and {parts} do not add up to {total} {things}")
            yield message.format(done=done, parts=shown, things=name, total=total), ""
        reached = closed if done is None else done
        nearly_done = _sums([each for each in every if _NEARLY_DONE.search(each[0])])
        if whole := total or listed:
            quotients += [(thing, name, reached + more, whole) for more in sorted(nearly_done)]
    for kind, written in stated.rates:
        pairs = [each for each in quotients if kind in {None, each[0]}]
        if pairs and not any(is_share(written, *each[2:]) for each in pairs):
            _of, name, part, whole = pairs[0]
            message = _("the stated rate, {percent}%, should be {rate}: {done} of {total} {things}")
            numbers = {"percent": written, "rate": percent(part, whole), "done": part, "total": whole}
            yield message.format(**numbers, things=name), ""


def _sums(parts: Sequence[tuple[str, int]]) -> set[int]:
    """Return the sums of all selections of parts, also of none: one part may be included in another."""
    numbers = [number for _said, number in parts[:8]]  # more parts have too many sums
    return {sum(some) for size in range(len(numbers) + 1) for some in combinations(numbers, size)}


class Paragraphs:
    """Turns the paragraphs of a notice into those of a ledger.

    A count becomes a placeholder if it certainly counts what the ledger counts, and has the same value. A sentence with any
    other count would contradict the ledger sooner or later: it is left out, and listed.
    """

    def __init__(self, counted: Counted, stated: StatedCounts) -> None:
        self.numbers = counted
        totals = (number for (_of, kind), number in stated.numbers.items() if kind != "in_progress")
        self.known_numbers = {*counted.values(), *totals}
        self.left_out: list[Line] = []

    def convert(self, lines: Iterable[Line]) -> list[str]:
        """Return paragraphs in which counts are placeholders. Sentences that are left out are added to `left_out`."""
        omitted: Counter[Family] = Counter()
        """By enumeration that is continued: how many of its items have been left out."""
        kept = []
        for line in lines:
            every = list(statements(BRACKETS.sub(lambda aside: " " * len(aside[0]), line.text)))
            begins = [match.start() for match in _SENTENCE.finditer(line.text)]
            units = {(each.thing, each.count.unit) for each in every if each.is_named}
            by_sentence: dict[int, list[Statement]] = defaultdict(list)
            for each in every:
                by_sentence[begins[bisect_right(begins, each.start) - 1]].append(each)
            text, before = "", len(self.left_out)
            pending, mark_text = None, ""  # the mark of an item that is not written yet
            for start, end in pairwise([*begins, len(line.text)]):
                item = next((mark for mark in marks(line.text[start:end], _NUMBERED) if not mark.start), None)
                if item:
                    if pending:  # the whole item before was left out
                        omitted[pending.family] += 1
                    omitted[item.family] *= item.number > 1
                    pending, mark_text = item, line.text[start : start + item.end]
                follows = len(self.left_out) > before
                words = self._sentence(line.text, start, end, by_sentence[start], units, follows=follows)
                if words is None:
                    self.left_out += filter(None, [line.part(start, end)])
                    continue
                text += _reduced(mark_text, pending.number, omitted[pending.family]) if pending else ""
                text += words[item.end :] if item else words
                pending = None
            if pending:
                omitted[pending.family] += 1
            if text:
                kept.append(re.sub("[；;]$", "。", text) if len(self.left_out) > before else text)
        return kept

    def _sentence(
        self, text: str, start: int, end: int, found: list[Statement], units: _Units, *, follows: bool
    ) -> str | None:
        """Return a sentence with placeholders for its counts; None if it must be left out."""
        words = text[start:end]
        counted = list(counts(words))
        named = {start + each.start: each.number for each in counted if each.thing}
        claims = _RATE.search(words) or _all_done(words) or (follows and counted and _FOLLOWS.match(words))
        numbers = {*named.values(), *(each.count.number for each in found)}
        if not (claims or any(each.kind for each in found) or numbers & self.known_numbers):
            return escape_braces(words)
        places = {each.start: self._placeholder(each, units, words) for each in found}
        aside = any(any(counts(aside[0])) for aside in BRACKETS.finditer(words))
        all_placed = len(places) == len(found) and named.keys() <= places.keys()
        if claims or aside or not all_placed or None in places.values():
            return None
        live, place = "", start
        for each in found:
            live += escape_braces(text[place : each.start]) + str(places[each.start])
            place = each.start + each.count.end - each.count.start - len(each.count.unit)
            if text[each.start - 1 : each.start] in _BRACES or text[place : place + 1] in _BRACES:
                return None
        return live + escape_braces(text[place:end])

    def _placeholder(self, statement: Statement, units: _Units, words: str) -> str | None:
        """Return the placeholder for a count if its meaning is certain; else None."""
        thing, kind, count = statement.thing, statement.kind, statement.count
        plain = kind not in _CLEAR_WORDS or re.search(_CLEAR_WORDS[kind], statement.wording)
        dated = kind != "total" and any(find_dates(words))
        is_equal = kind and self.numbers.get((thing, kind)) == count.number and (thing, count.unit) in units
        is_certain = is_equal and plain and not dated and not count.is_approximate
        return _PLACEHOLDERS.get((thing, kind)) if is_certain else None


def _reduced(mark: str, number: int, count: int) -> str:
    """Return the mark of an item as it is written after `count` items before it were left out."""
    write = numeral if numeral(number) in mark else str
    return mark.replace(write(number), write(number - count), 1)


def _all_done(words: str) -> bool:
    """Return whether a sentence claims without a number that everything is done."""
    claim = ALL_DONE.search(words)
    role = any(each.name == "done" for each in roles(words))
    return bool(claim and role and any(things(words)) and not words.startswith("到人", claim.end()))
