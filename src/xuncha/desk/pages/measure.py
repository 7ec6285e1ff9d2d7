"""Show one measure: all its data, the actions allowed now with what is missing for each, and its evidence."""

from __future__ import annotations

from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xuncha.desk.documents import file_response
from xuncha.desk.fields import current_values, fields_of, missing
from xuncha.desk.view import desk_of, page, visitor_of
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.model.moves import is_untouched
from xuncha.model.records import Measure
from xuncha.report.record import evidence_authors
from xuncha.requests.answers import file_version, measure_rows
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_record, load_settings
from xuncha.tally import Horizon, plain_number
from xuncha.workflow.verbs import VERBS


def show(request: Request) -> Response:
    """Show a measure."""
    desk = desk_of(request)
    state = desk.state()
    identity = Identity.parse(request.path_params["id"])
    if identity.is_problem:
        return RedirectResponse(f"/problems/{identity}", 303)
    row = measure_rows(state.register, identity)[identity.measure - 1]
    source = WorkingTree(desk.root)
    version = file_version(desk.root, identity.path)  # before reading, so that a change in between is noticed
    measure = cast("Measure", load_record(source, identity))
    may = visitor_of(request).may
    settings = load_settings(source).settings if measure.outcomes else None
    values: dict[str, Any] = {
        "state": state,
        "identity": identity,
        "row": row,
        "light": Horizon.of_register(state.register, desk.today).light(row),
        "measure": measure,
        "outcomes": settings.outcomes if settings else (),
        "plain_number": plain_number,
        "problem": next(each for each in state.register.problems if each.id == row.problem),
        "events": desk.history(identity),
        "evidence_authors": evidence_authors(desk.root, identity, measure),
        "steps": [
            (verb, fields_of(verb), missing(desk, state, identity, measure, verb))
            for verb in VERBS.values()
            if may(verb.action, row)
            and measure.status in verb.transitions
            and (verb.action != "review" or measure.term == "long_term")
        ],
        "open_action": request.query_params.get("do", ""),
        "version": version,
        "current_values": current_values(measure, fields_of(VERBS["set"])),
        "removable": is_untouched(measure.model_dump()),
    }
    return page(request, "measure", **values)


def show_evidence(request: Request) -> Response:
    """Send an evidence file of a measure, for viewing or as a download."""
    desk = desk_of(request)
    identity, name = Identity.parse(request.path_params["id"]), request.path_params["name"]
    source, path = WorkingTree(desk.root), f"{EVIDENCE}/{identity}/{name}"
    names = {entry.name for entry in source.entries(f"{EVIDENCE}/{identity}") if entry.kind == "file"}
    if name not in names or source.behind_link(path):
        raise HTTPException(404)
    return file_response(desk.root / path, name)
