"""What AutoCorrect checks in Chinese text: spaces next to punctuation, full-width letters and digits.

It comes with the part `office`; without it these two rules are silent. Why its other rules are off: docs/adr/0015.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.util import find_spec

from xuncha.language import gettext as _
from xuncha.proof.chapter import Chapter, Mistakes, Text, write_hint

RULES = Chapter()
_UNUSED_RULES = ("space-word", "space-punctuation", "space-bracket", "space-dash", "space-backticks", "space-dollar", "fullwidth", "halfwidth-punctuation", "spellcheck")  # fmt: skip
_SPACE_RULES = ("no-space-fullwidth", "no-space-fullwidth-quote")
_LETTER_RULES = ("halfwidth-word",)  # also changes ideographic spaces, which separate words in headings
_MAY_CHANGE = re.compile(r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]|[ \u3000]")
"""A full-width letter or digit, or a blank: a line without any needs no check."""


def is_installed() -> bool:
    """Return whether the package of AutoCorrect is installed."""
    return find_spec("autocorrect_py") is not None


def _corrections(text: Text, rules: tuple[str, ...]) -> Iterator[tuple[int, str, list[tuple[int, str]]]]:
    """Yield the lines that AutoCorrect would change by some of its rules: the line, its text, and each changed place with the new character."""
    if not is_installed():
        return
    import autocorrect_py  # noqa: PLC0415  needs the part `office`; its stub lacks one function

    all_rules = (*_UNUSED_RULES, *_SPACE_RULES, *_LETTER_RULES)
    autocorrect_py.load_config(json.dumps({"rules": {rule: int(rule in rules) for rule in all_rules}}))  # type: ignore[attr-defined]
    for line, words in enumerate(text.texts):
        if _MAY_CHANGE.search(words) and (corrected := autocorrect_py.format(words)) != words:
            pairs = enumerate(zip(words, f"{corrected}\0", strict=False))
            yield line, words, [(place, correct) for place, (wrong, correct) in pairs if wrong != correct]


@RULES.rule("blank", "warning",
    why="Full-width punctuation has no space beside it: it is already as wide as a character.",
    example="细化为14个问题，{ →}逐项整改。",
)  # fmt: skip
def _blank(text: Text) -> Mistakes:
    """Find blanks beside punctuation; report the first of each line."""
    for line, words, changes in _corrections(text, _SPACE_RULES):
        place = changes[0][0]
        message = _("a space next to punctuation: “{words}”")
        yield (line, place), message.format(words=words[max(0, place - 2) : place + 3]), _("take it out")


@RULES.rule("full-width-letters", "warning",
    why="Letters and digits are half-width: full-width ones are spaced too widely, and no search finds them.",
    example="细化为{１４→14}个问题。",
)  # fmt: skip
def _full_width_letters(text: Text) -> Mistakes:
    """Find full-width letters and digits; report those of a line together."""
    for line, words, changes in _corrections(text, _LETTER_RULES):
        if letters := [(place, right) for place, right in changes if not right.isspace()][:20]:
            wrong = "".join(words[place] for place, _right in letters)
            shown = _("full-width letters or digits: {words}").format(words=wrong)
            yield (line, letters[0][0]), shown, write_hint("".join(right for _place, right in letters))
