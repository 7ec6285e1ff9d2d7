"""What Chinese offices write, understood wherever it is typed: days, and the words of closed lists."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Final

from xuncha.chinese import days
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.rules.names import suggestion

Words = Mapping[str, tuple[str, ...]]
"""The words of a list as the files write them, each with what people write for it."""
STATUSES: Final[Words] = {
    "not_started": ("未启动", "未开始", "尚未启动"),
    "in_progress": ("推进中", "进行中", "正在推进", "整改中"),
    "submitted": ("申请销号", "待销号", "已申请销号"),
    "closed": ("已销号", "销号", "已完成", "完成"),
}
TERMS: Final[Words] = {
    "at_once": ("立行立改", "立即整改"),
    "once": ("限时完成", "限期完成", "限时整改", "限期整改"),
    "long_term": ("长期坚持", "长期整改", "长期"),
}
RESULTS: Final[Words] = {
    "holds": ("保持", "保持良好", "成效保持", "巩固"),
    "slipped": ("反弹", "问题反弹", "出现反弹"),
}
LETTERS: Final[Words] = {
    "reminder": ("提醒", "提醒函"),
    "supervision": ("督办", "督办函"),
    "warning": ("告诫", "告诫函", "警示"),
}
CHANNELS: Final[Words] = {
    "phone": ("电话", "来电", "热线"),
    "post": ("来信", "信件", "信函", "邮寄"),
    "email": ("邮件", "电子邮件", "邮箱", "电子邮箱", "e-mail"),
    "visit": ("来访", "走访", "当面", "面谈"),
    "web": ("网络", "网上", "网站", "网络留言", "网上留言"),
}
"""How a comment comes: 邮件 is e-mail, 邮寄 the post."""
GROUPINGS: Final[Words] = {
    "problem": ("问题",),
    "category": ("方面",),
    "office": ("科室", "责任科室"),
    "leader": ("领导", "责任领导"),
}


def word(text: str, option: str, words: Words) -> str:
    """Return the word of a closed list that was typed, in English or in Chinese, as the files write it.

    Raises:
        UsageError: it is none of them.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for each, names in words.items():
        if plain in {each, *names}:
            return each
    said = _("{option} cannot be “{word}”").format(option=option, word=text)
    raise UsageError(
        "unknown-word", said, suggestion(text, [*words, *(names[0] for names in words.values())])
    )


def day(text: str, option: str, today: date, *, past: bool = False) -> date:
    """Read a day of an option, or of a variable that stands for one.

    Args:
        text: as it was typed.
        option: its name, for the error.
        today: the day from which a day without a year is counted.
        past: only a day up to today can be meant.

    Raises:
        UsageError: it is no day of the calendar, or not one alone.
    """
    if found := days.typed(text, today, past=past):
        return found
    raise UsageError(
        "bad-date",
        _("{option}: “{text}” is not a day of the calendar").format(option=option, text=text),
        _("write it like {examples}").format(examples=_(", ").join(("2024-04-18", "2024年4月18日"))),
    )
