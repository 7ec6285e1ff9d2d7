"""Who changed a measure's status on one side, and when; and which closings may not be accepted against that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.sync.merging import dispute_line
from xuncha.sync.values import STATUSES, Data, Dispute, Side
from xuncha.trail.git import Git
from xuncha.trail.replay import log


class StatusEvent(NamedTuple):
    """A change of a measure's status, as its commit states it."""

    author: str
    day: str
    action: str
    from_: str | None
    to: str | None

    def __str__(self) -> str:
        """Return the author and the day, for messages."""
        return _("{who}, {day}").format(who=self.author, day=self.day)


def is_step_back(before: str | None, after: str | None) -> bool:
    """Return whether a status moved back in the workflow: a measure was returned or reopened, or its application withdrawn."""
    return before in STATUSES and after in STATUSES and STATUSES.index(after) < STATUSES.index(before)


def status_events(git: Git, without: str, tip: str, path: str) -> Iterator[StatusEvent]:
    """Yield the changes of a measure's status in the history of one side that the other does not have, the newest first."""
    number = str(Identity.from_path(path))
    for commit in log(git, f"{without}..{tip}", "--", path):
        for course in commit.trailers.changes:
            if course.id == number and course.from_ != course.to:
                yield StatusEvent(commit.author, commit.day, commit.trailers.action, course.from_, course.to)


def with_authors(git: Git, ours: str, theirs: str, dispute: Dispute) -> Dispute:
    """Return a dispute with who set the status on each side, and when; unchanged if it is not about a status."""
    if dispute.location != ("status",):
        return dispute
    spans = (theirs, ours), (ours, theirs)
    ours_by, theirs_by = (str(next(status_events(git, *span, dispute.path), "")) for span in spans)
    return dispute._replace(authors=(ours_by, theirs_by))


def must_not_take_invalid_closing(
    git: Git, ours: str, theirs: str, disputes: Sequence[Dispute], take: Side | None, settings: Data
) -> None:
    """Refuse to take a closing whose application the other side has turned down or withdrawn, if the policy requires one."""
    policy = settings.get("policy")
    required = policy.get("close_requires") if isinstance(policy, dict) else None
    if not isinstance(required, list) or {"submission", "second_person"}.isdisjoint(required):
        return
    for dispute in disputes:
        span, values = (theirs, ours), (dispute.ours, dispute.theirs)
        if take == "theirs":
            span, values = span[::-1], values[::-1]
        if dispute.location != ("status",) or values[0] != "closed" or values[1] in {"closed", "submitted"}:
            continue
        events = status_events(git, *span, dispute.path)
        if any(event.to == "submitted" and event.action != "undo" for event in events):
            continue  # there is a new application
        message = _(
            "{what}; the application for that closing is no longer valid, and the policy requires one; nothing was changed"
        )
        hint = _(
            "reopen it, so that a new application can be made: xuncha reopen {id} --reason …; then: xuncha sync"
        )
        if take == "theirs":
            hint = _(
                "keep the version here: xuncha sync --take ours; or take back what was done here against the closing: xuncha undo"
            )
        number = Identity.from_path(dispute.path)
        raise RefusedError("closed-over", message.format(what=dispute_line(dispute)), hint.format(id=number))
