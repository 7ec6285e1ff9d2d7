"""Show all problems with their counts, or one with its measures; add and remove problems and measures."""

from __future__ import annotations

from typing import Any, cast

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xuncha.desk import forms
from xuncha.desk.commands import address_of
from xuncha.desk.fields import current_values, fields_of
from xuncha.desk.forms import Typed
from xuncha.desk.view import desk_of, page
from xuncha.errors import XunchaError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.names import TERMS
from xuncha.model.records import Problem
from xuncha.model.vocabulary import Term, word_name
from xuncha.requests import readers
from xuncha.requests.answers import file_version, measure_rows
from xuncha.requests.outcomes import Messages, added_messages, removal_messages
from xuncha.requests.readers import read_values
from xuncha.rules.names import no_such_record
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_record
from xuncha.tally import Horizon
from xuncha.workflow import add
from xuncha.workflow.change import Session
from xuncha.workflow.remove import remove as take_away
from xuncha.workflow.verbs import VERBS


def show_all(request: Request, values: Typed | None = None, error: XunchaError | None = None) -> Response:
    """Show all problems, and a form for a new one."""
    desk = desk_of(request)
    state = desk.valid_state() if error else desk.state()
    horizon = Horizon.of_register(state.register, desk.today)
    rows = [
        (
            row,
            sum(each.status == "closed" for each in row.measures),
            sum(horizon.light(each) == "red" for each in row.measures),
        )
        for row in state.register.problems
    ]
    categories, typed = dict(state.register.frame.categories), values or {}
    return page(request, "problems", state=state, categories=categories, rows=rows, typed=typed, error=error)


def add_problem(request: Request, form: FormData) -> Response:
    """Add a problem, and redirect to its page."""
    title, fields = _title(form), readers.read_pairs(forms.lines(form, "field"))
    category, new = forms.text(form, "category") or None, bool(forms.text(form, "new"))
    with desk_of(request).session() as session:
        added = add.add_problem(session, title, category, fields, new=new)
    return _redirect(request, session, added)


def _title(form: FormData) -> str:
    title = forms.text(form, "title")
    return readers.require_text(title, _("the title is empty"), _("describe it in one line"))


def _redirect(request: Request, session: Session, added: add.Added) -> Response:
    """Redirect to the page of what was added."""
    commit = desk_of(request).record(session.commit_id, added_messages(added))
    return forms.redirect(address_of(added.identity), commit)


def show(request: Request, values: Typed | None = None, error: XunchaError | None = None) -> Response:
    """Show a problem, the actions for it, and a form for a new measure."""
    desk = desk_of(request)
    state = desk.valid_state() if error else desk.state()
    identity = Identity.parse(request.path_params["id"])
    if not identity.is_problem:
        return RedirectResponse(address_of(identity), 303)
    rows = measure_rows(state.register, identity)
    version = file_version(desk.root, identity.path)  # before reading, so that a change in between is noticed
    record = cast("Problem", load_record(WorkingTree(desk.root), identity))
    horizon = Horizon.of_register(state.register, desk.today)
    fields = fields_of(VERBS["set"], problem=True)
    shown: dict[str, Any] = {
        "state": state,
        "identity": identity,
        "problem": record,
        "category": dict(state.register.frame.categories).get(record.category or ""),
        "rows": [(row, horizon.light(row)) for row in rows],
        "closed_count": sum(row.status == "closed" for row in rows),
        "events": desk.history(identity),
        "set_verb": VERBS["set"],
        "fields": fields,
        "current_values": current_values(record, fields),
        "version": version,
        "terms": [(each, word_name(cast("Term", each))) for each in TERMS],
        "typed": values or {},
    }
    return page(request, "problem", **shown, error=error)


def add_measure(request: Request, form: FormData) -> Response:
    """Add a measure to a problem, and redirect to its page."""
    desk, due = desk_of(request), forms.text(form, "due")
    values: dict[str, Any] = {
        **{name: forms.text(form, name) or None for name in ("leader", "office", "person", "goal")},
        "term": readers.read_word(forms.text(form, "term") or "once", "term", TERMS),
        "due": readers.read_day(due, forms.label_of("due"), desk.today) if due else None,
        "co_offices": forms.lines(form, "co_office"),
        "fields": readers.read_pairs(forms.lines(form, "field")),
        "new": bool(forms.text(form, "new")),
    }
    problem, title = readers.read_problem(request.path_params["id"]), _title(form)
    with desk.session() as session:
        added = add.add_measure(session, problem, title, **values)
    return _redirect(request, session, added)


def show_removal(request: Request, values: Typed | None = None, error: XunchaError | None = None) -> Response:
    """Ask for the reason, and show what will be renumbered."""
    desk = desk_of(request)
    state = desk.valid_state() if error else desk.state()
    identity = Identity.parse(request.path_params["id"])
    register = state.register
    rows = register.problems if identity.is_problem else [*register.measures]
    row = next((each for each in rows if each.id == str(identity)), None)
    if row is None:
        raise no_such_record(identity)
    version, typed = file_version(desk.root, identity.path), values or {}
    return page(request, "remove", state=state, row=row, version=version, typed=typed, error=error)


def remove(request: Request, form: FormData) -> Response:
    """Remove it and redirect to the page above; if texts mention changed numbers, show these first."""
    desk = desk_of(request)
    identity = Identity.parse(request.path_params["id"])
    reason = read_values({"reason": forms.text(form, "reason")}, desk.today, forms.label_of)["reason"]
    with desk.session() as session:
        desk.check_versions({identity: forms.text(form, "version")})
        removal = take_away(session, identity, reason, desk.today)
    desk.record(
        session.commit_id, Messages(removal_messages(removal).notes)
    )  # the page words the warnings itself
    address = "/problems" if identity.is_problem else address_of(Identity(identity.problem))
    if removal.moves or removal.outdated or removal.overdue:
        outcome = desk.outcome(session.commit_id)
        return page(request, "removed", removal=removal, address=address, outcome=outcome)
    return forms.redirect(address, session.commit_id)
