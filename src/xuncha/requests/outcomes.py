"""What is said of an action besides what it was asked for: what came of it, what comes next, what an audit will name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xuncha.language import gettext as _
from xuncha.trail.repository import detached

if TYPE_CHECKING:
    from xuncha.trail.history import Event
    from xuncha.workflow.add import Added
    from xuncha.workflow.change import Session
    from xuncha.workflow.perform import Result
    from xuncha.workflow.verb import PlannedChange


class Outcome(NamedTuple):
    """Sentences about what was done."""

    notes: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    """Each a message and a hint."""

    def and_then(self, other: Outcome) -> Outcome:
        """Return both, each sentence once."""
        return Outcome(
            tuple(dict.fromkeys((*self.notes, *other.notes))),
            tuple(dict.fromkeys((*self.warnings, *other.warnings))),
        )


def outcome(result: Result) -> Outcome:
    """Say what came of an action, each sentence once."""
    notes = [line for plan in result.plans for line in about_plan(plan)] + about_completed(result)
    notes += [plan.next_step for plan in result.plans if plan.next_step]
    warnings = [plan.warning for plan in result.plans if plan.warning]
    return Outcome(tuple(dict.fromkeys(notes)), tuple(dict.fromkeys(warnings)))


def about_plan(plan: PlannedChange) -> list[str]:
    """Say what was done to one measure beside the change of its status."""
    said = [plan.note] if plan.note else []
    if plan.evidence:
        is_new = plan.evidence.content is not None
        where = _("it is in {path}") if is_new else _("the same file is already in the ledger: {path}")
        said.append(where.format(path=plan.evidence.name))
    return said


def about_completed(result: Result) -> list[str]:
    """Say which problems are complete by it."""
    said = _("Problem {id} is complete: {title}")
    return [said.format(id=problem.id, title=problem.title) for problem in result.completed]


def about_added(added: Added) -> Outcome:
    """Say what was entered on the way, and what has the same title."""
    said = _("Entered into data/ledger.yaml: {names}").format(names=_(", ").join(added.entered))
    twin = _("{id} has the same title").format(id=added.twin), _("if it was entered twice: xuncha undo")
    return Outcome((said,) if added.entered else (), (twin,) if added.twin else ())


def about_beginning(session: Session) -> Outcome:
    """Say what was found when a change began: what an interrupted command had left, and that no branch is checked out."""
    found = []
    if session.leftover:
        said = _("`{command}` was interrupted before its commit; what it wrote was taken back")
        again = _("to complete it, type it again")
        found.append((said.format(command=session.leftover.command), again))
    if detached(session.root):
        found.append(on_no_branch())
    return Outcome(warnings=tuple(found))


def on_no_branch() -> tuple[str, str]:
    """Say that no branch is checked out."""
    return (
        _("no branch is checked out in git: changes made now are on no branch"),
        _("switch to one first, such as git switch main, or create one: git switch -c NAME"),
    )


def what_was_done(event: Event) -> str:
    """Say what was done, as the commit's subject does; of one that did it to several, for this one alone."""
    from xuncha.workflow.verbs import SUBJECTS  # noqa: PLC0415  only the log needs them

    if event.action == "renumber" and event.to and not event.subject.startswith(SUBJECTS["renumber"]):
        return f"{SUBJECTS['renumber']} {event.id} → {event.to}"  # by a commit that removed another
    done, _blank, rest = event.subject.partition(" ")
    if "、" in rest and " " not in rest and event.id:  # a list of numbers; what has a title has a blank
        return f"{done} {event.id}"
    # What several commits were taken back by: the part that is about this number.
    parts = rest.split("；") if event.action == "undo" else []
    return next((f"{done} {part}" for part in parts if event.id in part.split()), event.subject)
