"""Make the form of a record from its JSON Schema: its fields, their values, and the record from a filled-in form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from xuncha.chinese import days
from xuncha.desk import forms
from xuncha.language import is_chinese
from xuncha.model.names import key_name
from xuncha.model.settings import Settings

if TYPE_CHECKING:
    from datetime import date

    from starlette.datastructures import FormData

_LONG: Final = 10_000
"""Characters from which a text gets a field with several lines."""
BLANK_ROWS: Final = 2
"""Empty rows at the end of a form, and for each request for more."""
_ROW = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True)
class Part:
    """A key of a record: a value, a group of keys, or rows of groups."""

    key: str
    kind: str
    """The kind of field: `line`, `text`, `day`, `number`, `choice`, `checks`, `lines`, `texts`, `group` or `rows`."""
    inner: tuple[Part, ...] = ()
    options: tuple[str, ...] = ()
    hint: str = ""
    required: bool = False

    @property
    def holds_several(self) -> bool:
        """Whether fields may be added to it."""
        return self.kind in {"rows", "texts"} or any(each.holds_several for each in self.inner)


@dataclass
class Input:
    """A field of a form, or a heading over several."""

    part: Part
    name: str
    """The kind of field; empty for a heading."""
    value: Any = None
    label: str = field(default="")

    @property
    def key(self) -> str:
        """The path of keys in the file, without row numbers."""
        return ".".join(each for each in (self.name or self.part.key).split(".") if not each.isdecimal())

    @property
    def hint(self) -> str:
        """The explanation of the key, as in the schema of the files."""
        return self.part.hint if is_chinese() and self.part.hint != self.label else ""


@cache
def parts() -> dict[str, Part]:
    """Return the keys of data/ledger.yaml in order."""
    schema = Settings.model_json_schema()
    return {part.key: part for part in _parts(schema, schema["$defs"])}


@cache
def _defaults() -> dict[str, Any]:
    return Settings(categories=[], leaders=[], offices=[]).model_dump(mode="json")


def _parts(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[Part]:
    for key, field_schema in schema["properties"].items():
        yield _part(key, field_schema, definitions, required=key in schema.get("required", ()))


def _part(key: str, schema: Mapping[str, Any], definitions: Mapping[str, Any], *, required: bool) -> Part:
    hint = schema.get("description", "")
    schema = next((each for each in schema.get("anyOf", ()) if each.get("type") != "null"), schema)
    items = schema.get("items", {})
    if reference := schema.get("$ref") or items.get("$ref"):
        inner = tuple(_parts(definitions[reference.rpartition("/")[2]], definitions))
        return Part(key, "rows" if items else "group", inner, hint=hint, required=required)
    if items:
        long = items.get("maxLength", 0) > _LONG
        kind = "checks" if "enum" in items else "texts" if long else "lines"
        return Part(key, kind, options=tuple(items.get("enum", ())), hint=hint, required=required)
    kinds = {"integer": "number"} if schema.get("format") != "date" else {"string": "day"}
    kind = kinds.get(schema["type"], "text" if schema.get("maxLength", 0) > _LONG else "line")
    kind = "choice" if "enum" in schema else kind
    return Part(key, kind, options=tuple(schema.get("enum", ())), hint=hint, required=required)


def inputs(
    part: Part,
    data: Any,  # noqa: ANN401
    path: str = "",
    default: Any = None,  # noqa: ANN401
    blank: int = BLANK_ROWS,
) -> Iterator[Input]:
    """Yield the fields for the values under a key of a record, with headings over groups and rows.

    Repeatable fields get `blank` empty ones more.
    """
    if not path:
        default = _defaults()[part.key]
    name = f"{path}{part.key}"
    label = key_name(name).replace("_", " ")
    label = label[:1].upper() + label[1:]
    value = default if data is None else data
    if part.kind == "group":
        yield Input(part, "", label=label)
        for each in part.inner:
            yield from inputs(
                each, (data or {}).get(each.key), f"{name}.", (default or {}).get(each.key), blank
            )
    elif part.kind == "rows":
        rows = [*(data or ()), *[{}] * blank]
        for number, row in enumerate(rows):
            yield Input(part, "", label=f"{label} {number + 1}")
            for each in part.inner:
                yield from inputs(each, row.get(each.key), f"{name}.{number}.")
    elif part.kind == "texts":
        for text in [*(value or ()), *[""] * (blank - 1)]:
            yield Input(part, name, text, label)
    else:
        yield Input(part, name, "\n".join(value or ()) if part.kind == "lines" else value, label)


def new_value(part: Part, form: FormData, old: Any, today: date, path: str = "", default: Any = None) -> Any:  # noqa: ANN401
    """Return the value of a record's key after a form was filled in; None if it is empty.

    Unchanged values stay as they are written: missing if they were missing, and with their blanks.
    """
    if not path:
        default = _defaults()[part.key]
    name = f"{path}{part.key}"
    current = default if old is None else old
    new: Any
    if part.kind == "group":
        new = _group(part, form, old or {}, today, f"{name}.", default or {})
    elif part.kind == "rows":
        numbers = {
            key.removeprefix(f"{name}.").partition(".")[0] for key in form if key.startswith(f"{name}.")
        }
        old_rows = dict(enumerate(old or ()))
        rows = [
            _group(part, form, old_rows.get(number, {}), today, f"{name}.{number}.", {})
            for number in sorted(int(each) for each in numbers if _ROW.fullmatch(each))
        ]
        new = [row for row in rows if row]
    else:
        new = _value(part, form, name, today)
        if (
            [*map(_plain, new)] == [*map(_plain, current or ())]
            if isinstance(new, list)
            else new == _plain(current)
        ):
            return old
    if new or part.kind == "checks" or new == 0:
        return new
    return (
        old
        if not old and old is not None
        else []
        if part.required and part.kind in {"rows", "lines"}
        else None
    )


def _group(
    part: Part, form: FormData, old: Mapping[str, Any], today: date, path: str, default: Mapping[str, Any]
) -> dict[str, Any]:
    values = {
        each.key: new_value(each, form, old.get(each.key), today, path, default.get(each.key))
        for each in part.inner
    }
    order = [*(key for key in old if key in values), *(key for key in values if key not in old)]
    return {key: values[key] for key in order if values[key] is not None}


def _value(part: Part, form: FormData, name: str, today: date) -> Any:  # noqa: ANN401
    if part.kind in {"checks", "texts"}:
        return forms.texts(form, name)
    if part.kind == "lines":
        return forms.lines(form, name)
    text = forms.text(form, name)
    if part.kind == "day" and (day := days.typed_day(text, today)):
        return day.isoformat()
    digits = unicodedata.normalize("NFKC", text)
    return int(digits) if part.kind == "number" and re.fullmatch("[0-9]{1,9}", digits) else text or None


def _plain(value: Any) -> Any:  # noqa: ANN401
    return value.strip() if isinstance(value, str) else value
