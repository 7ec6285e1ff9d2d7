"""Derive the fields of forms and requests from verbs and files, and read what was sent for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from starlette.datastructures import QueryParams, UploadFile

from xuncha.desk.ledger import Desk, State
from xuncha.errors import XunchaError
from xuncha.model import names
from xuncha.model.identity import Identity
from xuncha.model.names import Words
from xuncha.model.records import Measure, Problem
from xuncha.requests import readers
from xuncha.requests.readers import PARAMETERS
from xuncha.requests.selection import Selection
from xuncha.trail.git import Git
from xuncha.trail.repository import git_dir
from xuncha.workflow.change import Session
from xuncha.workflow.evidence import read_stream
from xuncha.workflow.verb import Case, NamedFile, Verb

_SWITCH: Words = {"1": ("true", "yes", "on"), "0": ("false", "no", "off", "")}
"""What a query says for an option without a value."""


class Field(NamedTuple):
    """A field of a form, for one parameter of a verb."""

    parameter: str
    name: str
    kind: str
    required: bool


def fields_of(verb: Verb, *, problem: bool = False) -> list[Field]:
    """Return the fields of a verb's form, for measures or for a problem."""
    return [
        Field(each.name, PARAMETERS[each.name].name, PARAMETERS[each.name].kind, each.default is each.empty)
        for each in verb.parameters
        if (each.name in Problem.model_fields if problem else each.name != "category")
    ]


def current_values(record: Measure | Problem, fields: Sequence[Field]) -> dict[str, str]:
    """Return the values of a record for the fields of a form, as typed; without missing ones."""
    texts = {}
    for field in fields:
        value = getattr(record, field.parameter, None)
        if isinstance(value, Mapping):
            value = [f"{key}={each}" for key, each in value.items()]
        if value:
            texts[field.name] = "\n".join(value) if isinstance(value, list | tuple) else str(value)
    return texts


def missing(
    desk: Desk, state: State, identity: Identity, measure: Measure, verb: Verb
) -> Sequence[XunchaError]:
    """Return what hinders an action on a measure: its status, or what it lacks to be closed or submitted."""
    try:
        verb.target(identity, measure.status)
        if verb.action not in {"close", "submit"} or not git_dir(desk.root):
            return ()
        session = Session(desk.root, Git(desk.root), None)
        verb.function(Case(session, state.register.frame, desk.today, identity, measure, {}))
    except XunchaError as error:
        return [error, *error.others]
    return ()


def file_name(file: UploadFile) -> str:
    """Return the name of an uploaded file; some browsers send a path, of which only the name is used.

    Browsers send a quote as %22 and line ends as %0D and %0A, but a percent sign as it is (HTML, “multipart form data”), so `%22` may also
    be what stands in the name. It is taken as a quote: names are written by people, and both become a name that every system can hold.
    """
    name = (file.filename or "").replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
    return name.replace("\\", "/").rpartition("/")[2]


def uploaded_files(root: Path, identity: Identity, files: Sequence[UploadFile]) -> list[NamedFile]:
    """Return uploaded files as evidence."""
    named = [(file_name(each), each.file) for each in files]
    return [NamedFile(name, read_stream(root, identity, name, stream)) for name, stream in named]


def selection(query: QueryParams) -> Selection:
    """Read filters from query parameters, named as the options of `list`, with `_` for `-`. Raises UsageError if one is invalid."""
    status, term, days = query.get("status"), query.get("term"), query.get("due_within")
    names_of: dict[str, Any] = {
        name: query.get(name) or None for name in ("office", "leader", "person", "problem", "category")
    }
    return Selection(
        **names_of,
        words=[word for words in query.getlist("words") for word in words.split()],
        status=readers.read_word(status, "status", names.STATUSES) if status else None,
        fields=readers.read_pairs([each for each in query.getlist("field") if each]),
        unassigned=_is_on(query, "unassigned"),
        overdue=_is_on(query, "overdue"),
        due_within=readers.read_days(days) if days else None,
        term=readers.read_word(term, "term", names.TERMS) if term else None,
    )


def _is_on(query: QueryParams, name: str) -> bool:
    return readers.read_word(query.get(name, ""), name, _SWITCH) == "1"
