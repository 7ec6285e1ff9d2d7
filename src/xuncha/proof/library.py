"""What AutoCorrect knows of Chinese copy-editing: blanks beside punctuation, full-width letters and digits.

It comes with the part `office`; without it these two rules are silent. Its other rules are off: blanks between Chinese and
digits, which official documents do not have, and half-width marks, of which it leaves those beside quotation marks and digits.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING
from unicodedata import normalize

from xuncha.language import gettext as _
from xuncha.proof.catalogue import Remark, rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from xuncha.proof.text import Text

_RULES = ("halfwidth-word", "no-space-fullwidth", "no-space-fullwidth-quote")
_OFF = ("space-word", "space-punctuation", "space-bracket", "space-dash", "space-backticks", "space-dollar", "fullwidth", "halfwidth-punctuation", "spellcheck")  # fmt: skip
_MAY_CHANGE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]|[ \u3000]")
"""A full-width letter or digit, or a blank: without one, it has nothing to say."""


def installed() -> bool:
    """Whether the package is there."""
    return find_spec("autocorrect_py") is not None


@cache
def _corrector() -> Callable[[str], str]:
    """AutoCorrect with the rules that are wanted."""
    import autocorrect_py  # noqa: PLC0415  needs the part `office`; its stub lacks one function

    rules = {"rules": dict.fromkeys(_RULES, 1) | dict.fromkeys(_OFF, 0)}

    autocorrect_py.load_config(json.dumps(rules))  # type: ignore[attr-defined]
    corrector: Callable[[str], str] = autocorrect_py.format
    return corrector


def _changes(words: str) -> Iterator[tuple[int, str, str]]:
    """What AutoCorrect would change: the place, what stands there, and what it would be; blanks go, letters become narrow."""
    place = 0
    for character in _corrector()(words):
        while place < len(words) and words[place].isspace() and words[place] != character:
            yield place, words[place], ""
            place += 1
        if place == len(words):
            return
        if words[place] != character:
            if normalize("NFKC", words[place]) != character:
                return  # something else than these rules do: what follows cannot be compared
            yield place, words[place], character
        place += 1
    yield from ((rest, words[rest], "") for rest in range(place, len(words)) if words[rest].isspace())


@rule(
    "blank",
    "warning",
    why="No blank stands beside full-width punctuation: it is as wide as one already.",
    wrong="细化为14个问题， 逐项整改。",
    right="细化为14个问题，逐项整改。",
)
def blank(text: Text) -> Iterator[Remark]:
    """Blanks beside punctuation, all of a line in one remark."""
    for line, words in _candidates(text):
        if change := next((each for each in _changes(words) if not each[2]), None):
            shown = words[max(0, change[0] - 2) : change[0] + 3]
            message = _("a blank beside punctuation: “{words}”").format(words=shown)
            yield Remark(line, change[0], " ", message, _("take it out"))


@rule(
    "full-width-letters",
    "warning",
    why="Letters and digits are half-width: full-width ones stand apart, and no search finds them.",
    wrong="细化为１４个问题。",
    right="细化为14个问题。",
)
def full_width_letters(text: Text) -> Iterator[Remark]:
    """Full-width letters and digits, all of a line in one remark."""
    for line, words in _candidates(text):
        if changes := [each for each in _changes(words) if each[2]]:
            start = changes[0][0]
            shown = "".join(old for _place, old, _new in changes)[:20]
            right = "".join(new for _place, _old, new in changes)[:20]
            message = _("full-width letters or digits: {words}").format(words=shown)
            yield Remark(line, start, words[start], message, _("write {right}").format(right=right))


def _candidates(text: Text) -> Iterator[tuple[int, str]]:
    if installed():
        for line, words in enumerate(text.texts):
            if _MAY_CHANGE.search(words):
                yield line, words
