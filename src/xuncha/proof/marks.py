"""Punctuation: full-width in Chinese, in pairs, not repeated, without spaces; letters and digits half-width."""

from __future__ import annotations

import re
from unicodedata import normalize

from xuncha.chinese.characters import HAN
from xuncha.chinese.punctuation import half_width_marks, unpaired
from xuncha.language import gettext as _
from xuncha.language import mark, ngettext
from xuncha.proof.chapter import Chapter, Mistakes, Text, write_hint

RULES = Chapter()
_LIST_MARK = re.compile(
    r"(?<![0-9])[0-9]{1,2}[)）]|(?:^|(?<=[。；;：:，,、\s]))(?:[a-zA-Z]|[一二三四五六七八九十]{1,3})[)）]"
)
"""Marks of a list such as 1) and a): their parenthesis is never opened."""
_EXCERPT = 12
_STOPS = "，。、；：,;:？！?!"
_HAN = re.compile(HAN)
_SPACED = "，。、！？：；“”（）「」《》【】"  # marks that have no space beside them
_WIDE = re.compile(r"[０-９Ａ-Ｚａ-ｚ]|(?<=[０-９])：(?=[０-９])")
"""A full-width letter or digit, or the colon of a time."""
_PARAGRAPH = 40  # characters; a line of so many is a paragraph, and must end with a mark


@RULES.rule("half-width", "warning",
    why="Chinese text has full-width punctuation; text copied from a web page often loses it.",
    example="按照有关要求{,→，}现将整改情况予以公布{(→（}含长期任务{)→）}。",
)  # fmt: skip
def _half_width(text: Text) -> Mistakes:
    """Find half-width marks beside Chinese characters; report those of a line together."""
    for line, words in enumerate(text.texts):
        if marks := half_width_marks(words):
            places, wrong, right = zip(*marks, strict=True)
            message = ngettext(
                "{n} half-width mark among Chinese: {marks}",
                "{n} half-width marks among Chinese: {marks}",
                len(marks),
                marks=" ".join(dict.fromkeys(wrong)),
            )
            yield (line, places[0]), message, write_hint(" ".join(dict.fromkeys(right)))


RULES.pattern("straight-quotes", "warning",
    rf"""^.*?(?P<words>(?<={HAN})["']|["'](?={HAN}))""",
    mark("straight quotation marks: {words}"), instead="“ ”",
    why="Chinese quotation marks are “ and ”.",
    example='落实{"→“}一岗双责{"→”}要求。',
)  # fmt: skip


@RULES.rule("unbalanced",
    why="Quotation marks, parentheses and 书名号 come in pairs.",
    example="落实“一岗双责{→”}，修订《信息公开办法（试行{→）}》。",
)  # fmt: skip
def _unbalanced(text: Text) -> Mistakes:
    """Find marks that are not closed, or were never opened, line by line."""
    for line, words in enumerate(text.half_width):
        in_lists = {match.end() - 1 for match in _LIST_MARK.finditer(words)}
        for start, sign, opening in unpaired(words):
            if opening or start not in in_lists:
                message, shown = _("{mark} is not closed: “{words}”"), words[start : start + _EXCERPT]
                if not opening:
                    message = _("{mark} has no opening mark: “{words}”")
                    shown = words[max(0, start - _EXCERPT) : start + 1]
                yield (line, start), message.format(mark=sign, words=shown), ""


RULES.pattern("doubled-mark", "error",
    rf"(?<![{_STOPS}])(?:[？！?!]{{2,3}}|。{{3,}})(?![{_STOPS}])|(?P<words>[{_STOPS}]{{2,}})",
    mark("one mark too many: “{words}”"), hint=mark("keep one of them"), before=4,
    why="A sentence ends once.",
    example="完成一个、销号一个。{。→}确保件件有落实。",
)  # fmt: skip

RULES.pattern("stop-twice", "note",
    "[。！？][”’]+。",
    mark("a full stop inside and outside the quotation: “{words}”"), hint=mark("keep one of them"),
    why="A sentence that ends inside quotation marks does not end again outside.",
    example="他说：“整改要到位。”{。→}",
)  # fmt: skip

RULES.pattern("ellipsis", "warning",
    r"\.{3,}|。{3,}|…(?!…)(?<!……)",
    mark("“{words}” should be ……"), instead="……",
    why="The Chinese ellipsis is …… (GB/T 15834-2011, 4.11).",
    example="台账、清单{...→……}一应俱全。",
)  # fmt: skip

RULES.pattern("pause-between-quotes", "note",
    "^.*?(?P<words>”、“|》、《)",
    mark("no {mark} is needed here: {words}"), hint=mark("leave {mark} out"), mark="、",
    why="Adjacent quotations, or titles in 书名号, usually have no 、 between them (GB/T 15834-2011, 4.5.3.5).",
    example="上线“绿色金融专区”{、→}“乡村振兴专区”。",
)  # fmt: skip


@RULES.rule("no-full-stop", "warning",
    why="A paragraph ends with punctuation; without it, part of the text may be missing.",
    example="收到反馈意见后，我局党组第一时间召开会议传达学习，研究部署整改工作，逐项明确责任领导和责任科室{→。}",
)  # fmt: skip
def _no_full_stop(text: Text) -> Mistakes:
    """Find paragraphs without a mark at the end. Headings need none, nor do lines without marks inside, such as a list of a web page."""
    for line, words in enumerate(text.texts):
        heading = text.heading_of.get(line)
        is_heading = heading is not None and heading.is_whole_line and "。" not in heading.title
        unfinished = len(words) >= _PARAGRAPH and _HAN.match(words[-1]) and re.search("[，,。；]", words)
        if unfinished and not is_heading:
            message = _("the paragraph ends without punctuation: “{words}”", words=words[-_EXCERPT:])
            yield (line, len(words) - 1), message, write_hint("。")


RULES.pattern("blank", "warning",
    rf"^(?=.*{HAN}).*?(?P<words>(?:(?<=\w)(?= +[{_SPACED}])|(?<=[{_SPACED}])(?= +\w)).{{1,3}})",
    mark("a space next to punctuation: “{words}”"), hint=mark("take it out"), before=2,
    why="Full-width punctuation has no space beside it: it is already as wide as a character.",
    example="细化为14个问题，{ →}逐项整改。",
)  # fmt: skip


@RULES.rule("full-width-letters", "warning",
    why="Letters and digits are half-width: full-width ones are spaced too widely, and no search finds them.",
    example="细化为{１４→14}个问题。",
)  # fmt: skip
def _full_width_letters(text: Text) -> Mistakes:
    """Find full-width letters and digits; report those of a line together."""
    for line, words in enumerate(text.texts):
        if letters := _WIDE.findall(words)[:20]:
            wrong = "".join(letters)
            shown = _("full-width letters or digits: {words}", words=wrong)
            yield (line, words.index(letters[0])), shown, write_hint(normalize("NFKC", wrong))
