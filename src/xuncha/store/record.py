"""Read a file into a record: list its folder, check the numbers, parse it, and put pydantic's errors into the ledger's words and places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from errno import ELOOP
from itertools import pairwise
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from xuncha.chinese.characters import UNSAFE_CHARACTER, is_blank
from xuncha.chinese.limits import limit
from xuncha.errors import Finding, Findings, Place
from xuncha.language import gettext as _
from xuncha.model.names import find_key, find_word
from xuncha.model.source import Entry, Source
from xuncha.rules.names import suggestion
from xuncha.store.faults import UnreadableError, excerpt, finding_on, keyboard_slip, link, unreadable
from xuncha.store.reading import Data, decode, parse

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from xuncha.rules.catalogue import Location


R = TypeVar("R")
P = TypeVar("P")

_MAX_SHOWN = 40  # characters of a value that a message shows at most
# Substitutes for required keys that are missing or wrong, so that the rules can check the other keys.
_STAND_INS: dict[str, Data] = {
    "Settings": {"categories": [], "leaders": [], "offices": []},
    "Problem": {"title": "—"},
    "Measure": {"title": "—", "status": "not_started"},
    "Form": {"name": "—", "columns": {}},
    "Region": {},
    "Comment": {"received": "0001-01-01", "channel": "visit", "text": "—"},
}


class Parsed(NamedTuple, Generic[R, P]):
    """A record made from plain data, with the keys that are not valid."""

    record: R  # None if nothing in the file can be read
    findings: list[Finding[P]]
    """Missing keys, unknown keys and invalid values; or the reason why the file cannot be read."""
    invalid: frozenset[str] = frozenset()
    """The keys of the record whose value must not be used: it is missing or invalid in the file."""


def make_record(kind: type[_Record], data: Data) -> Parsed[_Record, Location]:
    """Make a record from plain data; if some keys are invalid, from the others alone."""
    try:
        return Parsed(kind.model_validate(data), [])
    except ValidationError as error:
        complaints = error.errors(include_url=False)
    intended = {_intended(kind, each) for each in complaints if each["type"] == "extra_forbidden"}
    # A key with its Chinese name is one mistake, not an unknown key and a missing one.
    mistakes = [each for each in complaints if each["type"] != "missing" or each["loc"] not in intended]
    findings = [_finding(kind, each) for each in mistakes]
    invalid = frozenset(str(each["loc"][0]) for each in complaints)
    valid = {key: value for key, value in data.items() if isinstance(key, str) and key not in invalid}
    return Parsed(kind.model_validate(_STAND_INS[kind.__name__] | valid), findings, invalid)


def _finding(kind: type[BaseModel], error: ErrorDetails) -> Finding[Location]:
    location = _location(error["loc"])
    key = next((step for step in reversed(location) if isinstance(step, str)), "")
    value = error["input"]
    type_ = error["type"]
    hidden = type_name = ""
    if type_ == "string_pattern_mismatch":
        # Not all invisible characters are refused: try each one alone between two letters.
        doubtful = (each for each in value if not each.isprintable() or UNSAFE_CHARACTER.match(each))
        pattern = error["ctx"]["pattern"]
        # Patterns with \p, of letters, cannot be read by `re`, and never allow such a character.
        refused = (each for each in doubtful if r"\p" in pattern or not re.fullmatch(pattern, f"a{each}a"))
        hidden = next(refused, "")
    match type_:
        case "missing":
            hint = _("write `{key}: …`", key=key)
            finding = Finding("missing-key", _("the key `{key}` is missing"), location, hint)
        case "extra_forbidden" | "invalid_key":
            options = _fields(kind, location[:-1])
            meant = find_key(key, options)
            hint = _("write `{key}: …` instead", key=meant) if meant else suggestion(key, options)
            finding = Finding("unknown-key", _("the key `{key}` is not known"), location, hint)
        case "literal_error":
            options = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            meant = find_word(str(value), options)
            hint = _("write `{word}`", word=meant) if meant else suggestion(str(value), options)
            finding = Finding("unknown-word", _("`{key}` cannot be “{value}”"), location, hint)
        case "bad_date":
            message = _("“{value}” is not a day of the calendar written like 2024-12-31")
            finding = Finding("bad-date", message, location, _day_hint(str(value)))
        case "string_pattern_mismatch" | "empty_text" if is_blank(value):
            hint = _("write something; an optional key can also be removed")
            finding = Finding("empty-text", _("`{key}` is empty"), location, hint)
        case "string_pattern_mismatch" if hidden:
            message = _("there is an invisible character (U+{code:04X}) in `{key}`")
            finding = Finding("control-character", message, location, _("take it out"))
        case _ if type_.endswith("_type"):
            type_name, hint = _type_hint(type_, value)
            message = _("`{key}` must be {wanted}, not {given}")
            finding = Finding("wrong-type", message, location, hint)
        case _:
            finding = Finding("bad-value", _("`{key}` cannot be {value}"), location, _reason(error))
    text = str(value)
    message = finding.message.format(
        key=key,
        value=text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…",
        code=ord(hidden or " "),
        wanted=type_name,
        given=_type_name(value),
    )
    return finding._replace(message=message)


def _intended(kind: type[BaseModel], unknown: ErrorDetails) -> tuple[int | str, ...]:
    """Return the location of the key that an unknown key means; its own location if it means no known key."""
    *above, key = unknown["loc"]
    return (*above, find_key(str(key), _fields(kind, _location(tuple(above)))) or key)


def _day_hint(value: str) -> str:
    """Return a hint on what to write instead of a text that is no day."""
    if limit(value).long_term:
        return _("write `term: long_term`, and take this key out")
    if limit(value).at_once:
        return _("write `term: at_once`, and take this key out")
    return _("write year-month-day, such as 2024-12-31")


def _location(steps: tuple[int | str, ...]) -> Location:
    """Return pydantic's location of a value without the steps that it adds for unions and keys."""
    tags = {place + 2 for place, step in enumerate(steps) if step == "evidence"}
    return tuple(step for place, step in enumerate(steps) if step != "[key]" and place not in tags)


def _fields(kind: type[BaseModel] | None, location: Location) -> list[str]:
    """Return the keys that the mapping at a location may have."""
    for step in location:
        if kind and isinstance(step, str):
            kind = _model(kind.model_fields[step].annotation)
    return list(kind.model_fields) if kind else []


def _model(annotation: object) -> type[BaseModel] | None:
    """Return the model that an annotation is, contains, or allows; None if there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model, get_args(annotation))), None)


def _type_hint(kind: str, value: object) -> tuple[str, str]:
    """Return the name of the required type, and a hint on how to write such a value."""
    as_list = _("write it in brackets, or each item on a line of its own after “- ”")
    type_name, hint = {
        "string_type": (_("text"), _("put it into double quotes to make it text")),
        "bool_type": (_("true or false"), _("write true or false, without quotes")),
        "int_type": (_("a whole number"), ""),
        "list_type": (_("a list"), as_list),
        "dict_type": (_("a mapping of keys to values"), ""),
        "model_type": (_("a mapping of keys to values"), ""),
    }.get(kind, (kind.removesuffix("_type"), ""))
    if value is None:
        hint = _("write a value after it")
    elif kind == "string_type" and isinstance(value, list | dict):
        hint = ""
    return type_name, hint


def _type_name(value: object) -> str:
    return {
        type(None): _("nothing"),
        bool: _("true or false"),
        int: _("a number"),
        float: _("a number"),
        str: _("text"),
        list: _("a list"),
    }.get(type(value), _("a mapping of keys to values"))


def _reason(error: ErrorDetails) -> str:
    limits = error.get("ctx", {})
    number = next((limits[key] for key in ("ge", "le", "max_length") if key in limits), "")
    reasons = {
        "greater_than_equal": _("the smallest is {n}"),
        "less_than_equal": _("the largest is {n}"),
        "string_too_long": _("at most {n} characters"),
        "bad_amount": _("write a number that is not negative"),
        "string_pattern_mismatch": _("write it in the form that the schema shows"),
    }
    return reasons.get(error["type"], "").format(n=number)


_MAX_FINDINGS = 100  # findings of one file; who has more to correct will run the check again
_Record = TypeVar("_Record", bound=BaseModel)


def list_data(source: Source) -> tuple[list[Entry], Findings]:
    """List the folder `data`; return no entries and the finding if it is a link or cannot be listed."""
    if ("data", "link") in list_folder(source, "")[0]:
        return [], [link("data")]
    return list_folder(source, "data")


def list_folder(source: Source, folder: str) -> tuple[list[Entry], Findings]:
    """List a folder; return no entries and the finding if the system refuses to list it."""
    try:
        return source.entries(folder), []
    except OSError as error:
        return [], [unreadable(folder, error)]


def list_part(source: Source, folder: str) -> tuple[list[Entry], Findings]:
    """List a folder of `data`; return no entries and the finding if something else is in its place."""
    kinds = {f"data/{entry.name}": entry.kind for entry in list_data(source)[0]}
    if kinds.get(folder, "folder") == "folder":
        return list_folder(source, folder)
    misnamed = finding_on(folder, "misnamed", _("{path} is not a folder"))
    return [], [link(folder) if kinds[folder] == "link" else misnamed]


def gaps(paths: dict[int, str], message: str, problem: str = "", *, hint: str = "") -> Findings:
    """Return a finding for each gap in the numbers of files or folders, given in order; the default hint suits problems and measures."""
    hint = hint or _(
        "restore {missing}, or renumber this one to {missing}; remove what was entered by mistake with `xuncha remove {missing} --reason …`, which closes the gap"
    )
    return [
        finding_on(paths[number], "number-gap", message, hint, n=missing, missing=missing)
        for before, number in pairwise([0, *paths])
        if number != before + 1 and (missing := f"{problem}{before + 1}")
    ]


def read_record(
    source: Source, path: str, kind: type[_Record], entries: Iterable[Entry] = (), scale: int = 1
) -> Parsed[_Record | None, Place]:
    """Read one file as a record, with findings if it or some of its keys cannot be read; `scale` is as in `reading.decode`."""
    name = path.rpartition("/")[2]
    for entry in entries:
        if entry.name == name and entry.kind != "file":
            misnamed = finding_on(path, "misnamed", _("{path} is not a file"))
            return Parsed(None, [link(path) if entry.kind == "link" else misnamed])
    try:
        content = source.read(path)
        record, broken, unsound = make_record(kind, parse(content, scale))
    except FileNotFoundError:
        hint = _("write it, with `title` and `category`") if name == "problem.yaml" else ""
        return Parsed(None, [finding_on(path, "file-missing", _("{path} is missing"), hint)])
    except OSError as error:
        return Parsed(None, [link(path) if error.errno == ELOOP else unreadable(path, error)])
    except UnreadableError as error:
        if error.finding.code in {"yaml-syntax", "not-a-mapping"}:
            error = keyboard_slip(content.decode("utf-8-sig", "replace"), kind.model_fields) or error
        return Parsed(None, [error.of_file(path, content)])
    return Parsed(record, add_places(path, content, broken, scale) if broken else [], unsound)


def by_place(finding: Finding[Place]) -> tuple[int, int]:
    """Return the sort key for the findings of one file: line and column."""
    return finding.place.line, finding.place.column


def places_if_any(source: Source, path: str, broken: Iterable[Finding[Location]]) -> Findings:
    """Add places to the findings of a file; or return the finding that its evidence cannot be read."""
    try:
        found = list(broken)
    except OSError as error:
        return [unreadable(str(error.filename), error)]
    return add_places(path, source.read(path), found) if found else []


def add_places(path: str, content: bytes, broken: list[Finding[Location]], scale: int = 1) -> Findings:
    """Add path, line, column and excerpt to the findings of a file that could be read."""
    from xuncha.store.positions import parse_tree, position_of  # noqa: PLC0415  only where something is wrong

    try:
        text = decode(content, scale)
        root = parse_tree(text, scale)
    except UnreadableError as error:  # the careful reader may refuse what the fast one accepted
        return [error.of_file(path, content)]
    findings = []
    for item in broken[:_MAX_FINDINGS]:
        line, column = position_of(root, item.place)
        place = Place(path, line, column, excerpt(text, line, column))
        findings.append(Finding(item.code, item.message, place, item.hint, item.severity))
    return findings
