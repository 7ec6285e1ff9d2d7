"""Who changed a measure's status on one side, and when."""

from __future__ import annotations

from collections.abc import Iterator

from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import STATUSES, StatusChange
from xuncha.sync.values import Dispute
from xuncha.trail.git import Git
from xuncha.trail.replay import Commit, log


def author_and_day(commit: Commit) -> str:
    """Return who made a commit and when, for messages."""
    return _("{who}, {day}", who=commit.author, day=commit.day)


def is_step_back(before: str | None, after: str | None) -> bool:
    """Return whether a status moved back in the workflow: a measure was returned or reopened, or its application withdrawn."""
    return before in STATUSES and after in STATUSES and STATUSES.index(after) < STATUSES.index(before)


def status_events(git: Git, without: str, tip: str, path: str) -> Iterator[tuple[Commit, StatusChange]]:
    """Yield the changes of a measure's status in the history of one side that the other does not have, the newest first."""
    number = str(Identity.from_path(path))
    for commit in log(git, f"{without}..{tip}", "--", path):
        changes = (each for each in commit.trailers.changes if each.id == number and each.from_ != each.to)
        yield from ((commit, change) for change in changes)


def with_authors(git: Git, ours: str, theirs: str, dispute: Dispute) -> Dispute:
    """Return a dispute with who set the status on each side, and when; unchanged if it is not about a status."""
    if dispute.location != ("status",):
        return dispute
    sides = (status_events(git, *span, dispute.path) for span in ((theirs, ours), (ours, theirs)))
    ours_by, theirs_by = (next((author_and_day(commit) for commit, _change in side), "") for side in sides)
    return dispute._replace(authors=(ours_by, theirs_by))
