"""Checks that recorded content stays: of closed measures, deadlines, entries, and the files that prove them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final

from xuncha.audit.catalogue import LENIENT, RULES, HistoryPlace
from xuncha.audit.facts import entries, files_of, numbers, proofs_of, quoted, statement, text_of
from xuncha.audit.graph import Step
from xuncha.audit.replayed import Change
from xuncha.catalogue import Violations
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.store.reading import Data

_PROTECTED: Final = ("title", "goal", "term", "due", "closed", "escalated")
_ENTRY_LISTS: Final = ("progress", "reviews")
_COMMENT_KEYS: Final = ("received", "channel", "text", "name", "reply")
"""The keys of a comment that must stay as they were entered."""


@RULES.rule(
    "changed-after-closing",
    why="A closed measure must stay as it was closed; to change it, reopen it with a reason.",
    wrong="While 2.3 is closed, its `title`, `goal`, `term`, `due`, `closed` or `escalated` changes, or an amount already in `outcomes`; "
    "or an entry of `progress` is added, or its evidence changes. An added outcome, or another number in `fields`, is a warning. "
    "(`notice_text`, `part`, texts in `fields` and the people responsible may change.)",
    scope=LENIENT,
)
def changed_after_closing(step: Step) -> Violations[HistoryPlace]:
    """Find changes of a closed measure, unless the commit reopens it."""
    for change in step.measures:
        if change.statuses[0] != "closed":
            continue
        old, new = change.old or {}, change.new or {}
        is_reopened = change.statuses[1] != "closed"
        renamed = step.renamed_evidence(change.id) if old.get("progress") != new.get("progress") else {}
        keys = [key for key in changed_since(old, new, renamed) if not (is_reopened and key == "closed")]
        amounts = [key for key in ("outcomes", "fields") if numbers(old, key) != numbers(new, key)]
        if keys or (amounts and not is_reopened):
            message = _("{id} was closed, but {keys} changed without it being reopened")
            yield step.report(change, message, None if keys else "warning", keys=quoted(keys or amounts))


def changed_since(closed: Data, now: Data, renamed: dict[str, str]) -> list[str]:
    """Return the keys of a closed measure that differ, of those that a closing fixes; `renamed` maps old to new names of evidence files."""
    keys = [key for key in _PROTECTED if closed.get(key) != now.get(key)]
    amounts, current = closed.get("outcomes"), now.get("outcomes")
    if isinstance(amounts, dict) and not (isinstance(current, dict) and amounts.items() <= current.items()):
        keys.append("outcomes")
    if _sorted_statements(closed, renamed) != _sorted_statements(now, {}):
        keys.append("progress")
    return keys


def _sorted_statements(data: Data, renamed: dict[str, str]) -> list[Any]:
    """Return the statements of the progress entries, sorted, so that a new order counts as no change."""
    progress = entries(data, "progress")
    return sorted(
        (repr(statement(entry)), sorted(map(repr, proofs_of(entry, renamed)))) for entry in progress
    )


def _moved_deadlines(step: Step) -> Iterator[tuple[Change, str, str | None]]:
    """Yield the open measures whose deadline changed, with the old day and the new one (ISO 8601)."""
    for change in step.measures:
        old, new = deadline(change.old), deadline(change.new)
        if old is not None and old != new and change.statuses[0] != "closed":
            yield change, old, new


def deadline(data: Data | None) -> str | None:
    """Return the day (ISO 8601) by which a measure must be done; None if it is long-term or has no deadline."""
    return None if text_of(data, "term") == "long_term" else text_of(data, "due")


def is_postponed(change: Change) -> bool:
    """Return whether a change moves the deadline of a measure to a later day, or removes it."""
    old, new = (deadline(data) for data in (change.old, change.new))
    return old is not None and (new is None or new > old)


@RULES.rule(
    "deadline-moved",
    why="A deadline may only be moved by `extend`, to a later day and with a reason.",
    wrong="`due` of 2.3 changes, and the commit is not an `extend`; or it is one, and the new day is earlier; or `term` becomes "
    "`long_term`; or a merge takes the later of two new days. If two sides had each set a first day, it is a warning; so is an "
    "earlier day by an `undo` of what someone else set.",
    scope=LENIENT,
)
def deadline_moved(step: Step) -> Violations[HistoryPlace]:
    """Find deadlines that moved without `extend`, or to an earlier day."""
    for change, old, new in _moved_deadlines(step):
        if step.commit.trailers.action != "extend":
            message = _("the deadline of {id} moved from {old} to {new} without `extend`")
        elif new is None or new <= old:
            message = _("the deadline of {id} moved from {old} to {new}, which is not later")
        else:
            continue
        yield step.report(change, message, old=old, new=new or _("none"))


@RULES.rule(
    "deadline-passed",
    why="A deadline that is moved after it has passed hides that it was missed.",
    wrong="`due` of 2.3 was 2024-05-31, and a commit of 2024-06-15 moves it, even by `extend`. If only the author's date is in time, "
    "it is a warning.",
    scope=LENIENT,
)
def deadline_passed(step: Step) -> Violations[HistoryPlace]:
    """Find deadlines that moved after they had passed."""
    for change, old, new in _moved_deadlines(step):
        late = next((day for day in (step.day, step.commit.committed[:10]) if day > old), None)
        if late:
            message = _("the deadline of {id}, {old}, had passed on {day}, when it was moved to {new}")
            severity: Severity = "error" if late == step.day else "warning"
            yield step.report(change, message, severity, old=old, new=new or _("none"), day=late)


@RULES.rule(
    "entry-changed",
    why="What was recorded must stay as it was recorded; anything new is a new entry.",
    wrong="An entry of `progress` or `reviews` is removed, changes its date or text, or loses some of its evidence; `escalated` changes other "
    "than by `escalate`; or the text of a comment or its reply changes. (What a comment is about may change.) In an `undo` of what someone "
    "else recorded, or of what is weeks old, it is a warning if only `progress` changes.",
)
def entry_changed(step: Step) -> Violations[HistoryPlace]:
    """Find entries, comments and escalations that were rewritten or removed, or have lost evidence."""
    may_escalate = step.commit.trailers.action in {"escalate", "import"}
    for change in (*step.comments, *step.measures):
        old, new = change.old or {}, change.new or {}
        may_change = change.statuses[0] == "closed" or (may_escalate and new.get("escalated"))
        fixed_keys: tuple[str, ...] = () if may_change else ("escalated",)
        if change.comment:
            fixed_keys = _COMMENT_KEYS
        keys = [key for key in fixed_keys if old.get(key) not in (None, new.get(key))]
        keys += [key for key in _ENTRY_LISTS if old.get(key) != new.get(key) and _has_lost(step, change, key)]
        if keys:
            message = _("what {id} had recorded was changed or removed: {keys}")
            yield step.report(change, message, id=change.label, keys=quoted(keys))


def _has_lost(step: Step, change: Change, key: str) -> bool:
    """Return whether an entry under a key has gone, or some of its evidence."""
    old, new = (entries(data, key) for data in (change.old, change.new))
    if old == new[: len(old)]:  # the usual case
        return False
    if Counter(map(statement, old)) - Counter(map(statement, new)):
        return True
    proofs: defaultdict[tuple[object, ...], set[object]] = defaultdict(set)
    for entry in new:  # entries with the same text may have different files
        proofs[statement(entry)] |= proofs_of(entry)
    renamed = step.renamed_evidence(change.id)
    return any(not proofs_of(entry, renamed) <= proofs[statement(entry)] for entry in old)


@RULES.rule(
    "rebound-withdrawn",
    "warning",
    why="If a review finds that a result has slipped, the measure must be reopened and worked on again; recording that it holds after "
    "all, with nothing done, silently removes that result.",
    wrong="A review finds that 2.2 has slipped, the next one, a day or months later, finds that it holds, and 2.2 was not reopened in "
    "between. (While it is closed no progress is recorded, so nothing shows what was done. A review entered by mistake is taken "
    "back with `undo`.)",
)
def rebound_withdrawn(step: Step) -> Violations[HistoryPlace]:
    """Find reviews by which a slipped result holds again, though the measure was not reopened and closed in between."""
    for change in step.measures:
        if change.statuses != ("closed", "closed") or not entries(change.old, "reviews"):
            continue
        slipped, newest = (last_review(data) for data in (change.old, change.new))
        is_withdrawn = text_of(slipped, "result") == "slipped" and text_of(newest, "result") != "slipped"
        if is_withdrawn and slipped in entries(change.new, "reviews"):
            closer = change.before.closer if change.before else None
            place = step.graph.places.get(closer.commit, -1) if closer else -1
            # If the closing commit held this review already, the measure was reopened and closed after the review.
            if not any(slipped in entries(each.new, "reviews") for each in step.graph.changes.get(place, ())):
                message = _(
                    "{id} had slipped as of {day}, and its next review finds otherwise: it was not reopened in between"
                )
                yield step.report(change, message, day=text_of(slipped, "date") or _("none"))


def last_review(data: Data | None) -> Data:
    """Return the review that counts, as in `model.records`: the newest one; of several on the same day, the first."""
    return max(entries(data, "reviews"), key=lambda review: text_of(review, "date") or "", default={})


@RULES.rule(
    "evidence-hash",
    why="The hash in the entry says which file was attached; a different file proves nothing.",
    wrong="An entry of 2.3 names a file and its SHA-256, but the commit does not contain that file, or its hash differs.",
)
def evidence_hash(step: Step) -> Violations[HistoryPlace]:
    """Find files that an entry names as evidence and that are missing or have another hash."""
    for change in step.measures:
        for proof in sorted(files_of(change.new) - files_of(change.old)):
            version = step.after.get(f"{EVIDENCE}/{change.id}/{proof.file}")
            if version is None or step.files.digest(version.blob) != proof.sha256:
                message = _("{id} names {file} as evidence, but there is no such file with this hash")
                yield step.report(change, message, file=proof.file)


@RULES.rule(
    "evidence-changed",
    why="An evidence file must be kept as it is, byte for byte; a new version is a new file.",
    wrong="A commit changes or deletes data/evidence/2.3/评审意见.pdf. (It may be renamed in its folder.) If it becomes a git-lfs pointer with "
    "the same hash, so that no one can open it from the history any more, or an `undo` of someone else's work removes it, it is a warning.",
)
def evidence_changed(step: Step) -> Violations[HistoryPlace]:
    """Find evidence files whose bytes changed, or that are gone."""
    for change in step.changes:
        if not change.is_evidence or not change.before:
            continue
        blobs = [version.blob for version in (change.before, change.after) if version]
        digests = {step.files.digest(blob) for blob in blobs}
        if len(digests) > 1 or not (change.after or change.name in step.renamed_evidence(change.id)):
            yield step.report(change, _("{path} was changed or deleted"))
        elif step.files.pointer(blobs[-1]) and not step.files.pointer(blobs[0]):
            yield step.report(change, _("{path} is now a pointer, and its content is elsewhere"), "warning")
