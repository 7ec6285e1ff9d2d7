"""What people type, read alike wherever it is typed: days and words as Chinese offices write them, numbers, pairs, texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence
from datetime import date
from typing import Final

from xuncha.chinese import days
from xuncha.chinese.characters import is_blank
from xuncha.errors import RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.names import Words
from xuncha.rules.names import no_such, suggestion

_SPAN = re.compile(r"([0-9]{1,5})d?")
_FIRST_YEAR: Final = 1949
"""A day of an earlier year is a slip."""


def word(text: str, option: str, words: Words) -> str:
    """Return the word of a closed list that was typed, in English or in Chinese, as the files write it. Raises UsageError if it is none of them."""
    plain = unicodedata.normalize("NFKC", text).strip()
    for each, names in words.items():
        if plain in {each, *names}:
            return each
    said = _("{option} cannot be “{word}”").format(option=option, word=text)
    raise UsageError(
        "unknown-word", said, suggestion(text, [*words, *(names[0] for names in words.values())])
    )


def measure(text: str, known: Container[Identity]) -> Identity:
    """Read the number of a measure. Raises RefusedError if it is that of a problem, or not known."""
    identity = Identity.parse(text)
    if identity.is_problem:
        message = _("{id} is a problem; a measure is needed here").format(id=identity)
        hint = _("name its measures, such as {id}.1").format(id=identity)
        raise RefusedError("not-a-measure", message, hint)
    if identity not in known:
        raise no_such(identity)
    return identity


def day(text: str, option: str, today: date, *, past: bool = False) -> date:
    """Read a day of an option, or of a variable that stands for one, which the error names.

    A day without a year is counted from today; with `past`, only a day up to today can be meant. Raises UsageError if it is no day
    of the calendar, not one alone, or none that an office of today can mean.
    """
    if found := days.typed(text, today, past=past):
        if found.year < _FIRST_YEAR:
            said = _("{option}: {day} is before {year}").format(option=option, day=found, year=_FIRST_YEAR)
            raise UsageError("bad-date", said, _("see whether the year is right"))
        return found
    raise UsageError(
        "bad-date",
        _("{option}: “{text}” is not a calendar date").format(option=option, text=text),
        _("write it like {examples}").format(examples=_(", ").join(("2024-04-18", "2024年4月18日"))),
    )


def past_day(text: str, option: str, today: date) -> date:
    """Read a day of an option. Raises UsageError if it is no day; RefusedError if it is still to come."""
    found = day(text, option, today, past=True)
    if found > today:
        hint = _("give a day up to {today}").format(today=today)
        raise RefusedError("day-to-come", _("{day} is in the future").format(day=found), hint)
    return found


def a_problem(text: str) -> Identity:
    """Read the number of a problem. Raises RefusedError if it is that of a measure, or none."""
    identity = Identity.parse(text)
    if not identity.is_problem:
        said = _("{id} is a measure; a problem is needed here").format(id=identity)
        raise RefusedError("not-a-problem", said, _("name its problem: {id}").format(id=identity.problem))
    return identity


def pairs(given: Sequence[str] | None) -> dict[str, str]:
    """Read `KEY=VALUE` as it is typed; a full-width ＝ too. Raises UsageError if there is no `=`, or nothing on one side of it."""
    found = {}
    for each in given or ():
        key, _equals, value = each.replace("＝", "=").partition("=")
        if is_blank(key) or is_blank(value):
            said = _("--field: “{text}” is not of the form KEY=VALUE").format(text=each)
            raise UsageError("bad-field", said, _("write it like {examples}").format(examples="risk=高"))
        found[key.strip()] = value.strip()
    return found


def filled(text: str, message: str, hint: str) -> str:
    """Return a text that says something. Raises UsageError if it is empty."""
    if is_blank(text):
        raise UsageError("empty-text", message, hint)
    return text


def span(text: str) -> int:
    """Read a number of days, `14` or `14d`. Raises UsageError if it is none."""
    match = _SPAN.fullmatch(text)
    if match is None:
        said = _("--due-within: “{text}” is not a number of days").format(text=text)
        raise UsageError("bad-span", said, _("write it like 14"))
    return int(match[1])
