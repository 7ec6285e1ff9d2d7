"""What is said of an action besides what it was asked for: what came of it, what comes next, what an audit will name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xuncha.workflow.add import Added
    from xuncha.workflow.perform import Result
    from xuncha.workflow.verb import PlannedChange


class Outcome(NamedTuple):
    """Sentences about what was done."""

    notes: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    """Each a message and a hint."""


def outcome(results: Sequence[Result]) -> Outcome:
    """Say what came of actions, each sentence once."""
    plans = [plan for result in results for plan in result.plans]
    notes = [line for plan in plans for line in about_plan(plan)]
    notes += [line for result in results for line in about_completed(result)]
    notes += [plan.next_step for plan in plans if plan.next_step]
    warnings = [plan.warning for plan in plans if plan.warning]
    return Outcome(tuple(dict.fromkeys(notes)), tuple(dict.fromkeys(warnings)))


def about_plan(plan: PlannedChange) -> list[str]:
    """Say what was done to one measure beside the change of its status."""
    said = [plan.note] if plan.note else []
    if plan.evidence:
        is_new = plan.evidence.content is not None
        where = _("it is in {path}") if is_new else _("the same file is there already: {path}")
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
