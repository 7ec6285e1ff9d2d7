"""List measures: search, filters and sorting, 200 rows a page, with boxes to act on several together."""

from __future__ import annotations

from operator import attrgetter
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from xuncha.desk.fields import selection
from xuncha.desk.view import desk_of, page, pages_of, visitor_of
from xuncha.language import gettext as _
from xuncha.model.register import Register
from xuncha.model.vocabulary import STATUSES, TERMS, status_name, word_name
from xuncha.requests.selection import select
from xuncha.tally import Horizon
from xuncha.workflow.verbs import VERBS

_ORDERS: Final = ("due", "office", "leader", "status")
"""The sort orders, besides that by number."""


def show(request: Request) -> Response:
    """Show one page of the filtered measures."""
    desk, query = desk_of(request), request.query_params
    state = desk.state()
    selected = selection(query)
    rows = select(state.register, desk.texts, desk.today, selected)
    may, account = visitor_of(request).may, visitor_of(request).account
    if account:
        rows.sort(key=lambda row: not account.concerns(row))  # first the measures that concern the account
    order = query.get("order", "")
    if order in _ORDERS:
        value = attrgetter(order)
        rows.sort(key=lambda row: (value(row) is None, value(row) or ""))
    shown, current, pages = pages_of(rows, query.get("page", ""))
    filters = [(name, value) for name, value in query.multi_items() if value and name not in {"page", "done"}]
    horizon = Horizon.of_register(state.register, desk.today)
    verbs = [verb.action for verb in VERBS.values() if verb.multiple and may(verb.action)]
    return page(
        request,
        "measures",
        state=state,
        choices=_choices(state.register),
        rows=[(row, horizon.light(row), any(may(verb, row) for verb in verbs)) for row in shown],
        total=len(rows),
        current=current,
        pages=pages,
        query=dict(query) | {"order": order},
        filters=filters,
        has_filters=selected != selection(QueryParams()),
        other_filters=_other_filters(filters),
        verbs=verbs,
    )


def _other_filters(filters: list[tuple[str, str]]) -> list[tuple[str, str, str, str]]:
    """Return the filters without a field on the page: name, value, label, and the address without the filter."""
    labels = {"due_within": _("due within {said} days"), "person": _("person: {said}"), "field": "{said}"}
    return [
        (
            name,
            value,
            labels[name].format(said=value),
            f"/measures?{urlencode([each for each in filters if each != (name, value)])}",
        )
        for name, value in filters
        if name in labels
    ]


def _choices(register: Register) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the fields to filter and sort by: name, label, and values with their labels."""
    frame = register.frame
    labels = {"due": _("Time limit"), "office": _("Office"), "leader": _("Leader"), "status": _("Status")}
    return [
        ("status", labels["status"], [(each, status_name(each)) for each in STATUSES]),
        ("office", labels["office"], [(each, each) for each in frame.offices]),
        ("leader", labels["leader"], [(each, each) for each in frame.leaders]),
        ("category", _("Category"), [*frame.categories]),
        ("problem", _("Problem"), [(each.id, f"{each.id} {each.title}") for each in register.problems]),
        ("term", _("Term"), [(each, word_name(each)) for each in TERMS]),
        ("order", _("Sorted by"), [(key, labels[key]) for key in _ORDERS]),
    ]
