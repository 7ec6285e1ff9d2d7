"""Checks that need both sides of a merge: closings under a policy that another side had tightened, and work dated long before it came in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.facts import in_code, number_of, requires, word
from xuncha.audit.joining import Joining
from xuncha.audit.lines import union
from xuncha.audit.replayed import BELIEVED, CLOCKS, Change, State, Who
from xuncha.audit.status import DODGED, lacks, no_longer_asked
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import Requirement

_LATE = RULES.declare(
    "late-branch",
    "warning",
    why="A branch can be started from any commit at any time, with any dates; nothing confirms a date that everyone else had already "
    "passed when it was merged.",
    wrong="A branch that split off in March, with commits dated March, is merged in June, although others have worked on until June or "
    "an anchor of May does not contain it; and 2.3 was closed, extended or removed on it. If this moves a deadline that had passed "
    "by the day of the merge, it is an error. (Two weeks are allowed: work may wait in a clone. Work that someone else, active "
    "here before the branches split, has been building on for weeks does not count as coming from the merge.)",
)
_LONG: Final = BELIEVED + CLOCKS  # seconds; a date this much older than the work of others is reported


def outrun(
    joining: Joining, bases: Sequence[State], at_closing: Mapping[str, Sequence[Requirement]]
) -> Findings:
    """Yield the requirements that a merge drops, and the closings of one side that lack what another side required already.

    A closing is compared with the policy at that closing (`at_closing`, by commit), because the side may have tightened its own since.
    Closings that another side requires to be signed are passed to the signers.
    """
    sides, result, lines = joining.sides, joining.result, joining.lines
    files, states = lines.files, (*bases, *(side.state for side in sides), result)
    required = [requires(files.record(each.get(LEDGER_FILE))) for each in states]
    before, side_requirements, now = required[: len(bases)], required[len(bases) : -1], required[-1]
    common = {name for each in before for name in each}
    if gone := [name for name in dict.fromkeys(sum(side_requirements, ())) if name not in {*common, *now}]:
        place = HistoryPlace.of(joining.commit, LEDGER_FILE)
        yield RULES["policy-weakened"].at(place, no_longer_asked(gone))
    settings = files.record(result.get(LEDGER_FILE))
    for number, (side, own_names) in enumerate(zip(sides, side_requirements, strict=True)):
        elsewhere = {name for place, each in enumerate(side_requirements) if place != number for name in each}
        new = [name for name in now if name in elsewhere or name not in own_names]
        own = side.line & ~union(each for each in sides if each is not side) & lines.deciding
        done = [lines.past[lines.commits[place].hash].changes for place in lines.last(own)] if new else []
        closed = (each.path for changes in done for each in changes if each.statuses[1] == "closed")
        for path in dict.fromkeys(closed):
            version, base_record = side.state.get(path), files.record(bases[0].get(path))
            record, closer = files.record(version), version.closer if version else None
            stays = word(base_record, "status") != "closed" == word(record, "status")
            if version is None or closer is None or not stays:
                continue
            old_status = "submitted" if version.applicants else "in_progress"
            named = number_of(path)
            change = Change(path, named, version, version, {}, record, (old_status, "closed"))
            missing_then = [name for name in new if name not in at_closing.get(closer.commit, own_names)]
            at = HistoryPlace(closer.commit, closer.name, closer.day, path, named)
            if "signed_commit" in missing_then:
                joining.signers.must(closer, settings, at, lenient=True)
            if lacking := lacks(missing_then, change, closer, settings):
                message = _("{id} was closed without {names}, which another branch already required")
                yield DODGED.at(at, message.format(id=named, names=in_code(sorted(lacking))))


def late(joining: Joining, anchors: Iterable[tuple[int, float]]) -> Findings:
    """Yield the commits of a side that decide something and are dated long before work that was known when they came in.

    If the person who merges was away for weeks, only that person's commits are checked, not those that others published meanwhile. The absence is
    believed only if that person has worked on the other side and they have not. `anchors` are the place and the moment of each verification.
    """
    lines = joining.lines
    for side in joining.brought:
        verified = max((moment for place, moment in anchors if side.theirs >> place & 1), default=0)
        for place in lines.last(side.own & lines.deciding):
            commit, changes = lines.past[lines.commits[place].hash]
            past_anchor, gap = verified - commit.moment_committed, side.others - commit.moment_committed
            behind = max(past_anchor, gap if side.is_asked(commit) else 0)
            if behind >= _LONG and (decided := next(filter(decides, changes), None)):
                at = HistoryPlace.of(commit, decided.path, decided.id)
                message = _("{what} is dated {day}, but was merged {n} days later")
                text = message.format(what=decided.named, day=commit.committed[:10], n=int(behind) // 86_400)
                passed = any(due < joining.commit.committed[:10] for each in changes if (due := _moved(each)))
                finding = _LATE.at(at, text, "", "error" if passed else "warning")
                if past_anchor < _LONG and (follower := side.gone_on(place)):
                    joining.signers.claim(Who.of(follower), side.settings, [finding])
                else:
                    yield finding


def decides(change: Change) -> bool:
    """Return whether the date of a change matters: a change of settings, a removal, a closing, or a moved deadline."""
    return (
        change.path == LEDGER_FILE
        or (change.is_record and change.after is None)
        or change.statuses[1] == "closed" != change.statuses[0]
        or _moved(change) is not None
    )


def _moved(change: Change) -> str | None:
    """Return the old deadline if a change moved it, else None."""
    due = word(change.old, "due")
    return due if change.is_record and due != word(change.new, "due") else None
