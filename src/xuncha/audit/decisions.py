"""Checks that findings and decisions stay: the words of the inspectors, the inspection, what is published, and the goals of measures."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.contents import deadline, is_postponed
from xuncha.audit.facts import entries, mapping, number_of, numbers, quoted, statement, text_of
from xuncha.audit.graph import Step
from xuncha.audit.people import people_of
from xuncha.audit.replayed import MAX_DELAY, Change
from xuncha.catalogue import Violations
from xuncha.language import gettext as _
from xuncha.model.identity import PROBLEMS
from xuncha.store.reading import Data

_NUMBERS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_INSPECTION: Final = ("organisation", "inspector", "round", "feedback")


@RULES.rule(
    "problem-rewritten",
    why="A finding must stay in the words of the inspectors. The title, the category and the amounts of a problem whose measures are "
    "all closed must not change either; changing them is a warning.",
    wrong="`finding` of problem 2 changes or is removed; or its `title`, its `category` or a number in its `fields` changes when all of "
    "its measures are closed. (Texts in `fields` may change.)",
)
def problem_rewritten(step: Step) -> Violations[HistoryPlace]:
    """Find problems whose finding was rewritten, or that changed after all measures were closed; a change by hand is left to `by-hand`."""
    for change in step.changes if step.commit.trailers.action else ():
        if not change.is_record or change.new is None or "." in str(change.id):
            continue
        old, new = (text_of(data, "finding") for data in (change.old, change.new))
        if old and old != new:
            yield step.report(change, _("the finding of problem {id} was rewritten"))
        keys = [key for key in ("title", "category") if text_of(change.old, key) != text_of(change.new, key)]
        keys += ["fields"] if numbers(change.old, "fields") != numbers(change.new, "fields") else []
        if change.old and keys and _is_complete(step, change.path.rpartition("/")[0]):
            message = _("{keys} of problem {id} changed when all its measures were closed")
            yield step.report(change, message, "warning", keys=quoted(keys))


def _is_complete(step: Step, folder: str) -> bool:
    """Return whether all measures of a problem, by its folder, were closed before the commit."""
    files = step.before.folders.get(folder, {})
    records = [step.files.record(each) for path, each in files.items() if "." in (number_of(path) or "")]
    return bool(records) and all(text_of(each, "status") == "closed" for each in records)


@RULES.rule(
    "settings-changed",
    "warning",
    why="All time limits count from the feedback, `people` says which addresses are one person, and `outcomes` says what amounts count; "
    "changing any of them afterwards changes what is measured by it. So does another name of the organisation, or of a category.",
    wrong="`inspection.feedback` of data/ledger.yaml was 2023-11-10 and is 2024-01-10; or an address in `people` now belongs to another "
    "person, or to a second one as well; or the unit of an outcome was 元 and is 万元, although measures have amounts of it; or a "
    "category in which a problem is complete gets another title, or `organisation` another name. (A new address is allowed.)",
)
def settings_changed(step: Step) -> Violations[HistoryPlace]:
    """Find changes of the inspection, of outcomes and categories that are used, and addresses in `people` that have lost their owner or have a second one."""
    for change in step.settings_edits:
        before, after = (_facts(data or {}) for data in (change.old, change.new))
        changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        free = {key for key in changed if key.startswith(("outcomes.", "categories."))}
        free -= _used_facts(step) if free else set()
        for key in changed:
            old, new = before.get(key), after.get(key)
            if key not in free and (old or (key.startswith("people.") and _(", ") in (new or ""))):
                message = _("`{key}` of the ledger changed from {old} to {new}")
                yield step.report(change, message, key=key, old=old or _("none"), new=new or _("none"))


def _facts(settings: Data) -> dict[str, str]:
    """Return what must stay in the settings, by key: the inspection, the words of outcomes and categories, and whose an address is."""
    whole = {**settings, **mapping(settings, "inspection")}
    facts = {key: str(whole[key]) for key in _INSPECTION if whole.get(key) is not None}
    for name in ("outcomes", "categories"):
        for each in entries(settings, name):
            words = (text_of(each, key) for key in ("title", "label", "unit"))
            facts[f"{name}.{text_of(each, 'key')}"] = " ".join(filter(None, words))
    owners = defaultdict(set)
    for person, emails in people_of(settings):
        for email in emails:
            owners[f"people.{email}"].add(person)
    return facts | {email: _(", ").join(sorted(names)) for email, names in sorted(owners.items())}


def _used_facts(step: Step) -> set[str]:
    """Return the keys of the outcomes of which there were amounts before a commit, and of the categories in which problems were complete."""
    used = set()
    for folder, files in step.before.folders.items():
        if folder.startswith(PROBLEMS):
            records = [step.files.record(each) for each in files.values()]
            used |= {f"outcomes.{key}" for each in records for key in mapping(each, "outcomes")}
            if _is_complete(step, folder):
                used |= {f"categories.{text_of(each, 'category')}" for each in records}
    return used


@RULES.rule(
    "withheld",
    "warning",
    why="What was public and is now withheld disappears from the notice, whether it is done or not.",
    wrong="`publish` of 2.3 or of problem 2 becomes false; or that of an entry after 2.3 was closed.",
)
def withheld(step: Step) -> Violations[HistoryPlace]:
    """Find problems, measures and entries that are no longer published."""
    for change in step.changes:
        if not change.is_record or change.new is None or change.old is None:
            continue
        if _is_withheld(change.old, change.new):
            yield step.report(change, _("{id} is withheld from the notice"))
        elif change.statuses[0] == "closed" and _has_hidden_entry(change.old, change.new):
            yield step.report(change, _("{id} was closed, and an entry was withheld from the notice later"))


def _is_withheld(old: Data, new: Data) -> bool:
    return new.get("publish") is False and old.get("publish") is not False


def _has_hidden_entry(old: Data, new: Data) -> bool:
    """Return whether an entry that was public is withheld now."""
    public = {statement(entry) for entry in entries(old, "progress") if entry.get("publish") is not False}
    hidden = {statement(entry) for entry in entries(new, "progress") if entry.get("publish") is False}
    return bool(public & hidden)


@RULES.rule(
    "replaced",
    "warning",
    why="A removal is for what was entered by mistake; what takes its place must not ask for less.",
    wrong="2.3 was removed, and a measure with its title, or one that gets its title later, or its goal if no other measure has it, has a "
    "later `due`, or none, or is withheld; or problem 2 was removed, and one with its title has another `finding`, or is withheld.",
)
def replaced(step: Step) -> Violations[HistoryPlace]:
    """Find records that take the place of removed ones and ask for less."""
    for change in step.replacements:
        if is_postponed(change):
            old, new = (deadline(data) or _("none") for data in (change.old, change.new))
            message = _(
                "{id} takes the place of a removed measure, and its deadline is {new} instead of {old}"
            )
            yield step.report(change, message, old=old, new=new)
        former, finding = (text_of(data, "finding") for data in (change.old, change.new))
        is_rewritten = former is not None and finding not in {None, former}
        keys = ["finding"] * is_rewritten + ["publish"] * _is_withheld(change.old or {}, change.new or {})
        if keys:
            message = _("{id} takes the place of what was removed, with another {keys}")
            yield step.report(change, message, keys=quoted(keys))


@RULES.rule(
    "watered-down",
    "warning",
    why="A closed measure must have reached its goal; here the goal was lowered shortly before.",
    wrong="`goal` of 2.3 says 改造泵站12座, then 改造泵站2座, or much less, or nothing, also where a removed measure of its title said so; and "
    "2.3 is closed in the same commit or within two weeks; or its `title` changes while an application to close is pending, or a merge "
    "brings a new title to the application. (What only one side of a merge had changed counts as known to the others from the day of "
    "the merge, unless someone else had built on it weeks before.)",
)
def watered_down(step: Step) -> Violations[HistoryPlace]:
    """Find closings of measures whose goal was lowered, or title changed, shortly before."""
    for change in step.closings:
        for key in ("title", "goal"):
            new = text_of(change.new, key) or ""
            weakened = [former for former in _former_texts(step, change, key) if _is_weaker(former, new)]
            if key == "title":  # it may not change at all after the application
                weakened += [applicant.title for applicant in change.applicants if applicant.title != new]
            for old in weakened[:1]:
                message = _("{id} was closed shortly after its {key} changed from “{old}” to “{new}”")
                yield step.report(change, message, key=quoted([key]), old=old, new=new)


def _former_texts(step: Step, closing: Change, key: str) -> Iterator[str]:
    """Yield the texts under a key that a measure had before it changed in the two weeks before it was closed, the oldest first."""
    graph = step.graph
    for former in closing.after.rewordings if closing.after else ():
        commit = graph.commits[graph.places[former.commit]]
        known_since = graph.known_since.get(commit.hash, commit.moment_committed)
        is_recent = step.commit.moment_committed - known_since < MAX_DELAY
        if is_recent and not graph.is_undone(step.node, commit.hash):
            yield str(getattr(former, key))


def _is_weaker(old: str, new: str) -> bool:
    """Return whether a new text requires less than the old one: it is much shorter, leaves letters out, or has smaller numbers in the same words."""
    if old == new:
        return False
    letters: Iterator[str] = iter(old)  # `in` goes on behind the letter found last, so the order counts
    is_part = all(letter in letters for letter in new)
    counts = [[float(each) for each in _NUMBERS.findall(text)] for text in (old, new)]
    same_words = _NUMBERS.sub("0", old) == _NUMBERS.sub("0", new)
    smaller = same_words and any(less < more for more, less in zip(*counts, strict=True))
    return is_part or len(new) * 4 <= len(old) * 3 or smaller
