"""Today: what waits, each with its next step as a button; the counts; and the undo of what was done last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xuncha.desk.view import desk_of, made, page, pages_of, visitor_of
from xuncha.requests.answers import waiting
from xuncha.tally import tally

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xuncha.todo import Kind, Task

_SHOWN: Final = 50
"""Tasks of one kind on the page; a page of its own has all."""
NEXT_STEPS: Final[dict[Kind, tuple[str, ...]]] = {
    "decide": ("close", "return"),
    "returned": ("progress", "submit"),
    "overdue": ("progress", "submit", "extend"),
    "due_soon": ("progress", "submit"),
    "review": ("review",),
    "unassigned": ("set",),
}
"""The actions that a task of a kind is done by."""


def show(request: Request) -> Response:
    """Show what waits today, for all or for one office or leader."""
    desk = desk_of(request)
    look, events = desk.look(), desk.events()
    account, given_ = visitor_of(request).account, request.query_params
    known = {"office": look.register.frame.offices, "leader": look.register.frame.leaders}
    own = {name: getattr(account, name, None) for name in known}
    strange = [name for key, name in own.items() if name and name not in known[key]]
    asked = {
        name: (given_[name] or None) if name in given_ else (own[name] if own[name] in known[name] else None)
        for name in known
    }
    own_office = bool(account and account.office and asked["office"] == account.office)
    said = asked | {"office": None} if own_office else asked  # it also has a part in what others do
    groups: dict[Kind, list[Task]] = {}
    for task in waiting(look.register, events, desk.today, **said):
        if not (own_office and account) or account.concerns(task.row):
            groups.setdefault(task.kind, []).append(task)
    may = visitor_of(request).may
    decided_here = sorted(groups, key=lambda name: not any(map(may, NEXT_STEPS[name])))
    groups = {name: groups[name] for name in decided_here}  # first what they can do something about
    kept = [(name, value or "") for name, value in asked.items() if value or own[name]]
    kind = request.query_params.get("kind", "")
    shown, current, pages = {name: tasks[:_SHOWN] for name, tasks in groups.items()}, 1, 1
    if kind in groups:
        rows, current, pages = pages_of(groups[kind], request.query_params.get("page", ""))
        shown, kept = {kind: [*rows]}, [*kept, ("kind", kind)]
    given: dict[str, Any] = {
        "frame": look.register.frame,
        "counts": tally(look.register, desk.today),
        "groups": shown,
        "totals": {name: len(tasks) for name, tasks in groups.items()},
        "kept": kept,
        "current": current,
        "pages": pages,
        "asked": asked,
        "strange": strange,
        "steps": NEXT_STEPS,
        "number": look.number,
        "last": events[0] if events and desk.may_be_taken_back(events[0], visitor_of(request)) else None,
        "empty": not look.register.problems,
    }
    return page(request, "today", **given, **made(request))
