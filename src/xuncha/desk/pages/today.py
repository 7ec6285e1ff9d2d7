"""Show today's tasks with buttons for their next steps, the counts, and the undo of the last change."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from xuncha.desk.view import desk_of, page, pages_of, visitor_of
from xuncha.requests.todo import Kind, Task, pending_tasks
from xuncha.tally import tally
from xuncha.workflow.verbs import VERBS

_SHOWN: Final = 50
"""Tasks of one kind on the page; another page has all of them."""
NEXT_STEPS: Final[dict[Kind, tuple[str, ...]]] = {
    "decide": ("close", "return"),
    "returned": ("progress", "submit"),
    "overdue": ("start", "progress", "submit", "extend"),
    "due_soon": ("start", "progress", "submit"),
    "review": ("review", "reopen"),
    "unassigned": ("set",),
}
"""The actions that settle a task, by kind, if the status of its measure allows them."""


def _next_steps(task: Task) -> list[str]:
    """Return the actions that settle a task now; a result that has slipped is not reviewed again, but reopened."""
    row = task.row
    return [
        step
        for step in NEXT_STEPS[task.kind]
        if row.status in VERBS[step].transitions and (step == "reopen") == row.slipped
    ]


def show(request: Request) -> Response:
    """Show today's tasks, for all or for one office or leader."""
    desk, query = desk_of(request), request.query_params
    state, events = desk.state(), desk.events()
    visitor, frame = visitor_of(request), state.register.frame
    listed = {"office": frame.offices, "leader": frame.leaders}
    own = {name: getattr(visitor.account, name, None) for name in listed}
    defaults = {name: value if value in listed[name] else None for name, value in own.items()}
    chosen = {name: query.get(name, default) or None for name, default in defaults.items()}
    of_own_office = visitor.account if own["office"] and chosen["office"] == own["office"] else None
    searched = chosen | {"office": None} if of_own_office else chosen  # it also supports other offices
    groups: dict[Kind, list[Task]] = {}
    key = ("waiting", desk.today, *searched.values())
    for task in state.cached(key, lambda: pending_tasks(state.register, events, desk.today, **searched)):
        if of_own_office is None or of_own_office.concerns(task.row):
            groups.setdefault(task.kind, []).append(task)
    order = sorted(groups, key=lambda name: not any(map(visitor.may, NEXT_STEPS[name])))
    groups = {name: groups[name] for name in order}  # first the tasks that the visitor can act on
    filters = [(name, value or "") for name, value in chosen.items() if value or own[name]]
    kind = query.get("kind", "")
    shown, current, pages = {name: tasks[:_SHOWN] for name, tasks in groups.items()}, 1, 1
    if kind in groups:
        rows, current, pages = pages_of(groups[kind], query.get("page", ""))
        shown, filters = {kind: [*rows]}, [*filters, ("kind", kind)]
    given: dict[str, Any] = {
        "counts": state.cached(("tally", desk.today), lambda: tally(state.register, desk.today)),
        "groups": shown,
        "totals": {name: len(tasks) for name, tasks in groups.items()},
        "filters": filters,
        "current": current,
        "pages": pages,
        "chosen": chosen,
        "unknown_names": [name for key, name in own.items() if name and name not in listed[key]],
        "next_steps": _next_steps,
        "state": state,
        "latest_event": events[0] if events and desk.undoable(events[0], visitor) else None,
        "is_empty": not state.register.problems,
    }
    return page(request, "today", **given)
