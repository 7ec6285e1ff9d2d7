"""The closed sets of words that a ledger is written in (see the terms of the field in docs/architecture.md)."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal, get_args

from xuncha.language import gettext as _

Status = Literal["not_started", "in_progress", "submitted", "closed"]
Term = Literal["at_once", "once", "long_term"]
Light = Literal["done", "green", "yellow", "red", "none"]
ReviewResult = Literal["holds", "slipped"]
Channel = Literal["phone", "post", "email", "visit", "web"]
FieldType = Literal["text", "number", "date", "choice"]
Requirement = Literal["progress", "evidence", "submission", "second_person", "signed_commit"]
Action = Literal[
    "init", "add", "start", "progress", "attach", "submit", "return", "close", "reopen", "extend", "escalate", "review", "set", "remove", "comment", "edit", "undo", "import", "sync", "renumber",
]  # fmt: skip


def status_name(status: str | None) -> str:
    """Name a status in the chosen language; give what is no status as it stands."""
    names = {
        "not_started": _("not started"),
        "in_progress": _("in progress"),
        "submitted": _("closing applied for"),
        "closed": _("closed"),
    }
    return names.get(status or "", status or "-")


def result_name(result: ReviewResult) -> str:
    """Return what a review found as people call it, in the chosen language."""
    return {"holds": _("holds"), "slipped": _("slipped")}[result]


def channel_name(channel: Channel) -> str:
    """Return how a comment came, as people call it, in the chosen language."""
    return {
        "phone": _("phone"),
        "post": _("post"),
        "email": _("e-mail"),
        "visit": _("visit"),
        "web": _("web"),
    }[channel]


def channel_of(text: str) -> Channel | None:
    """Return the channel that a word names, as the files say it or as Chinese offices do; None where it names none."""
    word = unicodedata.normalize("NFKC", text).strip().lower()
    return next((channel for channel, words in _CHANNELS.items() if word == channel or word in words), None)


_CHANNELS: Final[dict[Channel, tuple[str, ...]]] = {
    "phone": ("电话", "来电", "热线"),
    "post": ("来信", "信件", "信函", "邮寄", "信访件"),
    "email": ("电子邮件", "邮件", "邮箱", "电子邮箱", "e-mail"),
    "visit": ("来访", "走访", "当面", "面谈"),
    "web": ("网络", "网上", "网站", "网络留言", "网上留言"),
}
"""The words for each channel; 邮件 is e-mail, 邮寄 the post."""
CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
LIGHTS: Final[tuple[Light, ...]] = get_args(Light)
TERMS: Final[tuple[Term, ...]] = get_args(Term)
REVIEW_RESULTS: Final[tuple[ReviewResult, ...]] = get_args(ReviewResult)
