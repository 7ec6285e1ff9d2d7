"""Serve programs: the output of commands with `--json`, and the actions of the workflow, described by OpenAPI."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, File, Form, Request, UploadFile
from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from xuncha.desk.fields import selection, uploaded_files
from xuncha.desk.ledger import Desk
from xuncha.desk.view import current_visitor, desk_of, must_be_allowed
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.model import names
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import StatusChange
from xuncha.requests import readers
from xuncha.requests.answers import file_version, findings_json, measure_rows, record_json
from xuncha.requests.outcomes import removal_messages
from xuncha.requests.readers import PARAMETERS, read_values
from xuncha.requests.selection import Selection, select
from xuncha.requests.todo import pending_tasks
from xuncha.rules.names import suggestion
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check, load_record
from xuncha.tally import Grouping, Horizon, groups, measure_json, tally
from xuncha.trail.history import history_of_record
from xuncha.trail.repository import git_dir
from xuncha.workflow.perform import Result
from xuncha.workflow.remove import remove as take_away
from xuncha.workflow.verb import Verb
from xuncha.workflow.verbs import VERBS


class Reason(BaseModel):
    """Why something was not done."""

    code: str
    message: str
    hint: str


class Refusal(BaseModel):
    """The answer where something was not done: nothing was changed."""

    error: Reason


_REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": said}
    for status, said in {
        403: "not signed in or without the secret, not allowed, or from another page",
        409: "refused: the ledger, its policy or a change meanwhile is against it",
        413: "larger than the desk takes, or not sent to its end",
        422: "not to be read",
        503: "files, git or the disk are against it",
    }.items()
}


async def _check_query(request: Request) -> None:
    """Raise UsageError for a query parameter that the operation does not have: a filter with a typing error would select everything."""
    route = request.scope["route"]
    known = [each.alias for each in route.dependant.query_params]
    known += [each["name"] for each in (route.openapi_extra or {}).get("parameters", ())]
    for name in request.query_params:
        if name not in known:
            message = _("there is no option {name}", name=name)
            raise UsageError("malformed", message, suggestion(name, known) if known else "")


router = APIRouter(prefix="/api", responses=_REFUSALS, dependencies=[Depends(_check_query)])


def _filters() -> list[dict[str, Any]]:
    """Return the OpenAPI parameters of `list`: the filters, and the day as of which measures are listed."""
    several = {"type": "array", "items": {"type": "string"}}
    schemas: dict[str, Any] = {"at": {"type": "string"}}
    for each in fields(Selection):
        schemas[each.name] = {"type": "boolean" if each.default is False else "string"}
    schemas |= {"words": several, "field": several}
    del schemas["fields"]
    return [
        {"name": name, "in": "query", "required": False, "schema": schema} for name, schema in schemas.items()
    ]


class _Action(BaseModel):
    """The part of a request that every action has."""

    model_config = ConfigDict(extra="forbid", strict=True)
    ids: Annotated[list[str], Field(min_length=1, max_length=1000, description="2.3")]
    versions: Annotated[
        dict[str, str],
        Field(description="hashes of the files as they were shown; 409 where one is another by now"),
    ] = {}

    @model_validator(mode="before")
    @classmethod
    def _is_text(cls, value: Any) -> Any:  # noqa: ANN401  whatever was sent
        """Refuse lone surrogates, which JSON can hold and no file can."""
        json.dumps(value, ensure_ascii=False, default=repr).encode()
        return value


@router.get("/status")
def status(request: Request, by: str = "problem", at: str | None = None) -> dict[str, Any]:
    """Return the counts, as `xuncha status --json`."""
    then = desk_of(request).at_moment(at)
    grouping: Grouping = readers.read_word(by, "by", names.GROUPINGS)  # type: ignore[assignment]
    return tally(then.register, then.today).as_json(groups(then.register, then.today, grouping))


@router.get("/list", openapi_extra={"parameters": _filters()})
def list_(request: Request) -> list[dict[str, Any]]:
    """Return the filtered measures, as `xuncha list --json`; filters are named as its options, `words` are searched."""
    query = request.query_params
    then = desk_of(request).at_moment(query.get("at"))
    horizon = Horizon.of_register(then.register, then.today)
    rows = select(then.register, then.texts, then.today, selection(query))
    return [measure_json(row, horizon) for row in rows]


@router.get("/show/{identity}")
def show(request: Request, identity: str, at: str | None = None) -> dict[str, Any]:
    """Return a whole problem or measure, as `xuncha show --json`."""
    desk, number = desk_of(request), Identity.parse(identity)
    then = desk.at_moment(at)
    rows, horizon = measure_rows(then.register, number), Horizon.of_register(then.register, then.today)
    record = load_record(then.source, number)
    events = history_of_record(desk.root, number, then.commit or "HEAD") if git_dir(desk.root) else []
    version = file_version(desk.root, number.path, then.commit)
    return record_json(number, record, rows, horizon, events, version)


@router.get("/log")
def log(request: Request, id: str | None = None) -> list[dict[str, str | None]]:  # noqa: A002  as in the address
    """Return the history of the ledger, a problem or a measure, as `xuncha log --json`."""
    desk = desk_of(request)
    events = desk.events() if id is None else desk.history(Identity.parse(id))
    return [event.as_json() for event in events]


@router.get("/validate")
def validate(request: Request) -> list[dict[str, Any]]:
    """Return every place where a rule is broken, as `xuncha validate --json`."""
    findings = check(WorkingTree(desk_of(request).root), warn=True)
    return findings_json(each for each in findings if each.severity != "note")


@router.get("/todo")
def todo(
    request: Request, office: str | None = None, leader: str | None = None, person: str | None = None
) -> list[dict[str, Any]]:
    """Return the tasks of today, as `xuncha todo --json`."""
    desk = desk_of(request)
    register = desk.state().register
    tasks = pending_tasks(register, desk.events(), desk.today, office=office, leader=leader, person=person)
    return [task.as_json() for task in tasks]


def _result_json(desk: Desk, result: Result) -> dict[str, Any]:
    """Return what was done, and the counts after it."""
    outcome = desk.outcome(result.commit)
    return {
        "done": [
            {"id": step.id, "title": title, "from": step.from_, "to": step.to}
            for step, title in zip(result.steps, result.titles, strict=True)
        ],
        "completed": [problem.id for problem in result.completed],
        "counts": tally(result.register, desk.today).as_json([]) if result.register else None,
        "notes": [*outcome.notes],
        "warnings": [{"message": message, "hint": hint} for message, hint in outcome.warnings],
    }


def _add_route(verb: Verb) -> None:
    """Add the route of a verb; the request's model is made from the verb's parameters."""
    kinds: dict[str, Any] = {"text": str, "flag": bool, "list": list[str]}
    model_fields: dict[str, Any] = {}
    for each in verb.parameters:
        name, kind, _read = PARAMETERS[each.name]
        if each.default is each.empty:
            model_fields[name] = (kinds[kind], ...)
        else:
            model_fields[name] = (bool, False) if kind == "flag" else (kinds[kind] | None, None)
    request_model = create_model(f"{verb.action.capitalize()}Request", __base__=_Action, **model_fields)

    async def act(request: Request, body: Any) -> dict[str, Any]:  # noqa: ANN401  a model of its own for each verb
        desk = desk_of(request)
        typed_values = {each.name: getattr(body, PARAMETERS[each.name].name) for each in verb.parameters}
        values = read_values(typed_values, desk.today, str)
        perform = partial(desk.perform, verb.action, body.ids, values, body.versions)
        return _result_json(desk, await desk.change(perform, partial(current_visitor, request)))

    act.__doc__ = (verb.function.__doc__ or "").partition("\n")[0]
    act.__annotations__["body"] = Annotated[request_model, Body()]
    router.post(f"/{verb.action}", name=verb.action)(act)


@router.post("/attach")
async def attach(
    request: Request,
    ids: Annotated[list[str], Form()],
    file: Annotated[list[UploadFile], File(min_length=1)],
    text: Annotated[str | None, Form()] = None,
    date: Annotated[str | None, Form()] = None,
) -> dict[str, Any]:
    """Put files into the ledger as evidence of a measure; the request is multipart."""
    desk = desk_of(request)

    def do() -> Result:
        files = uploaded_files(desk.root, Identity.parse(ids[0]), file)
        values = read_values({"files": files, "statement": text, "day": date}, desk.today, str)
        return desk.perform("attach", ids, values, {}, partial(current_visitor, request))

    return _result_json(desk, await desk.change(do))


class _Removal(_Action):
    """A request to remove a problem or a measure."""

    ids: Annotated[list[str], Field(min_length=1, max_length=1, description="2.3")]
    reason: str


@router.post("/remove")
async def remove(request: Request, body: _Removal) -> dict[str, Any]:
    """Remove a measure that was not started, or a problem without measures, and renumber what follows it."""
    desk, identity = desk_of(request), Identity.parse(body.ids[0])
    reason = read_values({"reason": body.reason}, desk.today, str)["reason"]

    def do() -> dict[str, Any]:
        must_be_allowed(request, "remove")
        with desk.session() as session:
            desk.check_versions({Identity.parse(number): each for number, each in body.versions.items()})
            removal = take_away(session, identity, reason, desk.today)
            desk.record(session.commit_id, removal_messages(removal))
        status = None if identity.is_problem else "not_started"  # no other measure can be removed
        step, commit = StatusChange(str(identity), status, None), session.commit_id
        result = Result([step], [removal.title], removal.register, removal.completed, commit=commit)
        renumbered = {str(old): str(new) for old, new in removal.moves.items()}
        return _result_json(desk, result) | {"renumbered": renumbered}

    return await desk.change(do)


for _verb in VERBS.values():
    if _verb.action != "attach":
        _add_route(_verb)
