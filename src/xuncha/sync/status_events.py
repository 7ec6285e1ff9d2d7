"""Who changed a measure's status on one side, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.sync.values import STATUSES, Dispute
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
