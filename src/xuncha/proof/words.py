"""Words: the slips of the trade, words said twice, the same name in two forms."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from xuncha.language import gettext as _
from xuncha.proof.catalogue import Remark, rule
from xuncha.proof.slips import ADVERBIAL, APPROXIMATE, CERTAIN, DOUBLED, LIKELY, MAY_DOUBLE, SYNONYMS, UNITS
from xuncha.proof.text import HAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.proof.slips import Slip
    from xuncha.proof.text import Text

_TITLE = re.compile(r"《[^《》]{1,120}》")
_BEFORE = re.compile(rf"{HAN}{{1,2}}$")
_BEHIND = re.compile(rf"{HAN}{{0,2}}")
_SENTENCE = re.compile(r"[^。！？；;]+")
_SAME_SENTENCE = 20
"""Characters from which a sentence that stands twice was copied, not meant."""
_QUOTED = re.compile(r"“([^“”]{2,8})”")
_ORDINAL = re.compile(r"第(?:(?P<digits>[0-9]{1,3})|(?P<numeral>[一二三四五六七八九十]{1,3}))(?P<of>位|名)")
_INSPECTORS = re.compile(
    r"(?P<who>[省市县区旗]委)第(?P<which>[一二三四五六七八九十]{1,3}|[0-9]{1,2})巡[察视]组"
)


def _outside_titles(text: Text) -> Iterator[tuple[int, str]]:
    """The lines, with blanks for the titles in them: those were not written here."""
    for line, words in enumerate(text.texts):
        yield line, _TITLE.sub(lambda title: "\0" * len(title[0]), words) if "《" in words else words


def _slipped(text: Text, slips: tuple[Slip, ...]) -> Iterator[Remark]:
    for line, words in _outside_titles(text):
        said: set[int] = set()
        for slip in slips:
            for match in slip.wrong.finditer(words):
                if match.start() in said:
                    continue
                said.add(match.start())
                right = match.expand(slip.right)
                start, end = _shown(words, match)
                before, behind = words[start : match.start()], words[match.end() : end]
                message = _("“{words}”: {right} is meant").format(words=words[start:end], right=right)
                hint = _("write {right}").format(right=f"{before}{right}{behind}")
                yield Remark(line, match.start(), match[0], message, hint)


def _shown(words: str, match: re.Match[str]) -> tuple[int, int]:
    """From where to where the words are said: of a character or two, with what stands around them in Chinese."""
    if len(match[0]) > 2:  # noqa: PLR2004
        return match.span()
    before, behind = (
        _BEFORE.search(words, max(0, match.start() - 2), match.start()),
        _BEHIND.match(words, match.end()),
    )
    return before.start() if before else match.start(), behind.end() if behind else match.end()


@rule(
    "wrong-word",
    "error",
    why="A word for another that sounds or looks like it: 巡查 is a patrol, 巡察 is an inspection by the party.",
    wrong="现将巡查整改情况予以公布。",
    right="现将巡察整改情况予以公布。",
)
def wrong_word(text: Text) -> Iterator[Remark]:
    """Slips that are certain."""
    return _slipped(text, CERTAIN)


@rule(
    "likely-word",
    "warning",
    why="截止 ends something, and has no object: 截至 is “up to”; 得 stands before what a verb leads to; and others of the kind.",
    wrong="截止目前，已完成整改13个。",
    right="截至目前，已完成整改13个。",
)
def likely_word(text: Text) -> Iterator[Remark]:
    """Slips that are almost certain."""
    return _slipped(text, LIKELY)


@rule(
    "measure-word",
    "note",
    why="Documents are counted in 件, rules in 项.",
    wrong="全年发布规范性文件5条。",
    right="全年发布规范性文件5件。",
)
def measure_word(text: Text) -> Iterator[Remark]:
    """Units that do not go with what is counted."""
    return _slipped(text, UNITS)


@rule(
    "adverb",
    "note",
    why="Before a verb stands 地.",
    wrong="扎实的推进整改工作。",
    right="扎实地推进整改工作。",
)
def adverb(text: Text) -> Iterator[Remark]:
    """的 before a verb."""
    for line, words in _outside_titles(text):
        for match in ADVERBIAL.finditer(words):
            shown = words[match.start() : match.end() + 2]
            right = f"{match['how']}地"
            message = _("“{words}”: before a verb stands {right}").format(words=shown, right="地")
            yield Remark(line, match.start(), match[0], message, _("write {right}").format(right=right))


@rule(
    "doubled-word",
    "error",
    why="A word was typed twice.",
    wrong="专项整治抽查抽查项目60个。",
    right="专项整治抽查项目60个。",
)
def doubled_word(text: Text) -> Iterator[Remark]:
    """Words that follow themselves."""
    for line, words in _outside_titles(text):
        for match in DOUBLED.finditer(words):
            once = match[1] or match[0][:1]
            if not MAY_DOUBLE.fullmatch(once) or (match[0] == once * 2 and not match[1]):
                message = _("“{words}” stands twice").format(words=once)
                yield Remark(line, match.start(), match[0], message, _("write {right}").format(right=once))


@rule(
    "synonym",
    "warning",
    why="Two words for one thing: one was to replace the other.",
    wrong="进一步提升提高政治判断力。",
    right="进一步提高政治判断力。",
)
def synonym(text: Text) -> Iterator[Remark]:
    """Pairs of words that mean the same."""
    for line, words in _outside_titles(text):
        for pair in SYNONYMS:
            place = words.find(pair)
            if place >= 0:
                message = _("“{words}” says one thing twice").format(words=pair)
                yield Remark(line, place, pair, message, _("leave one of them"))


@rule(
    "approximate",
    "warning",
    why="近 and 余, 约 and 左右 both say that a number is not exact; 近 says it is less, 余 that it is more.",
    wrong="累计检查项目近60余个。",
    right="累计检查项目60余个。",
)
def approximate(text: Text) -> Iterator[Remark]:
    """Numbers that are approximate twice over."""
    for line, words in enumerate(text.plain):
        for match in APPROXIMATE.finditer(words):
            message = _("“{words}” is approximate twice over").format(words=match[0])
            yield Remark(line, match.start(), match[0], message, _("leave one of them"))


@rule(
    "repeated-sentence",
    "warning",
    why="The same sentence twice was copied, and not changed where it should have been.",
    wrong="定期调度整改进展，逐条核验佐证材料，完成一个、销号一个。\n定期调度整改进展，逐条核验佐证材料，完成一个、销号一个。",
    right="定期调度整改进展，逐条核验佐证材料，完成一个、销号一个。",
)
def repeated_sentence(text: Text) -> Iterator[Remark]:
    """Long sentences that stand in the text before."""
    seen: dict[str, int] = {}
    for line, words in enumerate(text.texts):
        for match in _SENTENCE.finditer(words):
            sentence = match[0].strip()
            if len(sentence) < _SAME_SENTENCE:
                continue
            first = seen.setdefault(sentence, line)
            if seen[sentence] != line or words.find(match[0]) < match.start():
                place = text.lines[first].line
                message = _("this sentence stands in line {n} already: “{words}”").format(
                    n=place, words=sentence[:_SAME_SENTENCE]
                )
                yield Remark(line, match.start(), sentence[:_SAME_SENTENCE], message)


@rule(
    "quotes-differ",
    "note",
    why="A term that has quotation marks once has them always.",
    wrong="开展“双公示”工作培训，将“双公示”工作纳入考核，双公示信息合规率100%。",
    right="开展“双公示”工作培训，将“双公示”工作纳入考核，“双公示”信息合规率100%。",
)
def quotes_differ(text: Text) -> Iterator[Remark]:
    """Terms that have quotation marks more often than not."""
    quoted = Counter(match[1] for words in text.texts for match in _QUOTED.finditer(words))
    often = [term for term, times in quoted.most_common(60) if times > 1]
    if not often:
        return
    longest_first = sorted(often, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    bare: list[tuple[int, re.Match[str]]] = []
    for line, words in _outside_titles(text):
        hidden = _QUOTED.sub(lambda each: "\0" * len(each[0]), words)
        bare += [(line, match) for match in pattern.finditer(hidden)]
    times = Counter(match[0] for _line, match in bare)
    for line, match in bare:
        if times[match[0]] <= quoted[match[0]]:
            message = _("“{words}” has quotation marks elsewhere").format(words=match[0])
            right = _("write {right}").format(right=f"“{match[0]}”")
            yield Remark(line, match.start(), match[0], message, right)


@rule(
    "ordinal",
    "note",
    why="Places are written 第一位 and 第四位, or 第1位 and 第4位: in one way (GB/T 15835-2011, 4.3).",
    wrong="增幅列全省第一位，占比列全省第4位。",
    right="增幅列全省第1位，占比列全省第4位。",
)
def ordinal(text: Text) -> Iterator[Remark]:
    """Places in both ways in one line."""
    for line, words in enumerate(text.plain):
        first: dict[str, bool] = {}
        for match in _ORDINAL.finditer(words):
            digits = match["digits"] is not None
            if first.setdefault(match["of"], digits) != digits:
                message = _("“{words}”: another place in this line is written the other way").format(
                    words=match[0]
                )
                yield Remark(line, match.start(), match[0], message, _("choose one of them"))
                break


@rule(
    "inspector-differs",
    "error",
    why="One notice is about one inspection.",
    wrong="市委第五巡察组对我局党组开展巡察。\n收到市委第三巡察组反馈意见后，第一时间召开会议。",
    right="市委第五巡察组对我局党组开展巡察。\n收到市委第五巡察组反馈意见后，第一时间召开会议。",
)
def inspector_differs(text: Text) -> Iterator[Remark]:
    """Groups of inspectors that are not the first one that is named."""
    first: dict[str, str] = {}
    for line, words in enumerate(text.texts):
        for match in _INSPECTORS.finditer(words):
            known = first.setdefault(match["who"], match[0])
            if match[0] != known:
                message = _("{words}: before it was {first}").format(words=match[0], first=known)
                yield Remark(line, match.start(), match[0], message)
