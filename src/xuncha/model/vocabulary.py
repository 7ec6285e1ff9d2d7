"""The closed sets of words that a ledger is written in (see the terms of the field in docs/architecture.md)."""

from __future__ import annotations

import re
from typing import Final, Literal, get_args

from xuncha import language
from xuncha.language import gettext as _
from xuncha.model import names

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

WORDS: Final = {status: words[0] for status, words in names.STATUSES.items()}
"""The words that documents and tables write."""
UNSAID: Final = "待明确"
"""What papers print in place of a name or a day that nobody has said yet."""


def status_name(status: str | None) -> str:
    """Name a status in the chosen language; give what is no status as it stands."""
    return {
        "not_started": _("not started"),
        "in_progress": _("in progress"),
        "submitted": _("closing applied for"),
        "closed": _("closed"),
    }.get(status or "", status or "-")


def action_name(action: str) -> str:
    """Name an action in the chosen language, as the help names its command; in English as it is typed."""
    return language.gettext(f"xuncha {action}").removeprefix("xuncha ")


def result_name(result: ReviewResult) -> str:
    """Return what a review found as people call it, in the chosen language."""
    return {"holds": _("holds"), "slipped": _("slipped")}[result]


def term_name(term: Term) -> str:
    """Name a term in the chosen language."""
    return {"at_once": _("at once"), "once": _("once"), "long_term": _("long-term")}[term]


def light_name(light: Light) -> str:
    """Say in the chosen language what a light means."""
    return {
        "done": _("closed"),
        "green": _("in time"),
        "yellow": _("due soon"),
        "red": _("overdue"),
        "none": _("no time limit yet"),
    }[light]


def channel_name(channel: Channel) -> str:
    """Return how a comment came, as people call it, in the chosen language."""
    return {
        "phone": _("phone"),
        "post": _("post"),
        "email": _("e-mail"),
        "visit": _("visit"),
        "web": _("web"),
    }[channel]


def requirement_name(requirement: Requirement) -> str:
    """Say what is required before a measure may be closed, in the chosen language."""
    return {
        "progress": _("progress is recorded"),
        "evidence": _("evidence is there"),
        "submission": _("closing was applied for"),
        "second_person": _("somebody else than who applied closes it"),
        "signed_commit": _("the commit is signed"),
    }[requirement]


CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
LIGHTS: Final[tuple[Light, ...]] = get_args(Light)
TERMS: Final[tuple[Term, ...]] = get_args(Term)
REVIEW_RESULTS: Final[tuple[ReviewResult, ...]] = get_args(ReviewResult)
PLACEHOLDERS: Final = {
    "问题数": "problems", "已完成问题数": "problems_closed",
    "措施数": "measures", "已完成措施数": "closed", "推进中措施数": "measures_in_progress",
}  # fmt: skip
"""What the texts of a notice may hold in braces, as in {问题数}, and the count of `xuncha.tally.Tally` that takes its place."""
_WORD: Final = r"\s?(?P<name>[^\W\d_]\w{1,30})\s?"
PLACEHOLDER: Final = re.compile(rf"(?<![{{｛])[{{｛]{_WORD}[}}｝](?![}}｝])")
"""A word in braces; {0}, {x} and {{ … }} are none."""
KEPT_BRACES: Final = re.compile(rf"(?<![{{｛])[{{｛](?P<kept>[{{｛]+{_WORD}[}}｝]+)[}}｝]")
"""A word in two braces or more: it is printed in one less, and means nothing."""
_IN_BRACES: Final = re.compile(rf"(?<![{{｛])[{{｛]+{_WORD}[}}｝]+")


def with_kept_braces(text: str) -> str:
    """Return a text of somebody else's as the texts of a notice hold it: no word in braces takes a count, and it is printed as it stands."""
    return _IN_BRACES.sub(lambda found: f"{{{found[0]}}}", text)
