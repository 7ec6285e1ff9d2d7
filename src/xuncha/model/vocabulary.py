"""The closed sets of words in a ledger's files (see the terms of the field in docs/architecture.md)."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, get_args

from xuncha import language
from xuncha.language import mark
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
NEVER_UNDONE: Final = frozenset({"undo", "sync", "renumber", "init"})
"""Actions that are never undone: undo itself, sync and renumber, which take in others' work, and init, before which there was no ledger."""


class StatusChange(NamedTuple):
    """The change of status that a commit states for one problem or measure; a status is None where it states none."""

    id: str
    from_: str | None = None
    to: str | None = None


STATUS_WORDS: Final = {status: words[0] for status, words in names.STATUSES.items()}
"""The word for each status in documents and tables."""
KEY: Final = r"^[a-z][a-z0-9_]*$"  # the keys of categories and outcomes
UNKNOWN: Final = "待明确"  # papers print it in place of a missing name or day

_NAMES: Final = {
    "not_started": mark("not started"), "in_progress": mark("in progress"), "submitted": mark("submitted"), "closed": mark("closed"),
    "at_once": mark("at once"), "once": mark("once"), "long_term": mark("long-term"),
    "done": mark("closed"), "green": mark("on time"), "yellow": mark("due soon"), "red": mark("overdue"), "none": mark("no time limit yet"),
    "holds": mark("holds"), "slipped": mark("slipped"),
    "phone": mark("phone"), "post": mark("post"), "email": mark("e-mail"), "visit": mark("visit"), "web": mark("web"),
    "progress": mark("progress is recorded"), "evidence": mark("evidence is there"), "submission": mark("an application to close was made"),
    "second_person": mark("someone other than the applicant closes it"), "signed_commit": mark("the commit is signed"),
}  # fmt: skip
"""The names of the words of all closed lists but `Action`; no word is in two of the lists."""


def word_name(word: Status | Term | Light | ReviewResult | Channel | Requirement) -> str:
    """Return the name of a word of a closed list in the chosen language."""
    return language.gettext(_NAMES[word])


def status_name(status: str | None) -> str:
    """Return the name of a status in the chosen language; a text that is no status unchanged, `-` if empty."""
    return language.gettext(_NAMES[status]) if status in STATUSES else status or "-"


def action_name(action: str) -> str:
    """Return the name of an action in the chosen language, as the help names its command; in English the command itself."""
    return language.gettext(f"xuncha {action}").removeprefix("xuncha ")


CHANNELS: Final[tuple[Channel, ...]] = get_args(Channel)
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
"""The statuses in the order of the workflow."""
LIGHTS: Final[tuple[Light, ...]] = get_args(Light)
TERMS: Final[tuple[Term, ...]] = get_args(Term)
REVIEW_RESULTS: Final[tuple[ReviewResult, ...]] = get_args(ReviewResult)
PLACEHOLDERS: Final = {
    "问题数": "problems", "已完成问题数": "problems_closed",
    "措施数": "measures", "已完成措施数": "closed", "推进中措施数": "measures_in_progress",
}  # fmt: skip
"""The placeholders that texts of a notice may contain in braces, as in {问题数}, and the count of `xuncha.tally.Tally` for each."""
_WORD: Final = r"\s?(?P<name>[^\W\d_]\w{1,30})\s?"
PLACEHOLDER: Final = re.compile(rf"(?<![{{｛])[{{｛]{_WORD}[}}｝](?![}}｝])")
"""A word in braces; {0}, {x} and {{ … }} do not match."""
DOUBLE_BRACES: Final = re.compile(rf"(?<![{{｛])[{{｛](?P<kept>[{{｛]+{_WORD}[}}｝]+)[}}｝]")
"""A word in two or more braces: it is printed with one brace less, and is no placeholder."""
_IN_BRACES: Final = re.compile(rf"(?<![{{｛])[{{｛]+{_WORD}[}}｝]+")


def escape_braces(text: str) -> str:
    """Escape the braces of a text from elsewhere for the notice, so that it is printed unchanged and no word becomes a count."""
    return _IN_BRACES.sub(lambda found: f"{{{found[0]}}}", text)
