"""The values that a verb may be given: how each is named where it is typed, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from xuncha.language import gettext as _
from xuncha.model.names import RESULTS
from xuncha.requests import readers

Kind = Literal["text", "flag", "list", "file"]


class Parameter(NamedTuple):
    """A value that a verb may be given."""

    name: str
    """The name in forms and in requests of programs; on the command line it stands behind `--`, with `-` for `_`."""
    kind: Kind = "text"
    read: Callable[[Any, str, date], Any] | None = None
    """Converts what was typed; takes it, the name for errors, and today. None: the value is used as it is."""


def _text(value: str, _option: str, _today: date) -> str:
    return readers.require_text(value, _("the text is empty"), _("say what was done"))


def _reason(value: str, option: str, _today: date) -> str:
    return readers.require_text(value, _("{option} is empty", option=option), _("say why"))


PARAMETERS: Final[Mapping[str, Parameter]] = {
    "text": Parameter("text", read=_text),
    "file": Parameter("file", "file"),
    "day": Parameter("date", read=readers.read_past_day),
    "due": Parameter("due", read=readers.read_day),
    "late": Parameter("late", "flag"),
    "leader": Parameter("leader"),
    "office": Parameter("office"),
    "co_offices": Parameter("co_office", "list"),
    "person": Parameter("person"),
    "goal": Parameter("goal"),
    "title": Parameter("title"),
    "category": Parameter("category"),
    "fields": Parameter("field", "list", lambda value, _option, _today: readers.read_pairs(value)),
    "reason": Parameter("reason", read=_reason),
    "to": Parameter("to"),
    "note": Parameter("note"),
    "evidence": Parameter("evidence", "list"),
    "no_publish": Parameter("no_publish", "flag"),
    "statement": Parameter("text"),
    "result": Parameter(
        "result", read=lambda value, option, _today: readers.read_word(value, option, RESULTS)
    ),
    "findings": Parameter("text"),
}
"""The values by the parameters of the verbs."""


def read_values(
    arguments: Mapping[str, Any], today: date, name_of: Callable[[str], str] = "--{}".format
) -> dict[str, Any]:
    """Read the typed values of a verb, by its parameters; a value that was left out (None) stays None.

    A day without a year is counted from today; errors name a value as `name_of` does. Raises UsageError if a value is not of
    its kind; RefusedError if the day of an entry is in the future.
    """
    values = {}
    for parameter, value in arguments.items():
        name, _kind, reader = PARAMETERS[parameter]
        values[parameter] = value if reader is None or value is None else reader(value, name_of(name), today)
    return values
