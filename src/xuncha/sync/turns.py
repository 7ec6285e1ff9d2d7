"""Who has led a measure to where it stands on one side, and when; and which closings may not be taken against that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.sync.uniting import in_words
from xuncha.sync.values import ONWARD, Data, Dispute, Side
from xuncha.trail.git import Git
from xuncha.trail.replay import log


class Turn(NamedTuple):
    """A change of a measure's status, as its commit tells it."""

    author: str
    day: str
    action: str
    from_: str | None
    to: str | None

    def __str__(self) -> str:
        """Return who it was, and when."""
        return _("{who}, {day}").format(who=self.author, day=self.day)


def is_back(before: str | None, after: str | None) -> bool:
    """Return whether a measure was turned back in the workflow: returned, opened again, or its application withdrawn."""
    return before in ONWARD and after in ONWARD and ONWARD.index(after) < ONWARD.index(before)


def turns(git: Git, without: str, tip: str, path: str) -> Iterator[Turn]:
    """Yield what the history of one side, without that of another, tells of a measure's status, the newest first."""
    number = str(Identity.of_file(path))
    for commit in log(git, f"{without}..{tip}", "--", path):
        for course in commit.trailers.courses:
            if course.id == number and course.from_ != course.to:
                yield Turn(commit.author, commit.day, commit.trailers.action, course.from_, course.to)


def attributed(git: Git, ours: str, theirs: str, dispute: Dispute) -> Dispute:
    """Return a dispute with who led to the status of each side, where it is about that."""
    if dispute.location != ("status",):
        return dispute
    spans = (theirs, ours), (ours, theirs)
    mine, other = (str(next(turns(git, *span, dispute.path), "")) for span in spans)
    return dispute._replace(by=(mine, other))


def must_hold(
    git: Git, ours: str, theirs: str, disputes: Sequence[Dispute], take: Side | None, settings: Data
) -> None:
    """Refuse to take a closing whose application the other side has turned down or withdrawn, where the policy asks for one."""
    policy = settings.get("policy")
    asked = policy.get("close_requires") if isinstance(policy, dict) else None
    if not isinstance(asked, list) or {"submission", "second_person"}.isdisjoint(asked):
        return
    for each in disputes:
        span, values = (theirs, ours), (each.ours, each.theirs)
        if take == "theirs":
            span, values = span[::-1], values[::-1]
        if each.location != ("status",) or values[0] != "closed" or values[1] in {"closed", "submitted"}:
            continue
        if any(turn.to == "submitted" and turn.action != "undo" for turn in turns(git, *span, each.path)):
            continue  # it was applied for anew
        said = _(
            "{what}; the application for that closing no longer stands, and the policy asks for one; nothing was changed"
        )
        hint = _(
            "open it again, so that it can be applied for anew: xuncha reopen {id} --reason …; then: xuncha sync"
        )
        if take == "theirs":
            hint = _(
                "keep what stands here: xuncha sync --take ours; or take back what was done here against it: xuncha undo"
            )
        number = Identity.of_file(each.path)
        raise RefusedError("closed-over", said.format(what=in_words(each)), hint.format(id=number))
