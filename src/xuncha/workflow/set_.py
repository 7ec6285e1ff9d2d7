"""Set (设定): assign who answers for a measure, who does it and until when; correct what was entered wrongly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.names import key_name
from xuncha.rules.names import matching_category, matching_name
from xuncha.workflow.verb import UNCHANGED, Case, PlannedChange, verb

_KEYS = ("title", "goal", "leader", "office", "co_offices", "person", "due", "fields", "category")


@verb("set", "设定", UNCHANGED, *_KEYS, for_problems=True)
def set_(
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

    Once set, a time limit is moved by `extend` only. Of a problem, the title, the category and the fields can be changed.

    Examples:
        xuncha set 2.3 2.4 --leader 分管副局长 --office 规划科
        xuncha set 2.3 --person 张某 --goal 年底前投入运行
    """
    from xuncha.rules.fields import Kind, read_field  # noqa: PLC0415  the help does not need it

    frame, identity = case.frame, case.identity
    kind: Kind = "problem" if identity.is_problem else "measure"
    if identity.is_problem:
        names = ("leader", "office", "co_offices", "person", "due", "goal")
        given = (leader, office, co_offices, person, due, goal)
        for name in (name for name, value in zip(names, given, strict=True) if value):
            message = _("{what} applies to a measure, not to a problem")
            message = message.format(what=f"--{name}".replace("_", "-"))
            raise RefusedError("not-a-measure", message, _("name a measure, such as 2.3"))
    elif category is not None:
        message = _("{id} is a measure; only a problem has a category", id=identity)
        hint = _("type: xuncha set {id} --category …", id=identity.problem)
        raise RefusedError("not-a-problem", message, hint)
    elif due is not None and case.measure.due is not None:
        message = _("{id} already has a time limit, {due}", id=identity, due=case.measure.due)
        hint = _("move it with a reason: xuncha extend {id} --due … --reason …", id=identity)
        raise RefusedError("due-set", message, hint, identity.path)
    new_fields = dict(read_field(frame, kind, key, text) for key, text in (fields or {}).items())
    values: dict[str, Any] = {
        "title": title,
        "category": category and matching_category(category, frame.categories),
        "goal": goal,
        "leader": leader and matching_name(leader, frame.leaders),
        "office": office and matching_name(office, frame.offices),
        "co_offices": [matching_name(each, frame.offices) for each in co_offices or ()],
        "person": person,
        "due": due and due.isoformat(),
        "fields": new_fields and {**case.record.fields, **new_fields},
    }
    edits = {key: value for key, value in values.items() if value}
    if not edits:
        hint = _("see `{path} --help`", path="xuncha set")
        raise RefusedError("nothing-given", _("nothing to set was given"), hint)
    keys = _(", ").join(map(key_name, edits))
    return PlannedChange(edits, notes=[_("set: {keys}", keys=keys)])
