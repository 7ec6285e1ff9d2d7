"""Anchors (核验): tags that keep the hash of a verified commit, so that a later audit can tell whether it is still in the history."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Final

from xuncha.audit.catalogue import RULES, Audit, Findings, HistoryPlace
from xuncha.audit.replayed import CLOCK_SKEW
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.trail import tags
from xuncha.trail.replay import Commit, contains
from xuncha.trail.tags import Anchor

_MAX_SHOWN: Final = 20  # missing numbers are reported up to this many

REWRITTEN = RULES.declare(
    "history-rewritten",
    why="History grows and is never rewritten; what was verified once must still be there.",
    wrong="The commit of a tag `xuncha/audit/3-…`, or the one of `--since` (whose hash may come from a printed notice), is no longer in "
    "the history of the current commit; or the tag is at a commit other than its name says, or is older than its commit. If the "
    "second of three anchors is missing, it is a warning.",
)


def check_anchors(anchors: list[Anchor], commits: Mapping[str, Commit]) -> Findings:
    """Yield a finding for each anchor that history no longer contains, that was moved, is older than its commit, or is missing."""
    for anchor in anchors:
        place = HistoryPlace(anchor.commit, anchor.author, anchor.date)
        data = {"day": anchor.day, "n": anchor.number}
        if anchor.is_moved:
            message = _("verification no. {n} was of {named}, but its tag points to {commit}")
            yield REWRITTEN.finding(place, message.format(named=anchor.prefix, commit=anchor.short, **data))
        if anchor.commit not in commits:
            message = _("history no longer contains {commit}, which was verified on {day} (no. {n})")
            yield REWRITTEN.finding(place, message.format(commit=anchor.short, **data))
        elif (commit := commits[anchor.commit]).moment_committed > anchor.moment + CLOCK_SKEW:
            message = _("verification no. {n} is dated {day}, but {commit} was made later, on {made}")
            yield REWRITTEN.finding(
                place, message.format(commit=anchor.short, made=commit.committed[:10], **data)
            )
    numbers = {anchor.number for anchor in anchors}
    missing = (number for number in range(1, max(numbers, default=0)) if number not in numbers)
    for number in islice(missing, _MAX_SHOWN):
        following = next(later for later in anchors if later.number > number)
        place = HistoryPlace(following.commit, following.author, following.date)
        yield REWRITTEN.finding(place, _("verification no. {n} is missing").format(n=number), "", "warning")


def drop_anchor(root: Path, audit: Audit) -> Anchor:
    """Anchor the last audited commit: write an annotated tag on it, signed if git is configured to sign.

    If the commit already has an anchor, return that one. The tag records the counts of the audit; errors do not prevent it.

    Raises:
        RefusedError: nothing is committed yet; or git refused the tag, for example because it cannot sign.
        SurroundingsError: git does not know the name of the person who anchors.
    """
    if existing := next((anchor for anchor in audit.anchors if anchor.commit == audit.tip), None):
        return existing
    number = max((anchor.number for anchor in audit.anchors), default=0) + 1
    counts = {name: getattr(audit, name) for name in ("commits", "changes", "errors", "warnings")}
    return tags.add_anchor(root, number, audit.tip, **counts)


def anchor_line(anchor: Anchor) -> str:
    """Return an anchor as one printed line: number of the verification, commit, day, and number of errors."""
    errors = f"，发现{anchor.errors}处不合规则" if anchor.errors else ""
    return f"第{anchor.number}次核验　{anchor.short}　{anchor.day}{errors}"


def latest_anchor(root: Path, commit: str = "HEAD") -> Anchor:
    """Return the newest anchor in the history of a commit.

    Raises:
        RefusedError: the history has no anchor.
        SurroundingsError: the ledger is in no repository.
    """
    contained = [anchor for anchor in tags.anchors(root) if contains(root, anchor.commit, commit)]
    if not contained:
        message = _("the history of this ledger has not been verified yet")
        raise RefusedError("no-anchor", message, _("type: xuncha audit --anchor"))
    return contained[-1]
