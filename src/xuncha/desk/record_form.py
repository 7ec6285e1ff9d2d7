"""Make the form of a record from its JSON Schema: its fields, their values, and the record from a filled-in form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any, Final, NamedTuple

from starlette.datastructures import FormData

from xuncha.chinese import days
from xuncha.desk import forms
from xuncha.language import is_chinese
from xuncha.model.names import key_name
from xuncha.model.settings import Settings

_LONG: Final = 10_000
"""Characters from which a text gets a field with several lines."""
BLANK_ROWS: Final = 2
"""Empty rows at the end of a form, and for each request for more."""
_ROW = re.compile(r"[0-9]{1,4}")


class Part(NamedTuple):
    """A key of a record: a value, a group of keys, or rows of groups."""

    key: str
    kind: str
    """The kind of field: `line`, `text`, `day`, `number`, `choice`, `checks`, `lines`, `texts`, `group` or `rows`."""
    inner: Sequence[Part]
    options: Sequence[str]
    hint: str
    required: bool

    @property
    def holds_several(self) -> bool:
        """Whether fields may be added to it."""
        return self.kind in {"rows", "texts"} or any(each.holds_several for each in self.inner)


class Input(NamedTuple):
    """A field of a form, or a heading over several."""

    part: Part
    name: str
    """The path of keys and row numbers; empty for a heading."""
    label: str
    value: Any = None

    @property
    def key(self) -> str:
        """The path of keys in the file, without row numbers."""
        return ".".join(each for each in (self.name or self.part.key).split(".") if not each.isdecimal())

    @property
    def hint(self) -> str:
        """The explanation of the key, as in the schema of the files."""
        return self.part.hint if is_chinese() and self.part.hint != self.label else ""

    @property
    def shown(self) -> list[str]:
        """The content of each field; only a list of long texts has a field for each."""
        if self.part.kind == "texts":
            return [*self.value]
        value = "\n".join(self.value or ()) if self.part.kind == "lines" else self.value
        return ["" if value is None else str(value)]


@cache
def parts() -> dict[str, Part]:
    """Return the keys of data/ledger.yaml in order."""
    schema = Settings.model_json_schema()
    return {part.key: part for part in _parts(schema, schema["$defs"])}


def _parts(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[Part]:
    for key, value in schema["properties"].items():
        allowed = next((each for each in value.get("anyOf", ()) if each.get("type") != "null"), value)
        items = allowed.get("items", {})
        options = items.get("enum") or allowed.get("enum") or ()
        is_long = (items or allowed).get("maxLength", 0) > _LONG
        inner: tuple[Part, ...] = ()
        if reference := items.get("$ref") or allowed.get("$ref"):
            kind = "rows" if items else "group"
            inner = tuple(_parts(definitions[reference.rpartition("/")[2]], definitions))
        elif items:
            kind = "checks" if options else "texts" if is_long else "lines"
        elif options:
            kind = "choice"
        elif allowed.get("format") == "date":
            kind = "day"
        else:
            kind = "number" if allowed["type"] == "integer" else "text" if is_long else "line"
        required = key in schema.get("required", ())
        yield Part(key, kind, inner, options, value.get("description", ""), required)


def inputs(part: Part, data: Any, blank: int = BLANK_ROWS) -> Iterator[Input]:  # noqa: ANN401
    """Yield the fields for the values under a key of the settings, with headings over groups and rows, and `blank` empty rows more."""
    defaults = Settings(categories=[], leaders=[], offices=[]).model_dump(mode="json")
    default, label = defaults[part.key], _label(part.key)
    if part.kind == "group":
        yield Input(part, "", label)
        for each in part.inner:
            value = (data or {}).get(each.key, (default or {}).get(each.key))
            yield _input(each, f"{part.key}.{each.key}", value, blank)
    elif part.kind == "rows":
        for number, row in enumerate([*(data or ()), *[{}] * blank]):
            yield Input(part, "", f"{label} {number + 1}")
            for each in part.inner:
                yield _input(each, f"{part.key}.{number}.{each.key}", row.get(each.key), BLANK_ROWS)
    else:
        yield _input(part, part.key, default if data is None else data, blank)


def _input(part: Part, name: str, value: Any, blank: int) -> Input:  # noqa: ANN401
    if part.kind == "texts":
        value = [*(value or ()), *[""] * (blank - 1)]
    return Input(part, name, _label(name), value)


def _label(name: str) -> str:
    label = key_name(name).replace("_", " ")
    return label[:1].upper() + label[1:]


def new_value(part: Part, form: FormData, old: Any, today: date) -> Any:  # noqa: ANN401
    """Return the value of a key of the settings after a form was filled in; None if it is empty.

    Unchanged values stay as they are written: missing if they were missing, and with their blanks.
    """
    record = {} if old is None else {part.key: deepcopy(old)}
    numbers = [name.split(".")[1] for name in form if name.startswith(f"{part.key}.")]
    last = max([int(each) for each in numbers if _ROW.fullmatch(each)], default=0)
    for each in inputs(part, old, last + 1):
        if each.name and (new := _typed(each, form, today)) != _stripped(each.value, type(new)):
            may_be_empty = each.part.required or each.part.kind == "checks"
            _put(record, each.name.split("."), None if new == [] and not may_be_empty else new)
    value = record.get(part.key)
    if part.kind == "rows":
        value = [row for row in value or () if row]
    return None if value in ([], {}) and value != old and not part.required else value


def _typed(field: Input, form: FormData, today: date) -> Any:  # noqa: ANN401
    """Return what was typed into a field, in the form of the file; None or an empty list if nothing was."""
    kind = field.part.kind
    if kind in {"checks", "lines", "texts"}:
        return (forms.lines if kind == "lines" else forms.texts)(form, field.name)
    text = forms.text(form, field.name)
    if kind == "day" and (day := days.typed_day(text, today)):
        return day.isoformat()
    digits = unicodedata.normalize("NFKC", text)
    return int(digits) if kind == "number" and re.fullmatch("-?[0-9]{1,18}", digits) else text or None


def _stripped(value: Any, kind: type) -> Any:  # noqa: ANN401
    """Return a value as a form gives it back unchanged: without blanks around its texts, and without empty ones."""
    if kind is list:
        return [text for each in value or () if (text := each.strip())]
    return value.strip() if isinstance(value, str) else value


def _put(record: Any, steps: Sequence[str], value: Any) -> None:  # noqa: ANN401
    """Write a value under a path of keys and row numbers; None removes it."""
    for step, following in pairwise(steps):
        if isinstance(record, list):
            record.extend({} for _row in range(len(record), int(step) + 1))
            record = record[int(step)]
        else:
            record = record.setdefault(step, [] if following.isdecimal() else {})
    if value is None:
        record.pop(steps[-1], None)
    else:
        record[steps[-1]] = value
