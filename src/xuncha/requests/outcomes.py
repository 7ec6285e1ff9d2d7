"""Sentences for people: who inspected, what an action has changed, what to do next, and what an audit will name."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.language import gettext as _
from xuncha.trail.repository import is_detached

if TYPE_CHECKING:
    from xuncha.model.register import Frame, ProblemRow
    from xuncha.trail.history import Event
    from xuncha.workflow.add import Added
    from xuncha.workflow.change import Session
    from xuncha.workflow.perform import Result
    from xuncha.workflow.remove import Removal

_MAX_LISTED: Final = 8


def feedback_of(frame: Frame) -> str:
    """Return who inspected, and the day of the feedback, for the head of a screen."""
    known, unknown = _("feedback of {day}"), _("day of the feedback not set")
    if frame.inspector:
        known = _("feedback of {day} by {inspector}")
        unknown = _("{inspector}, day of the feedback not set")
    return (known if frame.feedback else unknown).format(inspector=frame.inspector, day=frame.feedback)


class Messages(NamedTuple):
    """Notes and warnings about what was done."""

    notes: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    """Each is a message and a hint."""

    def combined_with(self, other: Messages) -> Messages:
        """Return both outcomes as one, each sentence once."""
        return Messages(
            tuple(dict.fromkeys((*self.notes, *other.notes))),
            tuple(dict.fromkeys((*self.warnings, *other.warnings))),
        )


def result_messages(result: Result) -> Messages:
    """Return what to tell after an action, each sentence once."""
    notes = [line for plan in result.plans for line in plan.notes]
    notes += _completed_notes(result.completed)
    notes += [plan.next_step for plan in result.plans if plan.next_step]
    warnings = [plan.warning for plan in result.plans if plan.warning]
    return Messages(tuple(dict.fromkeys(notes)), tuple(dict.fromkeys(warnings)))


def _completed_notes(problems: Iterable[ProblemRow]) -> list[str]:
    message = _("Problem {id} is complete: {title}")
    return [message.format(id=problem.id, title=problem.title) for problem in problems]


def removal_messages(removal: Removal) -> Messages:
    """Return what to tell after a removal: a problem that is complete by it, a time limit that had passed, and texts that mention numbers which have changed."""
    warnings = []
    if removal.overdue:
        message = _("its time limit had passed: the audit will report this")
        hint = _("if this was a mistake: xuncha undo restores it, and history keeps both")
        warnings.append((message, hint))
    if removal.outdated:
        template, removed = _("{where} says {said}, which is now {new}"), _("removed")
        texts = [
            template.format(where=each.where, said=each.mention, new=each.new or removed)
            for each in removal.outdated
        ]
        message = _("texts mention numbers that have changed: {texts}")
        more = _(" and {n} more", n=len(texts) - _MAX_LISTED) if len(texts) > _MAX_LISTED else ""
        listed = _("; ").join(texts[:_MAX_LISTED]) + more
        warnings.append((message.format(texts=listed), _("correct them with `xuncha edit`")))
    return Messages(tuple(_completed_notes(removal.completed)), tuple(warnings))


def added_messages(added: Added) -> Messages:
    """Return what to tell after a record was added: names that were entered too, and a record with the same title."""
    note = _("Entered into data/ledger.yaml: {names}", names=_(", ").join(added.new_names))
    duplicate = (_("{id} has the same title", id=added.duplicate), _("if it was entered twice: xuncha undo"))
    return Messages((note,) if added.new_names else (), (duplicate,) if added.duplicate else ())


def session_messages(session: Session) -> Messages:
    """Return warnings for the start of a change: an interrupted command was rolled back, or no branch is checked out."""
    warnings = []
    if session.leftover:
        message = _("`{command}` was interrupted before its commit; what it wrote was taken back")
        hint = _("to complete it, type it again")
        warnings.append((message.format(command=session.leftover.command), hint))
    if is_detached(session.root):
        warnings.append(no_branch_warning())
    return Messages(warnings=tuple(warnings))


def no_branch_warning() -> tuple[str, str]:
    """Return the warning that no branch is checked out, and a hint."""
    return (
        _("no branch is checked out in git: changes made now are on no branch"),
        _("switch to one first, such as git switch main, or create one: git switch -c NAME"),
    )


def event_summary(event: Event) -> str:
    """Return what was done, in the words of the commit's subject; if one commit changed several records, only the part about this one."""
    from xuncha.workflow.verbs import SUBJECTS  # noqa: PLC0415  only the log needs them

    if event.action == "renumber" and event.to and not event.subject.startswith(SUBJECTS["renumber"]):
        return f"{SUBJECTS['renumber']} {event.id} → {event.to}"  # by a commit that removed another record
    action, _blank, rest = event.subject.partition(" ")
    if "、" in rest and " " not in rest and event.id:  # a list of numbers; a subject with a title has a blank
        return f"{action} {event.id}"
    # The undo of several commits names each of them: take the part about this number.
    parts = rest.split("；") if event.action == "undo" else []
    return next((f"{action} {part}" for part in parts if event.id in part.split()), event.subject)


def event_rows(events: Iterable[Event]) -> list[tuple[Event, str]]:
    """Return a row for each event, with what was done; events of one commit in the same words are one row, with their number."""
    rows = []
    for (_commit, text), group in groupby(events, lambda event: (event.commit, event_summary(event))):
        alike = list(group)
        number = _(" ({n} records)", n=len(alike)) if alike[1:] else ""
        rows.append((alike[0], text + number))
    return rows
