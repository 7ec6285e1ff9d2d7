"""The fields that an office declares for itself (自定义字段): the rule for their values, and how a typed value is read."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic_core import PydanticCustomError

from xuncha.chinese.characters import is_blank
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.fields import iso_date
from xuncha.rules.catalogue import RULES, Location
from xuncha.rules.names import suggestion

if TYPE_CHECKING:
    from xuncha.catalogue import Violations
    from xuncha.model.register import FieldFrame, Frame

Kind = Literal["problem", "measure"]
Value = int | float | str

_RULE = RULES.declare("field-value",
    why="A custom field (自定义字段) is declared in data/ledger.yaml, and its values have the declared type.",
    wrong="fields: {risk: 很高}", right="fields: {risk: 高}",
)  # fmt: skip
field_of_measure = replace(
    _RULE, check=lambda measure, context: _field_violations(measure.fields, context.frame, "measure")
)
field_of_problem = replace(
    _RULE, check=lambda problem, frame: _field_violations(problem.fields, frame, "problem")
)


def _undeclared(key: str) -> str:
    return _("the field `{key}` is not declared under `fields` in data/ledger.yaml", key=key)


def read_field(frame: Frame, owner: Kind, key: str, text: str) -> tuple[str, Value]:
    """Read a typed value of a field; return the field's key, and the value as the files hold it: a number, or the stripped text.

    The field may be given by its label. Raises RefusedError if there is no such field, or the text does not fit its type.
    """
    kinds = [kind for kind in frame.fields if kind.of == owner]
    kind = next((kind for kind in kinds if key in {kind.key, kind.label}), None)
    if kind is None:
        raise RefusedError("field-value", _undeclared(key), suggestion(key, [kind.key for kind in kinds]))
    value: Value = text.strip()
    if kind.type == "number":
        with contextlib.suppress(ValueError):
            value = float(text)
            value = int(value) if value == int(value) else value
    if fault := _value_fault(kind, value):
        raise RefusedError("field-value", *fault)
    return kind.key, value


def _field_violations(values: Mapping[str, Value], frame: Frame, owner: Kind) -> Violations[Location]:
    """Yield the values whose field is not declared, or that do not fit the type of their field."""
    kinds = {kind.key: kind for kind in frame.fields if kind.of == owner}
    for key, value in values.items():
        if key not in kinds:
            match = next((kind.key for kind in kinds.values() if kind.label == key), None)
            hint = _("write `{key}: …` instead", key=match) if match else suggestion(key, list(kinds))
            yield ("fields", key), _undeclared(key), hint
        elif fault := _value_fault(kinds[key], value):
            yield ("fields", key), *fault


def _value_fault(kind: FieldFrame, value: Value) -> tuple[str, str] | None:
    """Return why a value does not fit a field, and what to write instead; None if it fits."""
    message = hint = ""
    match kind.type:
        case "choice" if value not in kind.choices:
            message = _("“{value}” is not one of the choices of {label}")
            hint = suggestion(str(value), kind.choices)
        case "number" if isinstance(value, str):
            message = _("{label} must be a number; “{value}” is not one")
            hint = _("write a number, without quotes")
        case "date":
            try:
                iso_date(value)
            except PydanticCustomError:
                message = _("{label} must be a day; “{value}” is not one")
                hint = _("write year-month-day, such as 2024-12-31")
        case "text" if not isinstance(value, str) or is_blank(value):
            message = _("{label} must be text; “{value}” is not")
            hint = _("put it into double quotes to make it text")
    return (message.format(label=kind.label, value=value), hint) if message else None
