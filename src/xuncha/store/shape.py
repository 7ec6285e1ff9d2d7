"""From plain data to records: pydantic's complaints, said in the words of the ledger and at their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from xuncha.errors import Finding
from xuncha.language import gettext as _
from xuncha.model.records import EvidenceFile
from xuncha.rules.names import suggestion

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from xuncha.rules.catalogue import Location

_Record = TypeVar("_Record", bound=BaseModel)
R = TypeVar("R")
P = TypeVar("P")

# What stands in for a required key that is missing or wrong, so that the rules can look at the other keys.
_STAND_INS: dict[str, dict[str, Any]] = {
    "Settings": {
        "organisation": "—", "inspection": {"feedback": "0001-01-01"}, "categories": [], "leaders": [], "offices": [],
    },
    "Problem": {"title": "—", "category": "a"},
    "Measure": {"title": "—", "leader": "—", "office": "—", "status": "not_started"},
}  # fmt: skip


class Shaped(NamedTuple, Generic[R, P]):
    """A record made of plain data, and how far it can be trusted."""

    record: R
    """None where nothing of a file can be read."""
    broken: list[Finding[P]]
    """Keys that are missing or unknown, and values that are not what they should be; or why the file cannot be read."""
    unsound: frozenset[str] = frozenset()
    """The keys of the record that say nothing: what the file holds under them is missing or broken."""


def shape(kind: type[_Record], data: dict[str, Any]) -> Shaped[_Record, Location]:
    """Make a record of plain data; of its sound keys alone, where some are broken."""
    try:
        return Shaped(kind.model_validate(data), [])
    except ValidationError as error:
        broken = [_broken(kind, complaint) for complaint in error.errors(include_url=False)]
    unsound = frozenset(str(item.place[0]) for item in broken)
    sound = {key: value for key, value in data.items() if isinstance(key, str) and key not in unsound}
    return Shaped(kind.model_validate(_STAND_INS[kind.__name__] | sound), broken, unsound)


def _broken(kind: type[BaseModel], complaint: ErrorDetails) -> Finding[Location]:  # noqa: PLR0911  a case, a sentence
    location = _location(complaint["loc"])
    key = next((step for step in reversed(location) if isinstance(step, str)), "")
    value = complaint["input"]
    match complaint["type"]:
        case "missing":
            return Finding(
                "missing-key",
                _("the key `{key}` is missing").format(key=key),
                location,
                _("write `{key}: …`").format(key=key),
            )
        case "extra_forbidden" | "invalid_key":
            known = [name for name in _fields(kind, location[:-1]) if name]
            return Finding(
                "unknown-key",
                _("the key `{key}` is not known").format(key=key),
                location,
                suggestion(key, known),
            )
        case "literal_error":
            words = _words(complaint)
            return Finding(
                "unknown-word",
                _("`{key}` cannot be “{value}”").format(key=key, value=_short(value)),
                location,
                suggestion(str(value), words),
            )
        case "bad_date":
            return Finding(
                "bad-date",
                _("“{value}” is not a day of the calendar written like 2024-12-31").format(
                    value=_short(value)
                ),
                location,
                _("write year-month-day, such as 2024-12-31"),
            )
        case "string_pattern_mismatch":
            return _bad_text(location, key, str(value), complaint["ctx"]["pattern"])
        case type_ if type_.endswith("_type"):
            return Finding(
                "wrong-type",
                _("`{key}` must be {wanted}, not {given}").format(
                    key=key, wanted=_wanted(type_), given=_given(value)
                ),
                location,
                _how(type_, value),
            )
    return Finding(
        "bad-value",
        _("`{key}` cannot be {value}").format(key=key, value=_short(value)),
        location,
        _reason(complaint),
    )


def _bad_text(location: Location, key: str, value: str, pattern: str) -> Finding[Location]:
    if not value.strip():
        return Finding(
            "empty-text",
            _("`{key}` is empty").format(key=key),
            location,
            _("write something; a key that may be missing can also be taken out"),
        )
    for character in dict.fromkeys(value):
        # Not all invisible characters are refused: a text with none but this one shows whether it is.
        if not character.isprintable() and not re.fullmatch(pattern, f"a{character}a"):
            return Finding(
                "control-character",
                _("an invisible character (U+{code:04X}) stands in `{key}`").format(
                    code=ord(character), key=key
                ),
                location,
                _("take it out"),
            )
    return Finding(
        "bad-value",
        _("`{key}` cannot be {value}").format(key=key, value=_short(value)),
        location,
        _("write it in the form that the schema shows"),
    )


def _location(steps: tuple[int | str, ...]) -> Location:
    """Give pydantic's way to a value, without what it adds for unions and keys."""
    plain: list[str | int] = []
    for place, step in enumerate(steps):
        tagged = place > 1 and steps[place - 2] == "evidence" and step in {"text", "file"}
        if not tagged and step != "[key]":
            plain.append(step)
    return tuple(plain)


def _fields(kind: type[BaseModel], location: Location) -> list[str]:
    """List the keys that the mapping at a location may have."""
    current: Any = kind
    for step in location:
        if isinstance(step, str) and isinstance(current, type) and issubclass(current, BaseModel):
            current = current.model_fields[step].annotation
        while not (isinstance(current, type) and issubclass(current, BaseModel)) and (
            inner := get_args(current)
        ):
            models = [
                item
                for item in inner
                if get_args(item) or (isinstance(item, type) and issubclass(item, BaseModel))
            ]
            if not models:
                break
            current = models[-1]
        if step == "evidence":
            current = EvidenceFile
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []


def _words(complaint: ErrorDetails) -> list[str]:
    expected = complaint.get("ctx", {}).get("expected", "")
    return [
        part.strip().strip("'") for part in str(expected).replace(" or ", ", ").split(",") if part.strip()
    ]


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"  # noqa: PLR2004


def _wanted(kind: str) -> str:
    return {
        "string_type": _("text"),
        "bool_type": _("true or false"),
        "int_type": _("a whole number"),
        "list_type": _("a list"),
        "dict_type": _("a mapping of keys to values"),
        "model_type": _("a mapping of keys to values"),
    }.get(kind, kind.removesuffix("_type"))


def _how(kind: str, value: object) -> str:
    """Say how a value of the kind that is wanted is written."""
    if value is None:
        return _("write a value behind it")
    match kind:
        case "string_type":
            return "" if isinstance(value, list | dict) else _("put it into double quotes to make it text")
        case "bool_type":
            return _("write true or false, without quotes")
        case "list_type":
            return _("write it in brackets, or each item on a line of its own behind “- ”")
    return ""


def _given(value: object) -> str:
    match value:
        case None:
            return _("nothing")
        case bool():
            return _("true or false")
        case int() | float():
            return _("a number")
        case str():
            return _("text")
        case list():
            return _("a list")
    return _("a mapping of keys to values")


def _reason(complaint: ErrorDetails) -> str:
    context = complaint.get("ctx", {})
    match complaint["type"]:
        case "greater_than_equal":
            return _("the smallest is {n}").format(n=context["ge"])
        case "less_than_equal":
            return _("the largest is {n}").format(n=context["le"])
        case "string_too_long":
            return _("at most {n} characters").format(n=context["max_length"])
        case "bad_amount":
            return _("write a number that is not negative")
    return ""
