"""Set (设定): assign who answers for a measure, who does it and until when; correct what was entered wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.names import key_name
from xuncha.rules.names import matching_category, matching_name
from xuncha.store.edits import Edit, Set
from xuncha.workflow.verb import UNCHANGED, Case, PlannedChange, verb

if TYPE_CHECKING:
    from xuncha.model.records import Measure, Problem
    from xuncha.model.register import Frame


_KEYS = ("title", "goal", "leader", "office", "co_offices", "person", "due", "fields", "category")


@verb("set", "设定", UNCHANGED, *_KEYS)
def _set(
    case: Case,
    *,
    leader: str | None = None,
    office: str | None = None,
    co_offices: Sequence[str] | None = None,
    person: str | None = None,
    due: date | None = None,
    goal: str | None = None,
    title: str | None = None,
    category: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> PlannedChange:
    """Assign measures, and correct what no other command changes.

    A time limit that is set can only be moved by `extend`; of a problem, title, category and fields can be corrected.

    Examples:
        xuncha set 2.3 2.4 --leader 分管副局长 --office 规划科
        xuncha set 2.3 --person 张某 --goal 年底前投入运行
    """
    if category is not None:
        message = _("{id} is a measure; only a problem has a category").format(id=case.identity)
        hint = _("type: xuncha set {id} --category …").format(id=case.identity.problem)
        raise RefusedError("not-a-problem", message, hint)
    if due is not None and case.measure.due is not None:
        message = _("{id} already has a time limit, {due}").format(id=case.identity, due=case.measure.due)
        hint = _("move it with a reason: xuncha extend {id} --due … --reason …").format(id=case.identity)
        raise RefusedError("due-set", message, hint, case.identity.path)
    values: dict[str, Any] = {
        "title": title,
        "goal": goal,
        "leader": leader and matching_name(leader, case.frame.leaders),
        "office": office and matching_name(office, case.frame.offices),
        "co_offices": [matching_name(each, case.frame.offices) for each in co_offices or ()],
        "person": person,
        "due": due and due.isoformat(),
        "fields": fields and _fields(case.measure, case.frame, "measure", fields),
    }
    return _planned(values)


def _set_problem(
    problem: Problem,
    frame: Frame,
    *,
    title: str | None,
    category: str | None,
    fields: Mapping[str, str] | None,
    **others: object,
) -> PlannedChange:
    """Plan the change for a problem, which has a title, a category and fields."""
    if inapplicable := [name for name, value in others.items() if value]:
        message = _("{what} applies to a measure, not to a problem")
        message = message.format(what=f"--{inapplicable[0]}".replace("_", "-"))
        raise RefusedError("not-a-measure", message, _("name a measure, such as 2.3"))
    new = {
        "title": title,
        "category": category and matching_category(category, frame.categories),
        "fields": fields and _fields(problem, frame, "problem", fields),
    }
    return _planned(new)


set_ = replace(_set, plan_problem=_set_problem)


def _planned(values: Mapping[str, Any]) -> PlannedChange:
    edits: list[Edit] = [Set(key, value) for key, value in values.items() if value]
    if not edits:
        raise RefusedError("nothing-given", _("nothing to set was given"), _("see `xuncha set --help`"))
    names = _(", ").join(key_name(edit.key) for edit in edits)
    return PlannedChange(edits, note=_("set: {keys}").format(keys=names))


def _fields(
    record: Measure | Problem, frame: Frame, owner: Literal["measure", "problem"], values: Mapping[str, str]
) -> dict[str, int | float | str]:
    """Return the declared fields of a record with new values added, each converted to its type.

    Raises RefusedError if a field is not declared, or a value does not fit its type.
    """
    from xuncha.rules.fields import read_field  # noqa: PLC0415  the help does not need it

    return {**record.fields, **dict(read_field(frame, owner, key, value) for key, value in values.items())}
