"""The JSON Schema of the five kinds of files, made from the records; editors use it to complete and check."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic.json_schema import models_json_schema

from xuncha.chinese.characters import ASTRAL
from xuncha.model.forms import Form
from xuncha.model.records import Comment, Measure, Problem
from xuncha.model.settings import Settings

if TYPE_CHECKING:
    from pydantic import BaseModel

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS: dict[str, type[BaseModel]] = {
    "ledger": Settings, "problem": Problem, "measure": Measure, "comment": Comment, "form": Form,
}  # fmt: skip
"""The model of each schema file in `data/schema/`, by its name."""
_ASTRAL: Final = json.dumps(ASTRAL)[1:-1], json.dumps(r"\udb40")[1:-1]
"""The end of `UNSAFE`, in JSON, and its replacement: other readers of patterns write it otherwise, or know its first half alone."""


def _portable(schema: dict[str, Any]) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads(json.dumps(schema).replace(*_ASTRAL)))


def full_schema() -> dict[str, Any]:
    """Return one schema that accepts each of the five kinds of files."""
    names, schema = models_json_schema([(kind, "validation") for kind in KINDS.values()])
    about = {
        "$schema": DIALECT,
        "title": "xuncha",
        "description": "data/ledger.yaml、data/problems/NN/problem.yaml、data/problems/NN/N.M.yaml、data/comments/NNN.yaml 或 data/forms/NAME.yaml",
        "anyOf": [names[kind, "validation"] for kind in KINDS.values()],
        "$defs": schema["$defs"],
    }
    return _portable(about)


def schema_of(name: str) -> dict[str, Any]:
    """Return the schema of one kind of files: `ledger`, `problem`, `measure`, `comment` or `form`."""
    return _portable({"$schema": DIALECT, **KINDS[name].model_json_schema()})
