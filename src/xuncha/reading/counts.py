"""The counts that a notice states in words: how many problems and measures, how many of them done, and what came of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from xuncha.reading.numbers import NUMBER, number
from xuncha.reading.parts import Outcome, Stated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Subject = Literal["problems", "measures"]
Verb = Literal["total", "done", "in_progress", "not_started"]

_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")
_OF_WHICH_KIND = r"(?:具体|突出|主要|重点|反馈|巡察|整改|落实|工作|共性|个性|面上|现实|实际|遗留|立行立改|限期整改|长期|存在|的)*"
_GOES_ON = r"[已正尚仍均全需长未持取基中完整剩还，。；、：:！（(\s]"
_COUNT = re.compile(
    rf"(?P<n>{NUMBER})\s*(?:余|多)?(?P<unit>个|项|条|件)"
    rf"(?:{_OF_WHICH_KIND}(?:(?P<problem>问题)|(?P<measure>措施|任务|举措|事项))|(?={_GOES_ON})|$)"
)
_OTHER_COUNT = re.compile(rf"{NUMBER}\s*(?:余|多)?(?:个|项|条|件|大?类)(?:大?方面|大?类|领域|批次?)?")
_NAMED_BEFORE = re.compile(
    r"(?:(?P<problem>问题)|(?P<measure>措施|任务|举措|事项))(?:整改|总数|数量?|完成|已|落实|(?:梳理|细化|分解|归纳|整理|提炼|汇总)(?:为|成|出|了)?|共计|总计|合计|共|的|达到?)*$"
)
_VERBS: list[tuple[Verb, str]] = [
    ("not_started", r"(?:尚|还)?未(?:启动|开始|开展)"),
    ("in_progress", r"(?:基本|部分|尚未|仍未|还未|未能|未|没有)(?:整改)?(?:完成|整改到位|销号|办结|落实|解决)|正在|推进|持续|长期|剩余|剩下|其余|阶段性|整改中|进行中|尚有|仍有|还有|延期"),
    ("done", r"完成|整改到位|办结|销号|已整改|整改了|落实到位|已经?落实|全部落实|解决|清零|已改"),
    ("total", r"反馈|指出|提出|梳理|细化|分解|明确|确定|制定|制订|提炼|认领|涉及|共有|列出|归纳|形成|研究|分为|总共|合计|发现"),
]  # fmt: skip
_VERB = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _VERBS))
_ALL_DONE = re.compile(
    r"(?:全部|全面|均|都)[^，。；]{0,10}(?:完成|整改到位|落实|办结|销号|解决)|(?:完成|整改|办结)完毕"
)
_TOGETHER = {"、", "和", "及", "以及", "与"}
_RATE = re.compile(
    r"(?P<measure>措施|任务)?[^，。；、]{0,6}?(?:完成|办结|销号)率[^0-9，。；百]{0,8}(?P<n>[0-9]{1,3}(?:\.[0-9]+)?)\s*[%％]"
)
_PLACES = 4
_LONGEST = 2000
"""Characters of a sentence that counts."""
_OUTCOME = re.compile(
    rf"(?P<label>[一-鿿]{{2,30}}?)(?P<n>{NUMBER})\s*(?:余|多)?(?P<unit>万元|亿元|元|人次|人|项|个|份|件)"
)
_KIND = re.compile(
    r"制度|机制|办法|规定|建章立制|追缴|清退|收缴|追回|退缴|退赔|上缴|挽回|收回|扣回|批评|谈话|诫勉|约谈|处分|问责|处理|立案|责令检查|提醒|通报|追责|免职|辞退|节约|盘活|化解"
)
_BEFORE_LABEL = re.compile(
    r"^(?:在?[一-鿿]*?(?:期间|以来|过程中|会上|整改中|目前)|通过[一-鿿]*?整改|其中|累计|总计|先后|同时|已经|已|等|共|并|还|对)+"
)
_AFTER_LABEL = re.compile(r"(?:共计|合计|总计|共|达|约)+$")


@dataclass
class _Count:
    """A count of problems or measures."""

    subject: Subject
    named: bool
    """What is counted stands beside it, rather than beside the count before."""
    verb: Verb | None
    amount: int
    unit: str
    end: int
    """Where it ends in its sentence."""
    joined: bool = False
    """Nothing but 、 stands between it and the next one."""
    everything: bool = False
    """It says that all of them are done."""


def stated(texts: Iterable[str]) -> Stated:
    """The counts that texts state; of several for one thing the one that is said most clearly, and first."""
    paragraphs = [_BRACKETS.sub("", text) for text in texts]
    every = [count for text in paragraphs for count in _counts(text)]
    _tell_by_units(every)
    _tell_by_sums(every)
    best: dict[tuple[Subject, Verb], _Count] = {}
    for count in every:
        key = (count.subject, count.verb or "total")
        if key not in best or _clarity(count) > _clarity(best[key]):
            best[key] = count
    subjects: tuple[Subject, ...] = ("problems", "measures")
    for subject in subjects:
        done = best.get((subject, "done"))
        if done and done.everything:
            best.setdefault((subject, "total"), done)
    amounts = {key: count.amount for key, count in best.items()}
    return Stated(
        problems_total=amounts.get(("problems", "total")),
        measures_total=amounts.get(("measures", "total")),
        problems_done=amounts.get(("problems", "done")),
        measures_done=amounts.get(("measures", "done")),
        measures_in_progress=amounts.get(("measures", "in_progress")),
        completion_rate=_rate(paragraphs),
        outcomes=tuple(_outcomes(paragraphs)),
    )


def _other(subject: Subject) -> Subject:
    return "measures" if subject == "problems" else "problems"


def _tell_by_units(every: Sequence[_Count]) -> None:
    """Where problems and measures are counted in different units, the unit tells what a count is of."""
    units: dict[Subject, set[str]] = {"problems": set(), "measures": set()}
    for count in every:
        if count.named and count.verb == "total":
            units[count.subject].add(count.unit)
    for count in every:
        other = _other(count.subject)
        if not count.named and count.unit in units[other] and count.unit not in units[count.subject]:
            count.subject = other


def _tell_by_sums(every: Sequence[_Count]) -> None:
    """Where the parts of neither's total are named, they are of the total that is their sum."""
    totals = {
        count.subject: count.amount for count in reversed(every) if count.named and count.verb == "total"
    }
    for subject in list(totals):
        parts = [
            count
            for count in every
            if count.subject == subject and not count.named and count.verb not in {None, "total"}
        ]
        whole = sum(count.amount for count in parts)
        if parts and whole != totals[subject] and whole == totals.get(_other(subject)):
            for count in parts:
                count.subject = _other(subject)


def _clarity(count: _Count) -> int:
    return 2 * (count.verb is not None) + count.named


def _counts(text: str) -> Iterator[_Count]:
    """The counts of a paragraph, in order; what is not said of one is handed on from its neighbours."""
    subject: Subject = "problems"
    for sentence in re.split(r"[。；;！\n]", text):
        if len(sentence) > _LONGEST:
            continue
        found: list[_Count] = []
        for match in _COUNT.finditer(sentence):
            if count := _count(sentence, match, subject, found[-1].end if found else 0):
                subject = count.subject
                found.append(count)
        for count, following in zip(found[-2::-1], found[:0:-1], strict=True):
            if count.verb is None and count.joined:
                count.verb, count.everything = following.verb, following.everything
        for before, count in pairwise(found):
            if count.verb is None and before.joined:
                count.verb = before.verb
        yield from found
        yield from _all_done(sentence, found)


def _count(sentence: str, match: re.Match[str], subject: Subject, begin: int) -> _Count | None:
    """A count with what stands beside it; None where it is none of problems or measures.

    Args:
        sentence: in which it stands.
        match: the number with its unit.
        subject: what was counted last.
        begin: where the count before it ends.
    """
    others = [other for other in _OTHER_COUNT.finditer(sentence) if other.end() <= match.start()]
    left = sentence[others[-1].end() if others else 0 : match.start()]
    following = next((other.start() for other in _OTHER_COUNT.finditer(sentence, match.end())), None)
    until = sentence[match.end() : following]
    right = re.split(r"[，,：:（(]", until)[0]
    before = _NAMED_BEFORE.search(_OTHER_COUNT.sub("", sentence[begin : match.start()]))
    of_problems, of_measures = (
        bool(match[name] or (before and before[name])) for name in ("problem", "measure")
    )
    named = of_problems or of_measures
    amount = number(match["n"])
    if amount is None or amount % 1 or (amount < 2 and not match["n"].isascii() and not named):  # noqa: PLR2004
        return None
    if left.endswith(("类", "每", "第")):
        return None
    if named:
        subject = "measures" if match["measure"] or not of_problems else "problems"
    verbs = list(_VERB.finditer(left)) or list(_VERB.finditer(sentence[begin : match.start()]))
    verb = _kind(verbs[-1]) if verbs else None
    everything = False
    # What stands between two counts says how many there are of the second.
    to_next = following is not None and right == until
    if right.startswith(("中", "里")):
        verb = verb or "total"
    elif not to_next or _ALL_DONE.search(right):
        everything = bool(_ALL_DONE.search(right))
        after = _VERB.search(right)
        verb = verb or (_kind(after) if after else None)
        if everything and verb == "total":
            everything = False  # said of the whole sentence below
    elif right.strip() not in _TOGETHER and _VERB.search(right):
        verb = verb or "total"
    return _Count(
        subject,
        named,
        verb,
        int(amount),
        match["unit"],
        match.end(),
        until.strip() in _TOGETHER,
        everything,
    )


def _kind(match: re.Match[str]) -> Verb:
    return next(name for name, _pattern in _VERBS if match[name])


def _all_done(sentence: str, found: Sequence[_Count]) -> Iterator[_Count]:
    """That all of what was counted last is done, where a clause says so that does not count again."""
    for match in _ALL_DONE.finditer(sentence):
        before = [count for count in found if count.end <= match.start()]
        if not before or before[-1].verb not in {None, "total"}:
            continue
        last = before[-1]
        yield _Count(last.subject, last.named, "done", last.amount, last.unit, match.end())


def _rate(texts: Sequence[str]) -> float | None:
    """The rate of completion of problems, from 0 to 1; that of measures for want of it."""
    found = [match for text in texts for match in _RATE.finditer(text)]
    of_problems = [match for match in found if not match["measure"]] or found
    return round(float(of_problems[0]["n"]) / 100, _PLACES) if of_problems else None


def _outcomes(texts: Sequence[str]) -> Iterator[Outcome]:
    """What else was counted: rules made, money recovered, people admonished."""
    seen: set[str] = set()
    for text in texts:
        for match in _OUTCOME.finditer(text):
            label = _AFTER_LABEL.sub("", _BEFORE_LABEL.sub("", match["label"]))
            amount = number(match["n"])
            if (
                amount is None
                or not _KIND.search(label)
                or label in seen
                or label.endswith(("问题", "措施", "任务"))
            ):
                continue
            seen.add(label)
            yield Outcome(label, int(amount) if amount == int(amount) else amount, match["unit"])
