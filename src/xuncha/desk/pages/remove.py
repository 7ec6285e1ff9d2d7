"""Remove a problem or measure that was entered by mistake, and renumber the following ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.desk import forms
from xuncha.desk.view import desk_of, page
from xuncha.errors import XunchaError
from xuncha.model.identity import Identity
from xuncha.requests.answers import file_version
from xuncha.requests.readers import read_values
from xuncha.rules.names import no_such_record
from xuncha.workflow.remove import remove as take_away

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response


def show(
    request: Request, typed: Mapping[str, str] | None = None, error: XunchaError | None = None
) -> Response:
    """Ask for the reason, and show what will be renumbered."""
    desk = desk_of(request)
    state = desk.valid_state() if error else desk.state()
    identity = Identity.parse(request.path_params["id"])
    register = state.register
    rows = register.problems if identity.is_problem else [*register.measures]
    row = next((each for each in rows if each.id == str(identity)), None)
    if row is None:
        raise no_such_record(identity)
    return page(
        request,
        "remove",
        state_number=state.number,
        row=row,
        version=file_version(desk.root, identity.path),
        typed=typed or {},
        error=error,
    )


def remove(request: Request, form: FormData) -> Response:
    """Remove it and redirect to the page above; if texts mention changed numbers, show these first."""
    desk = desk_of(request)
    identity = Identity.parse(request.path_params["id"])
    try:
        reason = read_values({"reason": forms.text(form, "reason")}, desk.today, forms.label_of)["reason"]
        with desk.session() as session:
            desk.check_versions({identity: forms.text(form, "version")})
            removal = take_away(session, identity, reason, desk.today)
    except XunchaError as error:
        return show(request, forms.typed(form), error)
    address = "/problems" if identity.is_problem else f"/problems/{identity.problem}"
    if removal.moves or removal.outdated or removal.overdue:
        return page(
            request, "removed", removal=removal, address=address, outcome=desk.outcome(session.commit_id)
        )
    return forms.redirect(address, session.commit_id)
