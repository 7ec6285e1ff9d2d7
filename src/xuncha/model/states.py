"""The state of a measure in the words of an office: 已完成并长期坚持, 基本完成, 正在推进, 取得阶段性成效, 未完成, 已销号, √, 80%."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.model.vocabulary import Status

WORDS: Final[dict[Status, str]] = {
    "not_started": "未启动", "in_progress": "推进中", "submitted": "申请销号", "closed": "已销号",
}  # fmt: skip
"""The words that we write."""
UNSAID: Final = "待明确"
"""What papers print in place of a name or a day that nobody has said yet."""
LONGEST = 24
"""Characters of a state; whatever is longer tells of progress."""
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)%")
_LONG_TERM = re.compile(r"长期|持续|常态")
_BASICALLY = re.compile(r"基本(?:完成|整改|到位|办结)|部分完成|初步完成|大部分完成")
_STAGED = re.compile(r"阶段性")
_SUBMITTED = re.compile(r"申请销号|待销号|拟销号|待验收|提请销号|报请销号|待审核")
_NOT_BEGUN = re.compile(r"未启动|未开始|未开展|尚未启动|未整改|待启动|尚未开展|没有开始")
_NOT_DONE = re.compile(
    r"(?:未|没有|尚未|暂未|没)(?:完成|销号|办结|整改到位|整改完成|到位)|未完|^否$|^×$|^✗$|^N$|^no$",
    re.IGNORECASE,
)
_GOING_ON = re.compile(
    r"推进|整改中|进行中|正在|办理中|实施中|落实中|跟进|启动|持续整改|继续整改|序时|按计划|有序|达到序时进度|开展中"
)
_DONE = re.compile(
    r"完成|已?销号|办结|整改到位|已整改|整改完毕|已解决|落实到位|已落实|已到位|完毕|^是$|^√$|^✓$|^✔$|^☑$|^Y$|^yes$",
    re.IGNORECASE,
)
_NOT_YET = re.compile("推进中|正在|整改中")
_LASTING = frozenset({"持续", "持续坚持", "长期坚持"})


class State(NamedTuple):
    """How a measure stands."""

    status: Status
    long_term: bool = False
    doubt: str = ""
    """What was assumed; empty where nothing was."""


def state(value: object, form: str = "") -> State | None:
    """Read the state in a cell, a word or a share with its number format; None where it tells none."""
    if isinstance(value, bool):
        return State("closed" if value else "in_progress")
    if isinstance(value, int | float):
        return _share(float(value) * 100) if "%" in form else None
    text = "".join(unicodedata.normalize("NFKC", str(value or "")).split())
    if not text or len(text) > LONGEST:
        return None
    match = _PERCENT.search(text)
    return _share(float(match[1])) if match else _word(text)


def _word(text: str) -> State | None:
    long_term, going_on = bool(_LONG_TERM.search(text)), _GOING_ON.search(text)
    incomplete = _("not complete: taken for in progress, or not started where no progress is told")
    staged = _("a staged result: closed where the measure is a long-term one, else in progress")
    basically = _("nearly complete: not counted as closed")
    states = (
        (_NOT_BEGUN.search(text), State("not_started")),
        (_NOT_DONE.search(text), State("in_progress", doubt=incomplete)),
        (_SUBMITTED.search(text), State("submitted")),
        (_BASICALLY.search(text), State("in_progress", long_term, basically)),
        (_STAGED.search(text) and not going_on, State("closed", doubt=staged)),
        (_DONE.search(text) and not _NOT_YET.search(text), State("closed", long_term)),
        (going_on or text in _LASTING, State("in_progress", long_term and "长期" in text)),
    )
    return next((state for told, state in states if told), None)


def _share(percent: float) -> State:
    if percent >= 100:  # noqa: PLR2004
        return State("closed")
    doubt = _("a share of {n} %").format(n=f"{percent:g}")
    return State("in_progress" if percent else "not_started", doubt=doubt)


def is_staged(value: object) -> bool:
    """Return whether a text says that a staged result is reached, which closes only a long-term measure."""
    return bool(_STAGED.search(str(value or "")))


def is_negated(value: object) -> bool:
    """Return whether a text says that the measure is not complete."""
    return bool(_NOT_DONE.search("".join(str(value or "").split())))
