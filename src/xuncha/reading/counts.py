"""Read the counts that a notice states: how many problems and measures, how many of them are done, and the outcomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from xuncha.chinese.counts import Count, RoleName, Thing, counts, is_share, rates, roles, things
from xuncha.chinese.numbers import NUMBER, amount
from xuncha.reading.notice import STATED, Counted, CountKind, Outcome, StatedCounts

_KINDS: Final[dict[RoleName, CountKind]] = {
    "total": "total", "done": "done", "partial": "in_progress", "unfinished": "in_progress", "ongoing": "in_progress",
    "not_started": "not_started", "planned": "planned",
}  # fmt: skip
_OPEN: Final = {role for role, kind in _KINDS.items() if kind not in {"total", "done"}}
_OTHER_THING: Final[dict[Thing, Thing]] = {"problems": "measures", "measures": "problems"}
BRACKETS: Final = re.compile(r"[（(][^（()）]*[）)]")
_MAY_FOLLOW: Final = frozenset("已正尚仍均全需长未持取基中完整剩还，。；、：:！（( \t")
"""Characters that may follow a count which does not name its thing."""
_ANY_COUNT: Final = re.compile(rf"{NUMBER}\s*(?:余|多)?(?:个|项|条|件|大?类)(?:大?方面|大?类|领域|批次?)?")
_NAMED_BEFORE: Final = re.compile(
    r"(?:[，,](?=共|总共|累计)|整改|总数|数量?|完成|已|落实|(?:梳理|细化|分解|归纳|整理|提炼|汇总)(?:为|成|出|了)?|共计|总计|合计|共|的|达到?)*"
)
"""Words that may stand between the name of a thing and its count."""
ALL_DONE: Final = re.compile(
    r"(?:全部|全面|均|都)[^，。；]{0,10}(?:完成|整改到位|落实|办结|销号|解决)|(?:完成|整改|办结)完毕"
)
_PARTIAL: Final = re.compile(
    "其中[^，,]{0,8}(?:立行立改|限期|长期|阶段|重点|突出)[^，,]{0,6}(?:问题|措施|任务|事项)[^，,]{0,8}$"
    "|(?:立行立改|即知即改|限期整改|分阶段整改)(?:类|的|问题|措施|任务|事项)*(?:共|为)?$"
)
"""Words before a count that covers only a part of the problems or measures."""
_BY_LEADERS: Final = re.compile(
    r"(?:书记|主要(?:负责|领导)|班子成员|一把手|[局院校厅县区镇主]长)[^，。；]{0,12}(?:认领|牵头|领办|包[抓保联]|协调|带头|走访)|(?:民主|组织)生活会[^。；]{0,12}(?:查摆|查找|检视)[^，。；反]{0,6}[0-9]"
)
"""Words of a sentence that counts what leaders did themselves, or found at a meeting of their own."""
_TOPIC: Final = re.compile("整改|反馈|问题|措施|任务|事项|销号|完成率|其余|其中")
_MEASURES: Final = frozenset({"措施", "举措"})  # beside these words, 事项 and 任务 mean something else
_CONJUNCTIONS: Final = frozenset({"、", "和", "及", "以及", "与"})
_LONGEST: Final = 2000  # the most characters of a sentence that is searched for counts
_OUTCOME: Final = re.compile(
    rf"(?P<label>[一-鿿]{{2,30}}?)(?P<number>{NUMBER})(?<![万亿])\s*(?:余|多)?(?P<unit>万元|亿元|元|人次|人|项|个|份|件)"
)
_OUTCOMES: Final = re.compile(
    r"制度|机制|办法|规定|建章立制|追缴|清退|收缴|追回|退缴|退赔|上缴|挽回|收回|扣回|批评|谈话|诫勉|约谈|处分|问责|处理|立案|责令检查|提醒|通报|追责|免职|辞退|节约|盘活|化解"
)
_AROUND_LABEL: Final = re.compile(
    r"^(?:在?[一-鿿]*?(?:期间|以来|过程中|会上|整改中|目前)|通过[一-鿿]*?整改|其中|累计|总计|先后|同时|已经|已|等|共|并|还|对)+"
    r"|(?:共计|合计|总计|共|达|约)+$"
)


@dataclass
class Statement:
    """A count of problems or measures, with the role that the words beside it give it."""

    thing: Thing
    is_named: bool  # whether the thing is named beside this count; else it is that of the count before
    role: RoleName | None
    count: Count
    word: str = ""  # the word for the thing: 问题, 措施, 事项
    is_joined: bool = False  # whether only 、 or 和 stands between it and the next count
    all_done: bool = False
    start: int = 0  # its place in the paragraph
    wording: str = ""  # the words that say the role, such as 基本完成

    @property
    def kind(self) -> CountKind | None:
        """The kind of count that the role means; None without a role."""
        return _KINDS[self.role] if self.role else None


def stated_counts(texts: Iterable[str]) -> StatedCounts:
    """Read the counts that texts state. Of several counts of one kind, use the one that is stated most clearly, then the first."""
    paragraphs = [BRACKETS.sub("", text) for text in texts]
    all_counts = [each for counted in resolved(paragraphs) for each in counted]
    best: dict[tuple[Thing, CountKind], Statement] = {}
    for each in sorted(all_counts, key=lambda each: (each.kind is None, not each.is_named)):
        best.setdefault((each.thing, each.kind or "total"), each)
    for thing in _OTHER_THING:
        if (done := best.get((thing, "done"))) and done.all_done:
            best.setdefault((thing, "total"), done)
    numbers = {key: each.count.number for key, each in best.items()}
    if in_progress := _sum_in_progress(all_counts, numbers):
        numbers["measures", "in_progress"] = in_progress
    completed = [rate for text in paragraphs for rate in rates(text)]
    completed.sort(key=lambda rate: rate.thing == "measures")  # the rate of problems first, if there is one
    open_ = [each for each in all_counts if each.kind in {"in_progress", "not_started"}]
    return StatedCounts(
        {key: numbers[key] for key in STATED if key in numbers},
        completion_rate=round(float(completed[0].percent) / 100, 4) if completed else None,
        not_done=tuple(dict.fromkeys((each.thing, each.wording, each.count.number) for each in open_)),
        rates=tuple((rate.thing, rate.percent) for rate in completed),
        outcomes=tuple(_outcomes(paragraphs)),
    )


def _sum_in_progress(counted: Sequence[Statement], numbers: Counted) -> int:
    """Return the sum of several counts of measures in progress, such as 基本完成 and 申请延期, if it fits the total; else 0."""
    parts = [each.count.number for each in counted if (each.thing, each.kind) == ("measures", "in_progress")]
    total, done = numbers.get(("measures", "total")), numbers.get(("measures", "done"))
    others = numbers.get(("measures", "not_started"), 0)
    return sum(parts) if total is not None and done is not None and done + others + sum(parts) == total else 0


def resolved(texts: Sequence[str]) -> list[list[Statement]]:
    """Return the counts of each text, and decide by all counts and rates together which are of problems and which of measures.

    Counts of 任务 and 事项 beside measures are left out.
    """
    found = [list(statements(text)) for text in texts]
    named = {each.word for counted in found for each in counted if each.is_named and each.thing == "measures"}
    words = named & _MEASURES or named
    kept = [[each for each in counted if each.thing == "problems" or each.word in words] for counted in found]
    every = [each for counted in kept for each in counted]
    _correct_by_units(every)
    stated = [each for each in reversed(every) if each.is_named and each.kind == "total"]
    totals = {each.thing: each.count.number for each in stated if each.count.number}
    _correct_by_sums(every, totals)
    percents = [rate.percent for text in texts for rate in rates(text) if not rate.thing]
    _correct_by_rates(every, stated, totals, percents)
    return kept


def _correct_by_units(counted: Sequence[Statement]) -> None:
    """Correct whether counts without a name are of problems or measures: by the unit, and since a part is not larger than its total."""
    totals = [each for each in counted if each.is_named and each.kind == "total"]
    units = {thing: {each.count.unit for each in totals if each.thing == thing} for thing in _OTHER_THING}
    most = dict.fromkeys(_OTHER_THING, 0)
    for each in totals:
        most[each.thing] = max(most[each.thing], each.count.number)
    for each in counted:
        other = _OTHER_THING[each.thing]
        by_unit = each.count.unit in units[other] - units[each.thing]
        too_many = 0 < most[each.thing] < each.count.number
        if not each.is_named and (by_unit or too_many) and each.count.number <= most[other]:
            each.thing = other


def _correct_by_sums(counted: Sequence[Statement], totals: Mapping[Thing, int]) -> None:
    """Correct whether counts without a name are of problems or measures: by their sum, if it is the total of the other thing."""
    for thing, total in totals.items():
        unnamed = [each for each in counted if each.thing == thing and not each.is_named]
        parts = [each for each in unnamed if each.kind not in {None, "total", "planned"}]
        whole = sum(each.count.number for each in parts)
        if parts and whole != total and whole == totals.get(_OTHER_THING[thing]):
            for each in parts:
                each.thing = _OTHER_THING[thing]


def _correct_by_rates(
    counted: Sequence[Statement],
    stated: Sequence[Statement],
    totals: Mapping[Thing, int],
    percents: Sequence[str],
) -> None:
    """Correct whether counts without a name or a unit of one total are of problems or measures: by a rate that is the share of what is done."""
    for each in counted:
        number, unit = each.count.number, each.count.unit
        alike = {total.thing for total in stated if total.count.unit == unit}
        shares = [key for key in totals if any(is_share(rate, number, totals[key]) for rate in percents)]
        if len(shares) == 1 and len(alike) != 1 and each.kind == "done" and not each.is_named:
            each.thing = shares[0]


def statements(text: str) -> Iterator[Statement]:
    """Yield the counts of a paragraph, in order. What is not said beside a count is taken from the counts next to it."""
    before: Statement | None = None
    for piece in re.finditer(r"[^。；;！\n]+", text):
        named = list(counts(piece[0])) if len(piece[0]) <= _LONGEST else []
        if named and not _BY_LEADERS.search(piece[0]):
            counted = _sentence_counts(piece[0], named, before)
            before = counted[-1] if counted else before
            for each in (*counted, *_all_done(piece[0], counted)):
                each.start = piece.start() + each.count.start
                yield each


def _sentence_counts(sentence: str, found: Iterable[Count], earlier: Statement | None) -> list[Statement]:
    counted: list[Statement] = []
    others = [match.span() for match in _ANY_COUNT.finditer(sentence)]
    for count in found:
        begin = counted[-1].count.named_end if counted else 0
        statement = _statement(sentence, count, others, counted[-1] if counted else earlier, begin)
        # A number without a named thing is not a total: 成立专班3个.
        is_part = statement and statement.kind not in {None, "total", "planned"} and _TOPIC.search(sentence)
        if statement and (statement.is_named or counted or is_part):
            counted.append(statement)
    for each, following in reversed([*pairwise(counted)]):
        if each.kind is None and each.is_joined:
            each.role, each.wording, each.all_done = following.role, following.wording, following.all_done
    for previous, each in pairwise(counted):
        if each.kind is None and previous.is_joined:
            each.role, each.wording = previous.role, previous.wording
    return counted


def _statement(
    sentence: str, count: Count, spans: Sequence[tuple[int, int]], previous: Statement | None, start: int
) -> Statement | None:
    """Return a count with the words beside it; None if it is not a count of problems or measures.

    `spans` are the places of all counts in the sentence, of whatever thing; `start` is where the count before this one ended.
    """
    left = sentence[max((end for _start, end in spans if end <= count.start), default=0) : count.start]
    following = next((start for start, _end in spans if start >= count.named_end), None)
    until = sentence[count.named_end : following]
    right = re.split(r"[，,：:（(]", until)[0]
    left_of = sentence[start : count.start]
    named = _named_before(left_of)
    if count.thing:
        named = count.thing, sentence[count.end : count.named_end][-2:]
    is_article = count.number < 2 and not sentence[count.start].isascii()  # noqa: PLR2004  一个
    # A count in 件 after things that are counted in 个 or 项 is of letters or cases, unless it is of 整改.
    same_unit = previous is not None and previous.count.unit == count.unit
    is_other = count.unit == "件" and not same_unit and not left.endswith("整改")
    if not named and (is_article or is_other or (until and until[0] not in _MAY_FOLLOW)):
        return None
    if left.endswith(("类", "每", "第")) or _PARTIAL.search(left):
        return None
    of_previous, *own = re.split("[，,]", left_of, maxsplit=1) if start else [left_of]
    # 22项问题已全部完成，61项措施 is of 22 only; 22个问题制定措施，共61条 is of 61.
    is_taken = own and _role_in(of_previous)[0] not in {None, "total"}
    role, wording = _role_in(own[0] if is_taken else left_of, last=True)
    after, behind = _role_in(right)
    all_done = bool(ALL_DONE.search(right)) and after not in _OPEN
    # Words between two counts belong to the second one.
    to_next = following is not None and right == until and not all_done
    if right.startswith(("中", "里")) or (to_next and after and right.strip() not in _CONJUNCTIONS):
        role, all_done = role or "total", False
    elif not to_next:
        role, wording = (role, wording) if role else (after, behind)
        all_done = all_done and role != "total"  # of a total, `_all_done` yields a statement of its own
    is_joined = re.sub("具体|整改|反馈|问题|措施|任务|事项", "", until).strip() in _CONJUNCTIONS
    thing, word = named or ((previous.thing, previous.word) if previous else ("problems", ""))
    return Statement(thing, named is not None, role, count, word, is_joined, all_done, wording=wording)


def _named_before(text: str) -> tuple[Thing, str] | None:
    """Return the thing that is named before a count, as in 问题共14个, and the word for it."""
    text = _ANY_COUNT.sub("", text)
    for thing, begin, end in things(text):
        if _NAMED_BEFORE.fullmatch(text, end):
            return thing, text[begin:end]
    return None


def _role_in(text: str, *, last: bool = False) -> tuple[RoleName | None, str]:
    """Return the first role in a text, or the last one, with its words; None and an empty text if there is none."""
    in_order = reversed(roles(text)) if last else roles(text)
    found = ((each.name, text[each.start : each.end]) for each in in_order if each.name in _KINDS)
    return next(found, (None, ""))


def _all_done(sentence: str, counted: Sequence[Statement]) -> Iterator[Statement]:
    """Yield a statement that all of the things counted last are done, for each clause that says so without a number."""
    for match in ALL_DONE.finditer(sentence):
        last = next((each for each in reversed(counted) if each.count.named_end <= match.start()), None)
        clause = re.split("[，,：:]", sentence[: match.end()])[-1]
        if last and last.kind in {None, "total"} and _role_in(clause)[0] not in _OPEN:
            yield replace(last, role="done", is_joined=False, all_done=False)
            before = counted[counted.index(last) - 1] if counted[0] is not last else last
            if before.is_joined and before.kind in {None, "total"} and before.thing != last.thing:
                yield replace(before, role="done", is_joined=False, all_done=False)


def _outcomes(texts: Sequence[str]) -> Iterable[Outcome]:
    """Return the outcomes that texts count: rules made, money recovered, people admonished."""
    outcomes: dict[str, Outcome] = {}
    for match in (match for text in texts for match in _OUTCOME.finditer(text)):
        label, number = _AROUND_LABEL.sub("", match["label"]), amount(match["number"])
        is_outcome = _OUTCOMES.search(label) and not label.endswith(("问题", "措施", "任务"))
        if number is not None and is_outcome:
            outcomes.setdefault(label, Outcome(label, number, match["unit"]))
    return outcomes.values()
