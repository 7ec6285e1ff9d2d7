"""What AutoCorrect knows of Chinese copy-editing: blanks beside punctuation, full-width letters and digits.

It comes with the part `office`; without it these two rules are silent. Its other rules are off: blanks between Chinese and
digits, which official documents do not have, and half-width marks, of which it leaves those beside quotation marks and digits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from unicodedata import normalize

from xuncha.language import gettext as _
from xuncha.proof.chapter import Chapter, Found, Text, write

RULES = Chapter()
_ON = ("halfwidth-word", "no-space-fullwidth", "no-space-fullwidth-quote")
_OFF = ("space-word", "space-punctuation", "space-bracket", "space-dash", "space-backticks", "space-dollar", "fullwidth", "halfwidth-punctuation", "spellcheck")  # fmt: skip
_MAY_CHANGE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]|[ \u3000]")
"""A full-width letter or digit, or a blank: without one, it has nothing to say."""


def installed() -> bool:
    """Return whether the package is there."""
    return find_spec("autocorrect_py") is not None


@cache
def _corrector() -> Callable[[str], str]:
    import autocorrect_py  # noqa: PLC0415  needs the part `office`; its stub lacks one function

    rules = {"rules": dict.fromkeys(_ON, 1) | dict.fromkeys(_OFF, 0)}
    autocorrect_py.load_config(json.dumps(rules))  # type: ignore[attr-defined]
    corrector: Callable[[str], str] = autocorrect_py.format
    return corrector


def _changes(words: str) -> Iterator[tuple[int, str]]:
    """Yield the places that AutoCorrect would change, and what it would write: blanks go, letters become narrow."""
    place = 0
    for character in _corrector()(words):
        while place < len(words) and words[place].isspace() and words[place] != character:
            yield place, ""
            place += 1
        if place == len(words):
            return
        if words[place] != character:
            if normalize("NFKC", words[place]) != character:
                return  # something else than these rules do: what follows cannot be compared
            yield place, character
        place += 1
    yield from ((rest, "") for rest in range(place, len(words)) if words[rest].isspace())


def _changed_lines(text: Text) -> Iterator[tuple[int, str, dict[int, str]]]:
    """Yield the lines that AutoCorrect would change, with their words and the changes by their places."""
    if installed():
        for line, words in enumerate(text.texts):
            if _MAY_CHANGE.search(words):
                yield line, words, dict(_changes(words))


@RULES.rule("blank", "warning",
    why="No blank stands beside full-width punctuation: it is as wide as one already.",
    example="细化为14个问题，{ →}逐项整改。",
)  # fmt: skip
def _blank(text: Text) -> Found:
    """Find blanks beside punctuation; the first of each line."""
    for line, words, changes in _changed_lines(text):
        place = next((place for place, right in changes.items() if not right), None)
        if place is not None:
            shown = words[max(0, place - 2) : place + 3]
            message = _("a blank beside punctuation: “{words}”").format(words=shown)
            yield (line, place), message, _("take it out")


@RULES.rule("full-width-letters", "warning",
    why="Letters and digits are half-width: full-width ones stand apart, and no search finds them.",
    example="细化为{１４→14}个问题。",
)  # fmt: skip
def _full_width_letters(text: Text) -> Found:
    """Find full-width letters and digits, all of a line together."""
    for line, words, changes in _changed_lines(text):
        if places := [place for place, right in changes.items() if right][:20]:
            wrong = "".join(words[place] for place in places)
            shown = _("full-width letters or digits: {words}").format(words=wrong)
            yield (line, places[0]), shown, write("".join(changes[place] for place in places))
