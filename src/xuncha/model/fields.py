"""The types of values in records, and the base class of all records."""

from __future__ import annotations

import re
from datetime import date as Date  # noqa: N812  a field named `date` would hide the type
from functools import lru_cache
from math import isfinite
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from xuncha.chinese.characters import UNSAFE, is_blank
from xuncha.model.vocabulary import KEY

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def iso_date(value: object) -> Date:
    """Parse a date in the form of the files, `2024-03-15`. Raises PydanticCustomError if the form is different, or no such day exists."""
    if isinstance(value, Date):
        return value
    if isinstance(value, str) and (day := _day(value)):
        return day
    raise PydanticCustomError("bad_date", "not a date: {value}", {"value": str(value)[:40]})


@lru_cache(maxsize=4096)
def _day(text: str) -> Date | None:
    """Parse a date; cached, since a ledger repeats the same few hundred days."""
    try:
        return Date.fromisoformat(text) if _ISO_DATE.fullmatch(text) else None
    except ValueError:
        return None


Day = Annotated[
    Date,
    BeforeValidator(iso_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
]


def _not_blank(text: str) -> str:
    if is_blank(text):
        raise PydanticCustomError("empty_text", "nothing of it is seen")
    return text


MAX_LINE, MAX_TEXT, MAX_NAME = 2000, 50_000, 200
"""The most characters of a text on one line, of one on several lines, and of the name of a person or office."""
_LINE = rf"^[^\t\n{UNSAFE}]*[^\s{UNSAFE}][^\t\n{UNSAFE}]*$"
Line = Annotated[str, StringConstraints(pattern=_LINE, max_length=MAX_LINE), AfterValidator(_not_blank)]
"""Text on one line, not blank."""
Text = Annotated[
    str,
    StringConstraints(pattern=rf"^[^{UNSAFE}]*[^\s{UNSAFE}][^{UNSAFE}]*$", max_length=MAX_TEXT),
    AfterValidator(_not_blank),
]
"""Text of one or more lines, not blank."""
Key = Annotated[str, StringConstraints(pattern=KEY, max_length=60)]
Name = Annotated[str, StringConstraints(pattern=_LINE, max_length=MAX_NAME), AfterValidator(_not_blank)]
_NOT_IN_KEYS = r"\s\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\xa9\u2000-\u2bff\u3000-\u3004\u3008-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
"""Blanks, signs and punctuation, in a form that every reader of JSON Schema understands; not all understand `\\p{L}`."""
_FIELD_KEY = {"type": "string", "pattern": rf"^(?![0-9])[^{_NOT_IN_KEYS}]+$", "maxLength": 60}
FieldKey = Annotated[
    str, StringConstraints(pattern=r"^[\p{L}_][\p{L}\p{N}_]*$", max_length=60), WithJsonSchema(_FIELD_KEY)
]
"""The key of a declared field: letters of any script, since it may be the heading of a table."""


class Record(BaseModel):
    """The base of all records: strict about types and keys, frozen, and built only when first used."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


def _amount(value: object) -> int | float:
    if type(value) in {int, float} and isfinite(value) and value >= 0:  # type: ignore[arg-type,operator]
        return value  # type: ignore[return-value]
    raise PydanticCustomError("bad_amount", "not an amount: {value}", {"value": str(value)[:40]})


def _field_value(value: object) -> int | float | str:
    if isinstance(value, str) or (type(value) in {int, float} and isfinite(value)):  # type: ignore[arg-type]
        return value  # type: ignore[return-value]
    raise PydanticCustomError("bad_value", "neither text nor a number: {value}", {"value": str(value)[:40]})


FieldValue = Annotated[
    int | float | str, PlainValidator(_field_value), WithJsonSchema({"type": ["number", "string"]})
]
"""The value of a declared field; `xuncha.rules` checks whether it has the declared type."""
_FIELDS = {
    "type": "object", "propertyNames": _FIELD_KEY, "additionalProperties": {"type": ["number", "string"]},
}  # fmt: skip
Fields = Annotated[dict[FieldKey, FieldValue], WithJsonSchema(_FIELDS)]
"""The values of the fields that data/ledger.yaml declares (自定义字段), by their keys."""
Amount = Annotated[int | float, PlainValidator(_amount), WithJsonSchema({"type": "number", "minimum": 0})]
"""A count or an amount: a number that is not negative."""
