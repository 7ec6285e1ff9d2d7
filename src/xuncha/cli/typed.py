"""What Chinese offices write, understood wherever it is typed: days, and the words of closed lists (the words are in `model.names`)."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Final

from xuncha.chinese import days
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.model.names import Words
from xuncha.rules.names import suggestion

_FIRST_YEAR: Final = 1949
"""A day of an earlier year is a slip."""


def word(text: str, option: str, words: Words) -> str:
    """Return the word of a closed list that was typed, in English or in Chinese, as the files write it.

    Raises:
        UsageError: it is none of them.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for each, names in words.items():
        if plain in {each, *names}:
            return each
    said = _("{option} cannot be “{word}”").format(option=option, word=text)
    raise UsageError(
        "unknown-word", said, suggestion(text, [*words, *(names[0] for names in words.values())])
    )


def day(text: str, option: str, today: date, *, past: bool = False) -> date:
    """Read a day of an option, or of a variable that stands for one.

    Args:
        text: as it was typed.
        option: its name, for the error.
        today: the day from which a day without a year is counted.
        past: only a day up to today can be meant.

    Raises:
        UsageError: it is no day of the calendar, not one alone, or none that an office of today can mean.
    """
    if found := days.typed(text, today, past=past):
        if found.year < _FIRST_YEAR:
            said = _("{option}: {day} is before {year}").format(option=option, day=found, year=_FIRST_YEAR)
            raise UsageError("bad-date", said, _("see whether the year is right"))
        return found
    raise UsageError(
        "bad-date",
        _("{option}: “{text}” is not a day of the calendar").format(option=option, text=text),
        _("write it like {examples}").format(examples=_(", ").join(("2024-04-18", "2024年4月18日"))),
    )
