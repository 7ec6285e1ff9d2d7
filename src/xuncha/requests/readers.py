"""Readers of typed values, the same wherever they are typed: days and words as Chinese offices write them, moments of history, numbers, pairs, texts.

At the end stands which values a verb may be given, and how each is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from xuncha.chinese import days
from xuncha.chinese.characters import is_blank
from xuncha.errors import RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.names import RESULTS, Words
from xuncha.rules.names import no_such_record, suggestion

_SPAN = re.compile(r"([0-9]{1,5})(?:d|天|日)?")
_BETWEEN = re.compile(r"\s*[、，,；;]\s*")
_FIRST_YEAR: Final = 1949
"""An earlier year is taken for a typing error."""


def read_word(text: str, option: str, words: Words) -> str:
    """Return the word of a closed list that was typed, in English (capitals make no difference) or Chinese, in the form of the files. Raises UsageError if it is not in the list."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    for key, names in words.items():
        if plain in {key, *names}:
            return key
    message = _("{option} cannot be “{word}”", option=option, word=text)
    known = [*words, *(name for names in words.values() for name in names[:1])]
    raise UsageError("unknown-word", message, suggestion(text, known))


def split_numbers(texts: Sequence[str] | None) -> list[str]:
    """Return the numbers in arguments, which people also write as `1.1、1.2`."""
    return [number for text in texts or () for number in _BETWEEN.split(text.strip(" 、，,；;"))]


def read_measure(text: str, identities: Container[Identity]) -> Identity:
    """Read the number of a measure. Raises RefusedError if it is the number of a problem, or is not known."""
    identity = Identity.parse(text)
    if identity.is_problem:
        message = _("{id} is a problem; a measure is needed here", id=identity)
        raise RefusedError("not-a-measure", message, _("name its measures, such as {id}.1", id=identity))
    if identity not in identities:
        raise no_such_record(identity)
    return identity


def read_day(text: str, option: str, today: date, *, past: bool = False) -> date:
    """Read a day from an option, or from a variable that stands for one; errors name it as `option`.

    Without a year it is the next such day from today on; with `past`, the last one up to today. Raises UsageError if it is not
    exactly one day of the calendar, or is before 1949.
    """
    if value := days.typed_day(text, today, past=past):
        if value.year < _FIRST_YEAR:
            message = _("{option}: {day} is before {year}", option=option, day=value, year=_FIRST_YEAR)
            raise UsageError("bad-date", message, _("see whether the year is right"))
        return value
    raise UsageError(
        "bad-date",
        _("{option}: “{text}” is not a calendar date", option=option, text=text),
        _("write it like {examples}", examples=_(", ").join(("2024-04-18", "2024年4月18日"))),
    )


def read_past_day(text: str, option: str, today: date) -> date:
    """Read a day from an option. Raises UsageError if it is not a day; RefusedError if it is in the future."""
    parsed = read_day(text, option, today, past=True)
    if parsed > today:
        hint = _("give a day up to {today}", today=today)
        raise RefusedError("day-to-come", _("{day} is in the future", day=parsed), hint)
    return parsed


def find_moment(root: Path, text: str, option: str, today: date) -> tuple[str, date]:
    """Find a moment of history: return the commit that held the ledger then, and the day for the counts.

    Raises RefusedError if history has no such moment, or it is in the future; SurroundingsError if the ledger is in no
    repository, or git is not installed.
    """
    from xuncha.trail.tree import commit_at, day_of  # noqa: PLC0415  only looking back needs git

    name = read_moment(text, option, today)
    commit = commit_at(root, name)
    return commit, day_of(root, commit, name)


def read_moment(text: str, option: str, today: date, *, future: bool = False) -> str:
    """Return a typed moment in the form that `trail.tree` takes: a day as 2024-04-18, or a revision. Raises RefusedError for a future day, unless `future` is set."""
    day = days.typed_day(text, today, past=True)
    if day is None:
        return text
    return day.isoformat() if future else read_past_day(text, option, today).isoformat()


def read_problem(text: str) -> Identity:
    """Read the number of a problem. Raises RefusedError if it is the number of a measure, or not a number."""
    identity = Identity.parse(text)
    if not identity.is_problem:
        message = _("{id} is a measure; a problem is needed here", id=identity)
        raise RefusedError("not-a-problem", message, _("name its problem: {id}", id=identity.problem))
    return identity


def read_pairs(texts: Sequence[str] | None) -> dict[str, str]:
    """Read options of the form `KEY=VALUE`, also with a full-width ＝. Raises UsageError if `=`, the key or the value is missing."""
    values = {}
    for text in texts or ():
        key, _equals, value = text.replace("＝", "=").partition("=")
        if is_blank(key) or is_blank(value):
            message = _("--field: “{text}” is not of the form KEY=VALUE", text=text)
            raise UsageError("bad-field", message, _("write it like {examples}", examples="risk=高"))
        values[key.strip()] = value.strip()
    return values


def require_text(text: str, message: str, hint: str) -> str:
    """Return a text that is not blank. Raises UsageError if it is blank."""
    if is_blank(text):
        raise UsageError("empty-text", message, hint)
    return text


def read_days(text: str) -> int:
    """Read a number of days: `14`, `14d` or `14天`. Raises UsageError if it is not one."""
    match = _SPAN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        message = _("--due-within: “{text}” is not a number of days", text=text)
        raise UsageError("bad-span", message, _("write it like 14"))
    return int(match[1])


Kind = Literal["text", "flag", "list", "file"]


class Parameter(NamedTuple):
    """A value that a verb may be given."""

    name: str
    """The name in forms and in requests of programs; on the command line it stands behind `--`, with `-` for `_`."""
    kind: Kind = "text"
    read: Callable[[Any, str, date], Any] | None = None
    """Converts what was typed; takes it, the name for errors, and today. None: the value is used as it is."""


def _text(value: str, _option: str, _today: date) -> str:
    return require_text(value, _("the text is empty"), _("say what was done"))


def _reason(value: str, option: str, _today: date) -> str:
    return require_text(value, _("{option} is empty", option=option), _("say why"))


PARAMETERS: Final[Mapping[str, Parameter]] = {
    "text": Parameter("text", read=_text),
    "files": Parameter("file", "file"),
    "day": Parameter("date", read=read_past_day),
    "due": Parameter("due", read=read_day),
    "late": Parameter("late", "flag"),
    "leader": Parameter("leader"),
    "office": Parameter("office"),
    "co_offices": Parameter("co_office", "list"),
    "person": Parameter("person"),
    "goal": Parameter("goal"),
    "title": Parameter("title"),
    "category": Parameter("category"),
    "fields": Parameter("field", "list", lambda value, _option, _today: read_pairs(value)),
    "reason": Parameter("reason", read=_reason),
    "to": Parameter("to"),
    "note": Parameter("note"),
    "evidence": Parameter("evidence", "list"),
    "no_publish": Parameter("no_publish", "flag"),
    "statement": Parameter("text"),
    "result": Parameter("result", read=lambda value, option, _today: read_word(value, option, RESULTS)),
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
