"""Compare the counts that a notice states with what was read: find contradictions, and leave counts out of its paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from xuncha.chinese.counts import Thing, counts, is_share, roles, things
from xuncha.language import gettext as _
from xuncha.model.vocabulary import escape_braces
from xuncha.reading.counts import ALL_DONE, BRACKETS, statements

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft
    from xuncha.pages.line import Line
    from xuncha.reading.notice import Counted, StatedCounts

_SENTENCE: Final = re.compile(r"[^。！？；!?;\n]+[。！？；!?;\n]*[”’）)]*")
_RATE: Final = re.compile(
    "(?:完成|整改|办结|销号|落实)率[^，。；]{0,8}?(?:[0-9０-９]|百分之|[一二三四五六七八九十]成)"
)
_NOT_DONE: Final = re.compile("正|推进|进行|整改中|尚|仍|未|剩|其余|还有|延期|基本|部分|初步")
"""Words which say that things are certainly not done. Things that are long-term or kept up may be done."""
_NEARLY_DONE: Final = re.compile("基本|初步|部分|阶段|长期|持续")  # some offices count these as done in rates
_FOLLOWS: Final = re.compile("其[中余]|剩[余下]|余下|另")


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
    things: tuple[tuple[Thing, str, str], ...] = (
        ("problems", _("problems"), "个问题"), ("measures", _("measures"), "条措施"),
    )  # fmt: skip
    for thing, name, unit in things:
        total, done = stated.numbers.get((thing, "total")), stated.numbers.get((thing, "done"))
        listed, closed = counted[thing, "total"], counted[thing, "done"]
        parts = [(words, number) for kind, words, number in stated.not_done if kind == thing]
        open_ = [number for words, number in parts if _NOT_DONE.search(words)]
        fits = not open_ or max(open_) <= listed - closed <= sum(number for _words, number in parts)
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
        elif not fits:
            message = _(
                "{parts}: these {things} are stated as not done; according to their texts, {n} are open"
            )
            shown = " + ".join(f"{words}{number}" for words, number in parts)
            yield message.format(parts=shown, things=name, n=listed - closed), ""
        reached = closed if done is None else done
        nearly_done = sum(number for words, number in parts if _NEARLY_DONE.search(words))
        if whole := total or listed:
            quotients += [(thing, name, number, whole) for number in (reached, reached + nearly_done)]
    for kind, percent in stated.rates:
        pairs = [each for each in quotients if kind in {None, each[0]}]
        if pairs and not any(is_share(percent, *each[2:]) for each in pairs):
            _of, name, part, whole = pairs[0]
            message = _("the stated rate, {percent}%, should be {rate}%: {done} of {total} {things}")
            right = f"{100 * part / whole:.2f}"
            yield message.format(percent=percent, done=part, total=whole, things=name, rate=right), ""


def without_counts(
    lines: Iterable[Line], counted: Counted, stated: StatedCounts
) -> tuple[list[str], list[Line]]:
    """Return the paragraphs of a notice without the sentences that count what the ledger counts, and these sentences.

    They would contradict the ledger sooner or later, and the notice makes its own counts.
    """
    totals = (number for (_of, kind), number in stated.numbers.items() if kind != "in_progress")
    known = {*counted.values(), *totals}
    left_out: list[Line] = []
    kept = []
    for line in lines:
        every = statements(BRACKETS.sub(lambda aside: " " * len(aside[0]), line.text))
        places = [each.start for each in every if each.kind or each.count.number in known]
        text, before = "", len(left_out)
        for sentence in _SENTENCE.finditer(line.text):
            words, (start, end) = sentence[0], sentence.span()
            named = {each.number for each in counts(words) if each.thing}
            claims = named & known or any(start <= place < end for place in places)
            follows = len(left_out) > before and _FOLLOWS.match(words) and any(counts(words))
            if claims or follows or _RATE.search(words) or _all_done(words):
                left_out += filter(None, [line.part(start, end)])
            else:
                text += words
        if text:
            kept.append(escape_braces(re.sub("[；;]$", "。", text) if len(left_out) > before else text))
    return kept, left_out


def _all_done(words: str) -> bool:
    """Return whether a sentence claims without a number that everything is done."""
    claim = ALL_DONE.search(words)
    role = any(each.name == "done" for each in roles(words))
    return bool(claim and role and any(things(words)) and not words.startswith("到人", claim.end()))
