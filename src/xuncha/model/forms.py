"""`data/forms/NAME.yaml` as a pydantic model: how a table of the office is read and written."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from xuncha.language import gettext as _
from xuncha.model.fields import Line, Name, Record
from xuncha.model.vocabulary import Status

FIELD_PREFIX: Final = "fields."  # prefix of the role of a column with a declared field: `fields.cause`
IGNORE: Final = "ignore"
ROLES: Final = (
    "number", "category", "problem", "finding", "part", "measure", "goal", "kind", "leader", "office", "co_offices", "person",
    "due", "progress", "evidence", "state", "closed_date", "publish", IGNORE,
)  # fmt: skip
"""The roles of a column; `fields.KEY` is one, too."""


def is_role(word: str) -> bool:
    """Return whether a word is the role of a column."""
    return word in ROLES or (word.startswith(FIELD_PREFIX) and word != FIELD_PREFIX)


def role_name(role: str) -> str:
    """Return the name of a role in the chosen language; empty for a declared field."""
    return {
        "number": _("number"), "category": _("category"), "problem": _("problem"), "finding": _("the inspectors' words"), "part": _("sub-problem"),
        "measure": _("measure"), "goal": _("goal"), "kind": _("kind of task"), "leader": _("leader"), "office": _("office"),
        "co_offices": _("co-responsible offices"), "person": _("who does it"), "due": _("time limit"), "progress": _("progress"), "evidence": _("evidence"),
        "state": _("status"), "closed_date": _("closing date"), "publish": _("whether it may be published"), IGNORE: _("not read"),
    }.get(role, "")  # fmt: skip


def _checked_role(value: str) -> str:
    if is_role(value):
        return value
    raise PydanticCustomError("bad_role", "not a role of a column: {value}", {"value": value[:40]})


class Form(Record):
    """The sheet and rows of a table that contain the ledger, the roles of its columns, and the status that each word means."""

    name: Name = Field(description="样式的名称")
    sheet: Line | None = Field(default=None, description="工作表；不写则凡有这种表头的都读")
    header: list[int] = Field(default_factory=list, description="表头行，首行和末行；不写则自动找")
    rows: list[int | None] = Field(
        default_factory=list, description="数据行，首行和末行（null：到表尾）；不写则自动找"
    )
    columns: dict[Line, Annotated[str, AfterValidator(_checked_role)]] = Field(
        description="列名和用途；两行表头的列名用 / 连接"
    )
    states: dict[Line, Status] = Field(default_factory=dict, description="状态列中的字样各是什么状态")
