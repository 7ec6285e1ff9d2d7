"""Do an action of the workflow on one or several measures, in one commit or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, cast
from urllib.parse import urlencode

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from xuncha.accounts.account import NOT_ALLOWED, NOT_SIGNED_IN, not_allowed
from xuncha.desk import forms
from xuncha.desk.commands import address_of
from xuncha.desk.fields import Field, current_values, fields_of, missing, uploaded_files
from xuncha.desk.ledger import Desk, State
from xuncha.desk.view import current_visitor, desk_of, must_be_allowed, page, visitor_of
from xuncha.errors import InvalidLedgerError, RefusedError, XunchaError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Measure
from xuncha.model.register import MeasureRow, ProblemRow
from xuncha.model.vocabulary import Action
from xuncha.requests.answers import file_version
from xuncha.requests.readers import read_values
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_record
from xuncha.workflow.verb import Verb
from xuncha.workflow.verbs import VERBS

_MAX_DETAILS: Final = 5
"""Details are shown for at most so many measures."""


def show(request: Request) -> Response:
    """Show the form of an action for the measures that were ticked."""
    query = request.query_params
    must_be_allowed(request, query.get("action", ""))
    return _form(request, query.get("action", ""), query.getlist("id"), {})


def act(request: Request, form: FormData) -> Response:
    """Do the action and redirect to the measure or the list; if it is refused, show the form again with the reason."""
    desk = desk_of(request)
    action, ids = forms.text(form, "action"), forms.texts(form, "id")
    verb = VERBS.get(cast("Action", action))
    if verb is None:
        raise HTTPException(404)
    get_visitor = partial(current_visitor, request)
    try:
        if not ids:
            raise RefusedError("nothing-chosen", _("no measure is chosen"), _("tick one or several"))
        typed, versions = forms.verb_values(form, verb), forms.versions(form)
        if "files" in {field.parameter for field in fields_of(verb)}:
            typed["files"] = uploaded_files(desk.root, Identity.parse(ids[0]), _files(form))
            versions = {}  # files are added to whatever was recorded meanwhile
        values = read_values(typed, desk.today, forms.label_of)
        result = desk.perform(verb.action, ids, values, versions, get_visitor)
    except XunchaError as error:
        if error.code in {NOT_ALLOWED, NOT_SIGNED_IN}:
            raise
        return _form(request, action, ids, forms.typed(form), error, forms.versions(form))
    address = address_of(Identity.parse(ids[0])) if len(ids) == 1 else "/measures"
    return forms.redirect(address, result.commit)


def _files(form: FormData) -> list[UploadFile]:
    files = [each for each in form.getlist("file") if isinstance(each, UploadFile) and each.filename]
    if not files:
        raise RefusedError("no-file", _("no file is chosen"), _("choose one, or drop it on the page"))
    return files


def _form(
    request: Request,
    action: str,
    ids: Sequence[str],
    typed: Mapping[str, str],
    error: XunchaError | None = None,
    versions: Mapping[str, str] | None = None,
) -> Response:
    """Show the form of an action, with what was typed and the reason for the refusal."""
    desk = desk_of(request)
    verb = VERBS.get(cast("Action", action))
    if verb is None:
        raise HTTPException(404)
    state = desk.valid_state()
    measures = {row.id: row for row in state.register.measures}
    problems = {row.id: row for row in state.register.problems if verb.for_problems}
    rows: dict[str, MeasureRow | ProblemRow] = {**measures, **problems}
    chosen = [rows[number] for number in dict.fromkeys(ids) if number in rows]
    missing_ids = [number for number in dict.fromkeys(ids) if number not in rows]
    if error and missing_ids and not chosen:
        raise error  # nothing is left to show a form for
    may = visitor_of(request).may
    if denied := [row.id for row in chosen if not may(verb.action, measures.get(row.id))]:
        raise not_allowed(*denied)
    outdated = (versions or {}) if error and error.code == "changed-meanwhile" else {}
    fields = fields_of(verb, problem=all(Identity.parse(row.id).is_problem for row in chosen))
    values: dict[str, Any] = {
        "page_address": f"/act?{urlencode({'action': action, 'id': [row.id for row in chosen]}, doseq=True)}",
        "changes_meanwhile": {
            number: desk.changes_since(Identity.parse(number), shown) for number, shown in outdated.items()
        },
        "state": state,
        "verb": verb,
        "fields": fields,
        "current_values": _common_values(desk, chosen, fields) if verb.action == "set" else {},
        "rows": chosen,
        "details": [*_details(desk, state, verb, chosen)],
        "missing_ids": missing_ids,
        "versions": [(row.id, file_version(desk.root, Identity.parse(row.id).path)) for row in chosen],
        "typed": typed,
        "error": error,
    }
    return page(request, "act", **values)


def _common_values(
    desk: Desk, rows: Sequence[MeasureRow | ProblemRow], fields: Sequence[Field]
) -> dict[str, str]:
    """Return the values that all records have in common for the fields of a form; none if a file cannot be read."""
    source = WorkingTree(desk.root)
    try:
        records = [current_values(load_record(source, Identity.parse(row.id)), fields) for row in rows]
    except InvalidLedgerError:
        return {}
    first = records[0] if records else {}
    return {name: text for name, text in first.items() if all(each.get(name) == text for each in records)}


def _details(
    desk: Desk, state: State, verb: Verb, rows: Sequence[MeasureRow | ProblemRow]
) -> Iterator[tuple[str, Measure, Sequence[XunchaError]]]:
    """Yield details of a few measures for the person who decides, and what is missing for the action."""
    source = WorkingTree(desk.root)
    for row in rows if len(rows) <= _MAX_DETAILS else ():
        identity = Identity.parse(row.id)
        with suppress(InvalidLedgerError):
            if isinstance(record := load_record(source, identity), Measure):
                yield row.id, record, missing(desk, state, identity, record, verb)
