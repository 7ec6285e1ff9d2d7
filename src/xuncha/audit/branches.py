"""Checks that need both sides of a merge: closings under a policy that another side had tightened, and work dated long before it came in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.facts import number_of, quoted, required_by, text_of
from xuncha.audit.graph import union
from xuncha.audit.joining import Joining
from xuncha.audit.replayed import CLOCK_SKEW, MAX_DELAY, Actor, Change, State
from xuncha.audit.status import DODGED, unmet, weakened_message
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import Requirement

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


def check_policies(
    joining: Joining, bases: Sequence[State], required_at: Mapping[str, Sequence[Requirement]]
) -> Findings:
    """Yield the requirements that a merge drops, and the closings of one side that lack what another side required already.

    A closing is compared with the policy at that closing (`required_at`, by commit), because the side may have tightened its own since.
    Closings that another side requires to be signed are passed to the signers.
    """
    sides, result, graph = joining.sides, joining.result, joining.graph
    files, states = graph.files, (*bases, *(side.state for side in sides), result)
    required = [required_by(files.record(each.get(LEDGER_FILE))) for each in states]
    base, side_requirements, merged = required[: len(bases)], required[len(bases) : -1], required[-1]
    common = {name for each in base for name in each}
    if lost := [name for name in dict.fromkeys(sum(side_requirements, ())) if name not in {*common, *merged}]:
        place = HistoryPlace.at(joining.commit, LEDGER_FILE)
        yield RULES["policy-weakened"].finding(place, weakened_message(lost))
    settings = files.record(result.get(LEDGER_FILE))
    for index, (side, own_names) in enumerate(zip(sides, side_requirements, strict=True)):
        elsewhere = {name for place, each in enumerate(side_requirements) if place != index for name in each}
        new = [name for name in merged if name in elsewhere or name not in own_names]
        own = side.ancestry & ~union(each for each in sides if each is not side) & graph.deciding
        sets = [graph.replay[graph.commits[place].hash].changes for place in graph.newest(own)] if new else []
        closed = (each.path for changes in sets for each in changes if each.statuses[1] == "closed")
        for path in dict.fromkeys(closed):
            version, common_version = side.state.get(path), bases[0].get(path)
            closer = version.closer if version else None
            if version is None or closer is None or (common_version and common_version.closer == closer):
                continue
            record = files.record(version)
            old_status = "submitted" if version.applicants else "in_progress"
            number = number_of(path)
            change = Change(path, number, version, version, {}, record, (old_status, "closed"))
            missing = [name for name in new if name not in required_at.get(closer.commit, own_names)]
            place = HistoryPlace(closer.commit, closer.name, closer.day, path, number)
            if "signed_commit" in missing:
                joining.signers.require(closer, settings, place, lenient=True)
            if lacking := unmet(missing, change, closer, settings):
                message = _("{id} was closed without {names}, which another branch already required")
                yield DODGED.finding(place, message.format(id=number, names=quoted(sorted(lacking))))


def check_dates(joining: Joining, anchors: Iterable[tuple[int, float]]) -> Findings:
    """Yield the commits of a side that decide something and are dated long before work that was known when they came in.

    If the person who merges was away for weeks, only that person's commits are checked, not those that others published meanwhile. The absence is
    believed only if that person has worked on the other side and they have not. `anchors` are the place and the moment of each verification.
    """
    graph = joining.graph
    for side in joining.contributions:
        verified = max((moment for place, moment in anchors if side.theirs >> place & 1), default=0)
        for place in graph.newest(side.own & graph.deciding):
            commit, changes = graph.replay[graph.commits[place].hash]
            anchor_gap, gap = verified - commit.moment_committed, side.others_time - commit.moment_committed
            delay = max(anchor_gap, gap if side.is_date_checked(commit) else 0)
            if delay >= _TOO_OLD and (decision := next(filter(is_date_relevant, changes), None)):
                where = HistoryPlace.at(commit, decision.path, decision.id)
                message = _("{what} is dated {day}, but was merged {n} days later")
                text = message.format(what=decision.label, day=commit.committed[:10], n=int(delay) // 86_400)
                late = any(due < joining.commit.committed[:10] for each in changes if (due := _old_due(each)))
                finding = LATE_BRANCH.finding(where, text, "", "error" if late else "warning")
                if anchor_gap < _TOO_OLD and (follower := side.follower(place)):
                    joining.signers.add_claims(Actor.from_commit(follower), side.settings, [finding])
                else:
                    yield finding


def is_date_relevant(change: Change) -> bool:
    """Return whether the date of a change matters: a change of settings, a removal, a closing, or a moved deadline."""
    return (
        change.path == LEDGER_FILE
        or (change.is_record and change.after is None)
        or change.statuses[1] == "closed" != change.statuses[0]
        or _old_due(change) is not None
    )


def _old_due(change: Change) -> str | None:
    """Return the old deadline if a change moved it, else None."""
    due = text_of(change.old, "due")
    return due if change.is_record and due != text_of(change.new, "due") else None
