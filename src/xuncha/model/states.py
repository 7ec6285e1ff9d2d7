"""Read the state of a measure from the words of an office: 已完成并长期坚持, 基本完成, 正在推进, 取得阶段性成效, 未完成, 已销号, √, 80%.

Only words that say plainly that a measure is done close it. Any other words about completion (预计完成, 完成初稿, 未按期完成) leave it
open, with a doubt: a measure that is wrongly closed would be believed, one that is wrongly left open is noticed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final, NamedTuple

from xuncha.chinese.characters import without_invisible
from xuncha.chinese.days import find_dates
from xuncha.language import gettext as _
from xuncha.model.formats import is_percent
from xuncha.model.vocabulary import Status

MAX_LENGTH = 24  # characters of a state; a longer text describes progress
_FILLER: Final = "(?:[A-D]类,|目前|现|截至目前|至今|该|此|本|项|条|问题|措施|任务|工作|事项|整改|均|全部|全面|都|皆|并|且|了|,)*"
"""Words around the decisive one; they change nothing."""
_DAY: Final = r"(?:\d{4}[年./-]\d{1,2}(?:[月./-]\d{1,2})?[日月]?)"
_ALREADY: Final = rf"(?:已经?|业已)(?:于?{_DAY})?(?:按期|按时|如期|按要求|提前|圆满|顺利|全部|全面|于)*"
_FINISHED: Final = (
    rf"(?:已(?:对账|公示|审核|验收)销号|(?:提前|逾期|超期)完成(?:整改)?|(?:{_DAY})前?(?:销号|办结)|{_ALREADY}(?:整改|解决|落实|到位|验收合格|通过验收|闭环|销账|销|化解|修复|关闭|清零|结案|交账|改完|改好)|(?:同意|准予|批准)销号|(?:{_ALREADY})?"
    r"(?:完成(?:整改|销号|验收|办结)?|整改(?:完成|到位|完毕|办结)|落实到位|办结|办理完毕|销号|完毕|闭环|销账|清零|结案|关闭))"
)
_LASTING: Final = "(?:长期|持续|常态化?|坚持|巩固|保持|落实|执行|抓好|任务|并|,|;)*"
"""Words for keeping up a result that is reached. 推进 and 整改 are not among them: then the measure is not done."""
_STAGED_RESULT: Final = "(?:取得了?(?:明显|显著|初步|较好)?阶段性(?:成效|成果|效果)|阶段性(?:完成|整改到位))"
_DONE: Final = re.compile(
    rf"(?:{_DAY},?(?=.*已))?{_FILLER}{_FINISHED}(?:{_FILLER}{_FINISHED})*{_FILLER}(?:100%)?(?P<lasting>(?:,|并|且|;)*(?:长期|持续|常态){_LASTING})?(?:,?于?{_DAY})?"
    r"|[√✓✔☑✅](?:已?完成|已?销号|已?整改|是)?|是|Y|YES|CLOSED|DONE|COMPLETED|(?:复查|验收)?合格|100%(?:已?完成)?",
    re.IGNORECASE,
)
_STAGED: Final = re.compile(
    rf"{_FILLER}(?:{_FINISHED}{_FILLER})?(?:已经?)?{_STAGED_RESULT}{_FILLER}(?P<lasting>(?:,|并|且|;)*(?:长期|持续|常态){_LASTING})?"
)
_PERCENT: Final = re.compile(
    r"(?:已|(?P<about>约|大约|近|接近|将近)|达到?|为|:|整改|完成|任务|工作|进度|进展|比例|率|的|总体)*(?P<percent>\d{1,3}(?:\.\d+)?)%(?P<nearly>左右|上下|以内)?(?:完成|已完成)?"
)
_LONG_TERM: Final = re.compile(r"长期|持续|常态")
_SUBMITTED: Final = re.compile(
    rf"(?:{_FILLER}{_FINISHED}{_FILLER})?(?:已经?|正在?|现)?(?:(?:申请|提请|报请|待|拟|提交|报送)(?:销号|验收|审核|复核)(?:申请|中|材料)?)"
)
_NOT_BEGUN: Final = re.compile(
    r"(?:均|全部|目前|暂|还|仍|因.*,)*(?:尚?未(?:启动|开始|开展|整改|开工|动)|待启动|没有(?:开始|启动))(?:实施|整改|推进)?"
)
_NOT_DONE: Final = re.compile(
    r"(?:仍|还|暂|目前|均)*(?:尚?未|没有|没)(?:全部|完全)?(?:完成|销号|办结|整改到位|整改完成|完成整改|到位|闭环|销账|销|解决|化解|修复|关闭|清零|结案|交账|改完|改好)|未完|否|×|✗|✘|N|no",
    re.IGNORECASE,
)
_BASICALLY: Final = re.compile(r"(?:基本|部分|初步|大部分|大体)(?:已经?)?(?:完成|整改|到位|办结|落实)")
_GOING_ON: Final = re.compile(
    r"^(?:进行|在办|ongoing|open)$|推进|整改之?中|尚在整改|(?:化解|修复|处置|整治)中|进行中|正在|办理中|实施中|落实中|跟进|启动|持续整改|继续整改|序时|按计划|有序|开展中|申请延期|不合格",
    re.IGNORECASE,
)
_COMPLETION: Final = re.compile(
    r"完成|完工|销号|办结|整改到位|已整改|整改完毕|已解决|落实到位|已落实|已到位|完毕|阶段性|(?<!不)合格|\d%"
)
_REFUSAL: Final = (
    r"(?:不(?:予以?|准予?|同意|符合)?(?:通过|合格|销号|达标|认可)|不(?:予?同意|符合(?:要求|标准)?)|(?:整改|落实)[仍还尚]?不到位"
    r"|未(?:能|予|获得?|经)?(?:通过|达标|认可)|(?:^|(?<=[,。;:])|被|予以?)(?:退回|驳回|打回)|(?:重新|继续)整改|返工)(?![的项产]|问题|现象)"
)
_VERDICT: Final = re.compile(rf"(?P<refused>{_REFUSAL})|合格|通过|同意|准予|销号|达标|认可|到位")
_REVIEW: Final = "(?:验收|复[查核验]|核[查验]|审[核批]|验证|销号)"
_REFUSED: Final = re.compile(
    rf"(?:{{words}}*{_REFUSAL}){{{{1,2}}}}{{words}}*".format(
        words=f"(?:{_REVIEW}|[经该此须,:为]|措施|问题|整改|申请|意见|结果|结论)"
    )
)
"""A text that says only that a measure was refused: 验收不合格，退回整改."""
_ASKS: Final = re.compile("[需须待请缺]|不[全齐足]|(?<!已)补充|重新整改")
"""Words after 退回 that ask for something. Money may be returned, too: 退回,2024年5月缴入国库."""
_NEGATED: Final = re.compile(
    rf"{_REVIEW}(?:结果|结论|意见)?[:为]?{_REFUSAL}|未(?!来)|没有|尚|无法|不能|难以|仍|剩余|其余|还有|预计|计划(?:于|在|\d)|力争|争取|拟于|即将|待.{{0,6}}(?:完成|验收|销号|批复)"
)
"""Words after a state that contradict it: 已完成。但资金尚未到位."""
_OPEN: Final = re.compile(
    r"正在(?:加快|抓紧|有序|积极|持续|逐步|按|由|对)*[^，。；]{0,4}(?:推进|办理|进行|整改|实施|开展|落实|征求|协调|建设|施工|审批|申请|起草|修订|报批|征地|招标)"
    r"|(?:尚|仍|还)(?:未|没有|需|在推进|有[^，。；]{0,8}(?:未|没有))|(?<!以来)未(?:完成|办结|销号|整改到位|启动)|(?:推进|进行|整改|办理|实施|征求意见)中(?=[，。；、）)]|$)"
    r"|(?:预计|计划|拟|力争|争取)(?:于|在|到)?(?:20\d\d年|\d{1,2}月|年底)"
)
"""Words in the text of a measure which show that it is not done, whatever its state says."""
_STATE_START: Final = re.compile(
    r"(?:该|此|本|项|条|问题|措施|任务|工作|事项|基本|部分|目前|现|均|全部)*(?:已|未|尚|完成|整改|正在|销号|办结|无法|没有|待|拟|预计|计划|力争|争取|即将|取得)"
)
_SENTENCE: Final = re.compile(r"[。；;!！\n]")
_PART: Final = re.compile(r"[。；;!！\n，,：:（）()]")
_STATE_WORDS: Final = re.compile(
    "整改|目前|截至|现|已经?|正在|尚未|仍未|还未|未能?|待|拟|申请|提请|基本|部分|初步|大部分|全部|均|取得|持续|长期|推进|完成|完毕|启动|开[展始]|落实|实施|办理|跟进|到位|办结|销[号账]"
    "|结案|清零|闭环|坚持|巩固|阶段性?|成[效果]|延期|按期|按时|如期|达到?|序时|进[度展行]|目标|解决|化解|修复|关闭|验收|审[核批]|复核|通过|合格|并|且|中|该|此|问题|措施|任务|工作|事项|有序|按计划|积极|加快|抓紧|状态|情况|结果|立行立改|常态化?|[按依]照|时间|节点|要求|方案|计划|牵头|负责|责任人?|督[办促]|[于年月日底前]"
)
"""The words that states consist of."""
_FEWEST_TOLD: Final = 4  # characters besides these words of a text that tells something
_COUNT_TOLD: Final = re.compile("\\d(?=[\u4e00-\u9fff])(?!个?[年月日季前底末后])")  # 3次, but not 12月底前
_LASTING_ALONE: Final = frozenset({"持续", "持续坚持", "长期坚持"})

_EMPTY_BOX: Final = re.compile("[□☐○◯]")
_BOX: Final = re.compile("([□☐○◯☑√✓✔■☒●])")


class State(NamedTuple):
    """The state of a measure, as read from words."""

    status: Status
    long_term: bool = False
    doubt: str = ""  # what was assumed; empty if nothing was
    explicit: bool = True
    """Whether the words are a known expression of a state; False if they only mention completion."""
    staged: bool = False
    """Whether only a staged result is reached, which closes only a long-term measure."""
    negated: bool = False
    """Whether the words only say that it is not complete: without any progress, it is not started."""


def read_state(value: object, form: str = "", today: date | None = None) -> State | None:
    """Read the state in a cell: a word, or a percentage with its number format `form`; None if the cell has no state.

    A measure that is said to be done on a day after `today` is not done.
    """
    if isinstance(value, bool):
        return State("closed" if value else "in_progress")
    if isinstance(value, int | float):
        return _percent_state(float(value) * 100) if is_percent(form) else None
    text = _normalized(_ticked_words(value))
    if not text or len(text) > MAX_LENGTH:
        return None
    match = _PERCENT.fullmatch(text)
    if match:
        return _percent_state(float(match["percent"]), approximate=bool(match["about"] or match["nearly"]))
    return _word_state(text, today)


def is_plain_state(value: object, form: str = "") -> bool:
    """Return whether a cell holds a state and nothing else; columns of states are recognized by this."""
    found = read_state(value, form)
    return found is not None and found.explicit


def tells_more(text: str) -> bool:
    """Return whether a text with a state tells of the work, too: 正在组织第二批招聘, 正在推进，已演练3次."""
    others = (re.sub(r"[^\u4e00-\u9fff]", "", _STATE_WORDS.sub("", part)) for part in _PART.split(text))
    return bool(_COUNT_TOLD.search(text)) or any(len(other) >= _FEWEST_TOLD for other in others)


def is_ongoing(text: str, today: date) -> bool:
    """Return whether the text of a measure itself says that it goes on, is planned, is not done, or is done on a future day."""
    parts = [bare for part in _PART.split(text) if len(bare := _normalized(part)) <= MAX_LENGTH]
    in_future = any(
        (found := _word_state(bare)) and found.status == "closed" and _word_state(bare, today) != found
        for bare in parts
    )
    return in_future or bool(_OPEN.search(text))


def state_of_text(text: str, today: date | None = None) -> State | None:
    """Read the state in the first sentence of a text; None if the text does not begin with a state.

    A first sentence that says more, or a later sentence that contradicts it, leaves the measure open.
    """
    first, *others = [sentence for part in _SENTENCE.split(text) if (sentence := _normalized(part))] or [""]
    if not _STATE_START.match(first):
        return None
    found = _word_state(first, today) if len(first) <= MAX_LENGTH else None
    if found is None and _COMPLETION.search(first):
        return _unclear_state()
    taken_back = found is not None and found.status == "closed" and any(map(_NEGATED.search, others))
    return _unclear_state() if taken_back else found


def refused_state(value: object, form: str = "", *, of_state: bool) -> State | None:
    """Return the state of a measure that a cell beside its state keeps open: 验收不通过, 不予销号; None if the cell does not.

    In a column of states or verdicts (`of_state`) the last verdict counts, and any other state that is not closed, such as 否.
    """
    text = _normalized(value)
    verdicts = [match["refused"] for match in _VERDICT.finditer(text)] if of_state else []
    first, _comma, rest = text.partition(",")  # 退回,需补充材料
    taken_back = _REFUSED.fullmatch(first) and _ASKS.search(rest) and not _VERDICT.search(rest)
    if any(verdicts) or _REFUSED.fullmatch(text) or taken_back:
        return State("in_progress") if not verdicts or verdicts[-1] else None
    found = read_state(value, form) if of_state else None
    return found if found and found.explicit and found.status != "closed" else None


def _ticked_words(value: object) -> object:
    """Return the words after the only ticked box, as in ☑已完成 □未完成; a text without empty boxes is returned unchanged."""
    boxes = _BOX.split(value) if isinstance(value, str) and _EMPTY_BOX.search(value) else []
    ticked = [words for box, words in zip(boxes[1::2], boxes[2::2], strict=True) if not _EMPTY_BOX.match(box)]
    return ticked[0] if len(ticked) == 1 else "" if boxes else value


def _normalized(value: object) -> str:
    """Normalize a text for comparison: half-width, without blanks, and without punctuation at its ends."""
    text = "".join(unicodedata.normalize("NFKC", without_invisible(str(value or ""))).split())
    text = text.translate({ord(mark): "," for mark in "()[]【】、，"})
    return text.strip(",.。!;；“”\"'")


def _word_state(text: str, today: date | None = None) -> State | None:
    incomplete = _("not complete: read as in progress, or as not started if there is no progress")
    staged = _("a staged result: read as closed for a long-term measure, else as in progress")
    basically = _("nearly complete: not counted as closed")
    lasting = bool(_LONG_TERM.search(text))
    if match := _DONE.fullmatch(text):
        if today and (later := [day for each in find_dates(text) if (day := each.first) and day > today]):
            doubt = _("completion date {day} is in the future: read as in progress")
            return State("in_progress", doubt=doubt.format(day=later[0]))
        return State("closed", bool(match["lasting"]))
    if match := _STAGED.fullmatch(text):
        return State("closed", bool(match["lasting"]), staged, staged=True)
    mentioned, going_on = _COMPLETION.search(text), _GOING_ON.search(text)
    denied = _NOT_BEGUN.fullmatch(text.partition(",")[0]) or _NOT_DONE.fullmatch(text)
    states = (
        (_NOT_BEGUN.fullmatch(text), State("not_started")),
        (denied, State("in_progress", lasting, incomplete, negated=True)),
        (_SUBMITTED.fullmatch(text), State("submitted")),
        (_BASICALLY.search(text), State("in_progress", lasting, basically)),
        (mentioned, _unclear_state(explicit=bool(going_on))),
        (going_on or text in _LASTING_ALONE, State("in_progress", "长期" in text)),
        (_REFUSED.fullmatch(text), State("in_progress", explicit=False)),
    )
    return next((state for applies, state in states if applies), None)


def _unclear_state(*, explicit: bool = False) -> State:
    doubt = _("it does not clearly say that it is done: read as in progress")
    return State("in_progress", doubt=doubt, explicit=explicit)


def _percent_state(percent: float, *, approximate: bool = False) -> State:
    if percent == 100 and not approximate:  # noqa: PLR2004
        return State("closed")
    doubt = _("complete: {n} %", n=f"{percent:g}")
    return State("in_progress" if percent else "not_started", doubt=doubt)
