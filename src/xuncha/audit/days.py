"""Checks of dates: what a commit and its records claim, and how far the commits around it support that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.facts import entries, mapping, text_of
from xuncha.audit.graph import Step
from xuncha.audit.joining import Joining
from xuncha.audit.replayed import CLOCK_SKEW, MAX_DELAY, Actor, Change
from xuncha.catalogue import Violations
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.store.reading import Data


@RULES.rule(
    "clock-ahead",
    why="A commit dated in the future makes room for entries of any date, and those after it look backdated.",
    wrong="A commit is dated 2099, and the ones before or after it 2024; or its author's date is later than the day on which it was committed.",
)
def clock_ahead(step: Step) -> Violations[HistoryPlace]:
    """Find a commit whose date lies after the day on which it was made."""
    commit = step.commit
    if step.is_clock_ahead or commit.moment > commit.moment_committed + CLOCK_SKEW:
        day = max(commit.day, commit.committed[:10])
        message = _("the commit is dated {day}, in the future when it was made")
        yield step.report(step.changes[0], message, day=day)


@RULES.rule(
    "clock-backwards",
    why="A commit that claims to be older than the one it is based on, or whose author's date is weeks before it was made, may have "
    "been backdated to meet a deadline; or a clock was wrong.",
    wrong="A commit made on 2024-06-01 whose parent was made on 2024-06-15; a day is allowed, since clocks of several machines differ. "
    "If only the author's date, which a rebase keeps and anyone can set, is two weeks earlier, it is a warning.",
)
def clock_backwards(step: Step) -> Violations[HistoryPlace]:
    """Find a commit dated more than a day before one of its ancestors, or with an author's date two weeks or more before its own."""
    commit, moment = step.commit, step.commit.moment_committed
    if step.node.previous and moment < step.node.previous - CLOCK_SKEW and not step.is_clock_ahead:
        earlier = datetime.fromtimestamp(step.node.previous, UTC).date().isoformat()
        message = _("the commit is dated {day}, {n} days before the one it is based on ({earlier})")
        days = (step.node.previous - moment) // CLOCK_SKEW
        yield step.report(step.changes[0], message, day=commit.committed[:10], n=days, earlier=earlier)
    if moment - commit.moment >= MAX_DELAY:
        message = _("the commit says {day}, but was made on {made}")
        yield step.report(step.changes[0], message, "warning", day=commit.day, made=commit.committed[:10])


@RULES.rule(
    "clock-zone",
    "warning",
    why="No time zone is more than 14 hours from UTC. With such a zone, git shows a commit under a different day than the one on which it was made.",
    wrong="A commit has the time zone +9959, and git shows it as four days later. (The audit reads its time in UTC.)",
)
def clock_zone(step: Step) -> Violations[HistoryPlace]:
    """Find a commit with a time zone that does not exist."""
    if step.commit.invalid_offsets:
        message = _("the commit gives the time zone {zone}, which does not exist; git shows it as of {day}")
        day, zone = step.commit.invalid_offsets[0]
        yield step.report(step.changes[0], message, zone=zone, day=day)


@RULES.rule(
    "postdated",
    why="Nothing can have been done on a day that was in the future when it was recorded.",
    wrong="A commit of 2024-06-15 adds a progress entry, a review or a closing of 2024-07-01, or a comment received then.",
)
def postdated(step: Step) -> Violations[HistoryPlace]:
    """Find dates of work that lie after the day of the commit."""
    for change in (*step.measures, *step.comments):
        today = step.day
        late = {day for day in _days(change.new) if day > today}
        if days := sorted(late and late - _days(change.old)):
            message = _("{id} records {days}, still in the future on {day}")
            yield step.report(change, message, id=change.label, days=_(", ").join(days), day=today)


def _days(data: Data | None) -> set[str]:
    """Return the dates of all that was done to a measure, or of a comment and its reply."""
    dated = [*entries(data, "progress"), *entries(data, "reviews")]
    dated += [mapping(data, key) for key in ("closed", "escalated", "reply")]
    days = [text_of(data, "received"), *(text_of(item, "date") for item in dated)]
    return {day for day in days if day}


@RULES.rule(
    "predated",
    why="A measure cannot have been closed before its recorded progress, nor before closing was applied for; a date long before the "
    "commit is not confirmed by anything, which is a warning.",
    wrong="`closed` of 2.3 says 2024-05-01, but its last entry says 2024-05-20, or the application was made on 2024-06-10; or the commit "
    "is two weeks later, or the closing or a new entry has no day, or a review was entered two weeks after its day. (In the first two weeks of a "
    "ledger a day before its history is accepted: records on paper are being entered.)",
)
def predated(step: Step) -> Violations[HistoryPlace]:
    """Find closings dated before the entries or the application that they rest on; closings and reviews dated long before their commit; and entries without a day."""
    if step.commit.trailers.action == "import":
        return
    early = _two_weeks_before(step.day)
    yield from _late_records(step, early)
    for change in step.closings:
        day = text_of(mapping(change.new, "closed"), "date") or ""
        last = max((text_of(entry, "date") or "" for entry in entries(change.new, "progress")), default="")
        applied = change.applicants[0].day if change.applicants else ""
        if day < applied and not _is_first_entry(step, day, applied):
            last = max(last, applied)
        if day and day < last:
            message = _("{id} was closed as of {day}, before its last entry or its application, of {last}")
            yield step.report(change, message, day=day, last=last)
        elif day and day <= early and not _is_first_entry(step, day, step.day):
            message = _("{id} was closed as of {day}, by a commit of {last}")
            yield step.report(change, message, "warning", day=day, last=step.day)
        elif not day and early >= step.graph.first_day:
            yield step.report(change, _("{id} was closed without a day"), "warning")


def _late_records(step: Step, early: str) -> Violations[HistoryPlace]:
    """Find reviews dated before `early` (ISO 8601), and entries without a day unless the ledger had just begun."""
    for change in step.measures:
        old, new = (
            {text_of(each, "date") or step.day for each in entries(data, "reviews")}
            for data in (change.old, change.new)
        )
        day = min(new - old, default=step.day)
        if change.before and day <= early and not _is_first_entry(step, day, step.day):
            message = _("{id} was reviewed as of {day}, by a commit of {last}")
            yield step.report(change, message, "warning", day=day, last=step.day)
        is_undated = not all(text_of(each, "date") for each in change.added_progress)
        if early >= step.graph.first_day and is_undated:
            yield step.report(change, _("an entry of {id} has no day"), "warning")


def _is_first_entry(step: Step, day: str, recorded: str) -> bool:
    """Return whether a day lies before the ledger's history, and `recorded` in the first two weeks of it, when records on paper are entered."""
    return day < step.graph.first_day and _two_weeks_before(recorded) < step.graph.first_day


def _two_weeks_before(day: str) -> str:
    """Return the day that lies `MAX_DELAY` before another one (days are ISO 8601)."""
    return date.fromordinal(max(1, date.fromisoformat(day).toordinal() - MAX_DELAY // 86_400)).isoformat()


@RULES.rule(
    "before-feedback",
    "warning",
    why="The rectification begins with the feedback; what is said to have been done earlier may have been done for another reason.",
    wrong="A commit adds an entry of 2023-09-01 to 2.3, and `feedback` is 2023-11-10. (Measures done at once, and imports, may have earlier dates.)",
)
def before_feedback(step: Step) -> Violations[HistoryPlace]:
    """Find new entries dated before the feedback."""
    feedback = text_of(mapping(step.settings, "inspection"), "feedback")
    if feedback is None or step.commit.trailers.action == "import":
        return
    for change in step.measures if step.day >= feedback else ():
        days = [text_of(each, "date") or feedback for each in change.added_progress]
        early = sorted(day for day in days if day < feedback)
        if early and text_of(change.new, "term") != "at_once":
            message = _("{id} records {days}, before the feedback of {feedback}")
            yield step.report(change, message, days=_(", ").join(early), feedback=feedback)


LATE_BRANCH = RULES.declare(
    "late-branch",
    "warning",
    why="A branch can be started from any commit at any time, with any dates; nothing confirms a date that everyone else had already "
    "passed when it was merged.",
    wrong="A branch that split off in March, with commits dated March, is merged in June, although others have worked on until June or "
    "an anchor of May does not contain it; and 2.3 was closed, extended or removed on it. If this moves a deadline that had passed "
    "by the day of the merge, it is an error. (Two weeks are allowed: work may wait in a clone. Work that someone else, active "
    "here before the branches split, has been building on for weeks does not count as coming from the merge.)",
)
_TOO_OLD: Final = MAX_DELAY + CLOCK_SKEW  # seconds; a date that much older than others' work is reported


def check_dates(joining: Joining, anchors: Iterable[tuple[int, float]]) -> Findings:
    """Yield the commits of a side that decide something and are dated long before work that was known when they came in.

    If the person who merges was away for weeks, only that person's commits are checked, not those that others published meanwhile. The absence is
    believed only if that person has worked on the other side, and those others have not. `anchors` are the place and the moment of each
    verification.
    """
    graph = joining.graph
    for side in joining.contributions:
        verified = max((moment for place, moment in anchors if side.theirs >> place & 1), default=0)
        for place in graph.newest(side.own & graph.deciding):
            commit, changes = graph.commits[place], graph.changes[place]
            anchor_gap, gap = verified - commit.moment_committed, side.others_time - commit.moment_committed
            is_checked = side.others_time and side.is_date_checked(commit)
            follower = side.follower(place) if is_checked else None
            if is_checked and not follower:
                graph.known_since[commit.hash] = max(joining.commit.moment_committed, side.others_time)
            delay = max(anchor_gap, gap if is_checked else 0)
            if delay >= _TOO_OLD and (decision := next(filter(is_date_relevant, changes), None)):
                where = HistoryPlace.at(commit, decision.path, decision.id)
                message = _("{what} is dated {day}, but was merged {n} days later")
                text = message.format(what=decision.label, day=commit.committed[:10], n=int(delay) // 86_400)
                late = any(due < joining.commit.committed[:10] for each in changes if (due := _old_due(each)))
                finding = LATE_BRANCH.finding(where, text, "", "error" if late else "warning")
                if anchor_gap < _TOO_OLD and follower:
                    joining.signers.add_claims(Actor.from_commit(follower), side.settings, [finding])
                elif (commit.hash, finding.severity) not in graph.late:  # else an earlier merge told of it
                    graph.late.add((commit.hash, finding.severity))
                    yield finding


def is_date_relevant(change: Change) -> bool:
    """Return whether the date of a change matters: a change of settings, a removal, a closing, or a moved deadline."""
    return (
        change.path == LEDGER_FILE
        or (change.is_record and change.after is None)
        or change.statuses[1] == "closed" != change.statuses[0]
        or _old_due(change) is not None
    )


def is_reworded(change: Change) -> bool:
    """Return whether a change gave a measure another title or goal."""
    old, new = change.old, change.new
    return bool(old and new) and any(text_of(old, key) != text_of(new, key) for key in ("title", "goal"))


def _old_due(change: Change) -> str | None:
    """Return the old deadline if a change moved it, else None."""
    due = text_of(change.old, "due")
    return due if change.is_record and due != text_of(change.new, "due") else None
