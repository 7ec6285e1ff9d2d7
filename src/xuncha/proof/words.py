"""Words: the slips of the trade, words said twice, the same name in two forms."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from xuncha.language import gettext as _
from xuncha.proof import slips
from xuncha.proof.catalogue import Chapter, Position, write

if TYPE_CHECKING:
    from xuncha.proof.catalogue import Found
    from xuncha.proof.text import Text

RULES = Chapter()
_SENTENCE = re.compile(r"[^。！？；;]+")
_SAME_SENTENCE = 20
"""Characters from which a sentence that stands twice was copied, not meant."""
_QUOTED = re.compile(r"“([^“”]{2,8})”")
_MOST_TERMS = 60
_ORDINAL = re.compile(r"第(?:(?P<digits>[0-9]{1,3})|[一二三四五六七八九十]{1,3})(?P<unit>[位名])")
_INSPECTORS = re.compile(
    r"(?P<committee>[省市县区旗]委)第(?:[一二三四五六七八九十]{1,3}|[0-9]{1,2})巡[察视]组"
)

RULES.declare(
    "wrong-word",
    "error",
    why="A word for another that sounds or looks like it: 巡查 is a patrol, 巡察 is an inspection by the party.",
    wrong="现将巡查整改情况予以公布。",
    right="现将巡察整改情况予以公布。",
    check=slips.slipped(slips.CERTAIN),
)

RULES.declare(
    "likely-word",
    "warning",
    why="截止 ends something, and has no object: 截至 is “up to”; 得 stands before what a verb leads to; and others of the kind.",
    wrong="截止目前，已完成整改13个。",
    right="截至目前，已完成整改13个。",
    check=slips.slipped(slips.LIKELY),
)

RULES.declare(
    "measure-word",
    "note",
    why="Documents are counted in 件, rules in 项.",
    wrong="全年发布规范性文件5条。",
    right="全年发布规范性文件5件。",
    check=slips.slipped(slips.UNITS),
)

RULES.pattern(
    "adverb",
    "note",
    slips.ADVERBIAL,
    lambda: _("“{words}”: before a verb stands {mark}"),
    why="Before a verb stands 地.",
    wrong="扎实的推进整改工作。",
    right="扎实地推进整改工作。",
    instead=r"\1地",
    mark="地",
    in_titles=False,
)


@RULES.rule(
    "doubled-word",
    "error",
    why="A word was typed twice.",
    wrong="专项整治抽查抽查项目60个。",
    right="专项整治抽查项目60个。",
)
def doubled_word(text: Text) -> Found:
    """Find words that follow themselves."""
    for line, match in text.search(slips.DOUBLED, text.untitled):
        once = match[1] or match[0][0]
        if not (match[1] and slips.MAY_DOUBLE.fullmatch(once)):
            yield (line, match.start()), _("“{words}” stands twice").format(words=once), write(once)


RULES.pattern(
    "synonym",
    "warning",
    slips.SYNONYMS,
    lambda: _("“{words}” says one thing twice"),
    why="Two words for one thing: one was to replace the other.",
    wrong="进一步提升提高政治判断力。",
    right="进一步提高政治判断力。",
    hint=lambda: _("leave one of them"),
    in_titles=False,
)

RULES.pattern(
    "approximate",
    "warning",
    slips.APPROXIMATE,
    lambda: _("“{words}” is approximate twice over"),
    why="近 and 余, 约 and 左右 both say that a number is not exact; 近 says it is less, 余 that it is more.",
    wrong="累计检查项目近60余个。",
    right="累计检查项目60余个。",
    hint=lambda: _("leave one of them"),
)


@RULES.rule(
    "repeated-sentence",
    "warning",
    why="The same sentence twice was copied, and not changed where it should have been.",
    wrong="定期调度整改进展，逐条核验佐证材料，完成一个、销号一个。\n定期调度整改进展，逐条核验佐证材料，完成一个、销号一个。",
    right="定期调度整改进展，逐条核验佐证材料，完成一个、销号一个。",
)
def repeated_sentence(text: Text) -> Found:
    """Find long sentences that stand in the text before."""
    seen: dict[str, Position] = {}
    for line, match in text.search(_SENTENCE, text.texts):
        place, sentence = (line, match.start()), match[0].strip()
        if len(sentence) >= _SAME_SENTENCE and (first := seen.setdefault(sentence, place)) != place:
            message = _("this sentence stands in line {n} already: “{words}”")
            shown = message.format(n=text.lines[first[0]].line, words=sentence[:_SAME_SENTENCE])
            yield place, shown, ""


@RULES.rule(
    "quotes-differ",
    "note",
    why="A term that has quotation marks once has them always.",
    wrong="开展“双公示”工作培训，将“双公示”工作纳入考核，双公示信息合规率100%。",
    right="开展“双公示”工作培训，将“双公示”工作纳入考核，“双公示”信息合规率100%。",
)
def quotes_differ(text: Text) -> Found:
    """Find terms without quotation marks that have them more often than not."""
    quoted = Counter(match[1] for _line, match in text.search(_QUOTED, text.texts))
    often = [term for term, times in quoted.most_common(_MOST_TERMS) if times > 1]
    if not often:
        return
    longest_first = sorted(often, key=len, reverse=True)
    hidden = [_QUOTED.sub(lambda term: "\0" * len(term[0]), words) for words in text.untitled]
    bare = list(text.search(re.compile("|".join(map(re.escape, longest_first))), hidden))
    times = Counter(match[0] for _line, match in bare)
    for line, match in bare:
        if times[match[0]] <= quoted[match[0]]:
            message = _("“{words}” has quotation marks elsewhere").format(words=match[0])
            yield (line, match.start()), message, write(f"“{match[0]}”")


@RULES.rule(
    "ordinal",
    "note",
    why="Places are written 第一位 and 第四位, or 第1位 and 第4位: in one way (GB/T 15835-2011, 4.3).",
    wrong="增幅列全省第一位，占比列全省第4位。",
    right="增幅列全省第1位，占比列全省第4位。",
)
def ordinal(text: Text) -> Found:
    """Find places that are written in both ways in one line; the first of each line."""
    digits: dict[tuple[int, str], bool] = {}
    shown = -1
    for line, match in text.search(_ORDINAL):
        in_digits = match["digits"] is not None
        if line != shown and digits.setdefault((line, match["unit"]), in_digits) != in_digits:
            shown = line
            message = _("“{words}”: another place in this line is written the other way")
            yield (line, match.start()), message.format(words=match[0]), _("choose one of them")


@RULES.rule(
    "inspector-differs",
    "error",
    why="One notice is about one inspection.",
    wrong="市委第五巡察组对我局党组开展巡察。\n收到市委第三巡察组反馈意见后，第一时间召开会议。",
    right="市委第五巡察组对我局党组开展巡察。\n收到市委第五巡察组反馈意见后，第一时间召开会议。",
)
def inspector_differs(text: Text) -> Found:
    """Find groups of inspectors other than the first one that is named."""
    first: dict[str, str] = {}
    for line, match in text.search(_INSPECTORS, text.texts):
        known = first.setdefault(match["committee"], match[0])
        if match[0] != known:
            message = _("{words}: before it was {first}").format(words=match[0], first=known)
            yield (line, match.start()), message, ""
