"""Read a file into a record: list its folder, check the numbers, parse it, and put pydantic's errors into the ledger's words and places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from errno import ELOOP
from itertools import pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from xuncha.chinese.characters import UNSAFE_CHARACTER, is_blank
from xuncha.chinese.limits import limit
from xuncha.errors import Finding, Findings, Place, RefusedError
from xuncha.language import gettext as _
from xuncha.model.names import find_key, find_word
from xuncha.model.source import Entry, Source
from xuncha.model.vocabulary import KEY
from xuncha.rules.names import suggestion
from xuncha.store.faults import (
    UnreadableError,
    excerpt,
    finding_on,
    keyboard_slip,
    link,
    unreadable,
    wrong_kind,
)
from xuncha.store.reading import Data, decode, parse

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from xuncha.rules.catalogue import Location


R = TypeVar("R")
P = TypeVar("P")
_Record = TypeVar("_Record", bound=BaseModel)
_Check = Callable[[_Record, set[Any]], Iterable["Finding[Location]"]]

_BREAK = re.compile(r"[\t\n]")
_MAX_SHOWN = 40  # characters of a value that a message shows at most
_MAX_FINDINGS = 100  # findings of one file; who has more to correct will run the check again
_STAND_INS: Mapping[str, Data] = {
    "Settings": {"categories": [], "leaders": [], "offices": []}, "Problem": {"title": "—"}, "Measure": {"title": "—", "status": "not_started"},
    "Comment": {"received": "0001-01-01", "channel": "visit", "text": "—"},
}  # fmt: skip
"""By kinds of records: values for required keys that are missing or invalid, so that rules can check the other keys."""


class Parsed(NamedTuple, Generic[R, P]):
    """A record, or the findings for which there is none."""

    record: R  # None if there are findings
    findings: list[Finding[P]]
    """Missing keys, unknown keys and invalid values; or the reason why the file cannot be read."""


def make_record(kind: type[_Record], data: Data) -> Parsed[_Record | None, Location]:
    """Make a record from plain data, or find every key that is missing, unknown or invalid."""
    try:
        return Parsed(kind.model_validate(data), [])
    except ValidationError as error:
        mistakes = error.errors(include_url=False)
    # A key under its Chinese name is one mistake, not an unknown key and a missing one.
    meant = {_meant(kind, each["loc"]) for each in mistakes if each["type"] == "extra_forbidden"}
    mistakes = [each for each in mistakes if each["type"] != "missing" or each["loc"] not in meant]
    return Parsed(None, [_finding(kind, each) for each in mistakes])


def valid_record(kind: type[_Record], data: Data) -> _Record:
    """Make a record from plain data. Raises RefusedError for the first key that is missing, unknown or invalid."""
    record, findings = make_record(kind, data)
    if record is None:
        raise RefusedError(findings[0].code, findings[0].message, findings[0].hint)
    return record


def _finding(kind: type[BaseModel], error: ErrorDetails) -> Finding[Location]:
    location = _location(error["loc"])
    # The last step is a key, even if it is a number, where the key itself is at fault.
    is_of_key = error["type"] in {"extra_forbidden", "invalid_key"} or error["loc"][-1] == "[key]"
    key = next((str(step) for step in reversed(location) if is_of_key or isinstance(step, str)), "")
    value, text = error["input"], str(error["input"])
    shown = text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
    match error["type"]:
        case "missing":
            message, hint = _("the key `{key}` is missing"), _("write `{key}: …`", key=key)
            finding = Finding("missing-key", message.format(key=key), location, hint)
        case "extra_forbidden" | "invalid_key":
            options = _fields(kind, location[:-1])
            meant = find_key(key, options)
            hint = _("write `{key}: …` instead", key=meant) if meant else suggestion(key, options)
            finding = Finding("unknown-key", _("the key `{key}` is not known", key=key), location, hint)
        case "literal_error":
            options = re.findall(r"'([^']*)'", error["ctx"]["expected"])
            meant = find_word(text, options)
            hint = _("write `{word}`", word=meant) if meant else suggestion(text, options)
            message = _("`{key}` cannot be “{value}”", key=key, value=shown)
            finding = Finding("unknown-word", message, location, hint)
        case "bad_date":
            message = _("“{value}” is not a day of the calendar written like 2024-12-31", value=shown)
            finding = Finding("bad-date", message, location, _day_hint(text))
        case "string_pattern_mismatch" | "empty_text" if is_blank(value):
            hint = _("write something; an optional key can also be removed")
            finding = Finding("empty-text", _("`{key}` is empty", key=key), location, hint)
        case "string_pattern_mismatch" if hidden := UNSAFE_CHARACTER.search(value) or _BREAK.search(value):
            message = _("there is an invisible character (U+{code:04X}) in `{key}`")
            message = message.format(key=key, code=ord(hidden[0]))
            finding = Finding("control-character", message, location, _("take it out"))
        case type_ if type_.endswith("_type"):
            wanted, hint = _type_hint(type_.removesuffix("_type"))
            given, _hint = _type_hint(type(value).__name__)
            if value is None:
                hint = _("write a value after it")
            elif type_ == "string_type" and isinstance(value, list | dict):
                hint = ""  # quotes would make text of its brackets
            message = _("`{key}` must be {wanted}, not {given}", key=key, wanted=wanted, given=given)
            finding = Finding("wrong-type", message, location, hint)
        case _:
            message = _("`{key}` cannot be {value}", key=key, value=shown)
            finding = Finding("bad-value", message, location, _value_hint(error))
    return finding


def _meant(kind: type[BaseModel], unknown: tuple[int | str, ...]) -> tuple[int | str | None, ...]:
    """Return the location of the key that an unknown key means; its last step is None if it means none."""
    *above, key = unknown
    return (*above, find_key(str(key), _fields(kind, _location(tuple(above)))))


def _value_hint(error: ErrorDetails) -> str:
    """Return a hint on which values a key may have."""
    limits = error.get("ctx", {})
    if limits.get("pattern") == KEY:
        return _("write letters a to z, digits and _, beginning with a letter")
    hints = {
        "greater_than_equal": _("the smallest is {n}"),
        "less_than_equal": _("the largest is {n}"),
        "string_too_long": _("at most {n} characters"),
        "bad_amount": _("write a number that is not negative"),
    }
    number = next((limits[key] for key in ("ge", "le", "max_length") if key in limits), "")
    return hints.get(error["type"], _("data/schema says which values it may have")).format(n=number)


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


def _type_hint(kind: str) -> tuple[str, str]:
    """Return the name of a type, given by pydantic's or by Python's name, and a hint on how to write such a value."""
    text = (_("text"), _("put it into double quotes to make it text"))
    return {
        "string": text,
        "str": text,
        "bool": (_("true or false"), _("write true or false, without quotes")),
        "int": (_("a whole number"), ""),
        "float": (_("a decimal number"), ""),
        "list": (_("a list"), _("write it in brackets, or each item on a line of its own after “- ”")),
        "NoneType": (_("nothing"), ""),
    }.get(kind, (_("a mapping of keys to values"), ""))


def list_folder(source: Source, folder: str) -> tuple[list[Entry], Findings]:
    """List a folder; return no entries and the finding if the system refuses to list it."""
    try:
        return source.entries(folder), []
    except OSError as error:
        return [], [unreadable(folder, error)]


def list_part(source: Source, folder: str) -> tuple[list[Entry], Findings]:
    """List `data` or a folder in it; return no entries and the finding if something else is in its place."""
    above, _slash, name = folder.rpartition("/")
    kind = dict(list_folder(source, above)[0]).get(name, "folder")
    return list_folder(source, folder) if kind == "folder" else ([], [wrong_kind(folder, kind)])


def numbered(
    folder: str, entries: Iterable[Entry], form: re.Pattern[str], proper: str
) -> tuple[dict[int, str], Findings]:
    """Return the names of numbered files or folders by their numbers, in order, and the findings about names and numbers.

    `proper` is the right name, with `{n}` in place of the number; `form` matches all of a name after what `proper` begins with,
    and its first group is the number.
    """
    prefix = proper.partition("{")[0]
    names: dict[int, str] = {}
    findings = []
    for entry in sorted(entries):
        path = f"{folder}/{entry.name}"
        match = form.fullmatch(entry.name.removeprefix(prefix))
        if match is None:
            message, hint = _("{path} does not belong here"), _("the names here are like {name}")
            findings.append(finding_on(path, "misnamed", message, hint, name=proper.format(n=1)))
        elif (number := int(match[1])) in names:
            message = _("{path} has the number of {other}")
            hint = _("keep one of them, and give the other the next free number")
            findings.append(finding_on(path, "number-twice", message, hint, other=names[number]))
        else:
            names[number] = entry.name
            if entry.name != (name := proper.format(n=number)):
                message, hint = _("{path} has the wrong name"), _("name it {name}")
                findings.append(finding_on(path, "misnamed", message, hint, name=name))
    names = dict(sorted(names.items()))
    for before, number in pairwise([0, *names]):
        if number != before + 1:
            message = _("{path} is missing", path=f"{folder}/{proper.format(n=before + 1)}")
            hint = _(
                "restore it, or give its number to this one; `xuncha remove` takes out what was entered by mistake"
            )
            findings.append(Finding("number-gap", message, Place(f"{folder}/{names[number]}"), hint))
    return names, findings


def read_record(
    source: Source, path: str, kind: type[_Record], entries: Iterable[Entry] = (), scale: int = 1
) -> Parsed[_Record | None, Place]:
    """Read one file as a record, or find why it is none; `scale` is as in `reading.decode`."""
    name = path.rpartition("/")[2]
    for entry in entries:
        if entry.name == name and entry.kind != "file":
            return Parsed(None, [wrong_kind(path, entry.kind)])
    try:
        content = source.read(path)
        record, broken = make_record(kind, parse(content, scale))
    except FileNotFoundError:
        hint = _("write it, with `title` and `category`") if name == "problem.yaml" else ""
        return Parsed(None, [finding_on(path, "file-missing", _("{path} is missing"), hint)])
    except OSError as error:
        return Parsed(None, [link(path) if error.errno == ELOOP else unreadable(path, error)])
    except UnreadableError as error:
        if error.finding.code in {"yaml-syntax", "not-a-mapping"}:
            error = keyboard_slip(content.decode("utf-8-sig", "replace"), kind.model_fields) or error
        return Parsed(None, [error.of_file(path, content)])
    return Parsed(record, add_places(path, content, broken, scale) if broken else [])


def checked_file(
    source: Source, path: str, kind: type[_Record], entries: Iterable[Entry], check: _Check[_Record] | None
) -> Parsed[_Record | None, Place]:
    """Read one file as a record, and check its rules; if it is none, those that its valid keys break by themselves.

    `check` takes the record, or what its valid keys make, and the keys that are missing or invalid; without it no rule is checked.
    """
    record, findings = read_record(source, path, kind, entries)
    part, invalid = (record, set()) if record else valid_part(source, path, kind)
    if part and check:
        findings += places_if_any(source, path, check(part, invalid))
    return Parsed(record, sorted(findings, key=attrgetter("place")))


def valid_part(source: Source, path: str, kind: type[_Record]) -> tuple[_Record | None, set[Any]]:
    """Return the record that the valid keys of a file make, None if it cannot be read; and the keys that are missing or invalid."""
    try:
        data = parse(source.read(path))
    except (OSError, UnreadableError):
        return None, set()
    invalid = {finding.place[0] for finding in make_record(kind, data).findings}
    invalid |= {key for key, field in kind.model_fields.items() if field.is_required() and key not in data}
    valid = {key: data[key] for key in data if key not in invalid}
    return make_record(kind, {**_STAND_INS[kind.__name__], **valid}).record, invalid


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
