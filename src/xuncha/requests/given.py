"""The values that a verb may be given: how each is named where it is typed, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, Literal, NamedTuple

from xuncha.language import gettext as _
from xuncha.model.names import RESULTS
from xuncha.requests import typed

Kind = Literal["text", "flag", "list", "file"]


class Given(NamedTuple):
    """A value that a verb may be given."""

    name: str
    """The name in forms and in requests of programs; on the command line it stands behind `--`, with `-` for `_`."""
    kind: Kind = "text"
    read: Callable[[Any, str, date], Any] | None = None
    """Converts what was typed; takes it, the name for errors, and today. None: the value is used as it is."""


def _text(value: str, _option: str, _today: date) -> str:
    return typed.filled(value, _("the text is empty"), _("say what was done"))


def _reason(value: str, option: str, _today: date) -> str:
    return typed.filled(value, _("{option} is empty").format(option=option), _("say why"))


GIVEN: Final[Mapping[str, Given]] = {
    "text": Given("text", read=_text),
    "file": Given("file", "file"),
    "day": Given("date", read=typed.past_day),
    "due": Given("due", read=typed.day),
    "late": Given("late", "flag"),
    "leader": Given("leader"),
    "office": Given("office"),
    "co_offices": Given("co_office", "list"),
    "person": Given("person"),
    "goal": Given("goal"),
    "title": Given("title"),
    "category": Given("category"),
    "fields": Given("field", "list", lambda value, _option, _today: typed.pairs(value)),
    "reason": Given("reason", read=_reason),
    "to": Given("to"),
    "note": Given("note"),
    "evidence": Given("evidence", "list"),
    "no_publish": Given("no_publish", "flag"),
    "statement": Given("text"),
    "result": Given("result", read=lambda value, option, _today: typed.word(value, option, RESULTS)),
    "findings": Given("text"),
}
"""The values by the parameters of the verbs."""


def read(given: Mapping[str, Any], today: date, prefix: str = "--") -> dict[str, Any]:
    """Read the typed values of a verb, by its parameters; a value that was left out (None) stays None.

    A day without a year is counted from today; errors name an option with the prefix. Raises UsageError if a value is not of
    its kind; RefusedError if the day of an entry is in the future.
    """
    values = {}
    for parameter, value in given.items():
        name, _kind, reader = GIVEN[parameter]
        values[parameter] = value if reader is None or value is None else reader(value, prefix + name, today)
    return values
