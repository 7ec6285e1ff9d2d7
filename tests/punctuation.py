"""Find half-width punctuation next to Chinese characters, for the tests of punctuation."""

from __future__ import annotations

import re

# Ideographs with their extensions, and the punctuation that Chinese text takes: a half-width mark beside either is a slip.
# The ideographic space is neither: it indents paragraphs.
_CHINESE = "\u2e80-\u2fff\u3001-\u303f\u3040-\u33ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff“”‘’…—"
_HALF_WIDTH = re.compile(rf"(?<=[{_CHINESE}])[,:;()?!]|[,:;()?!](?=[{_CHINESE}])")
_AROUND = 12


def half_width(text: str) -> list[str]:
    """Return every half-width comma, colon, semicolon, parenthesis, question or exclamation mark beside Chinese, with its context."""
    return [
        text[max(0, match.start() - _AROUND) : match.end() + _AROUND] for match in _HALF_WIDTH.finditer(text)
    ]


def torn_pairs(text: str) -> list[str]:
    """Return every pair of parentheses of which one is full-width and the other half-width, with the text between."""
    open_, torn = [], []
    for place, character in enumerate(text):
        if character in "(（":
            open_.append(place)
        elif character in ")）" and open_:
            start = open_.pop()
            if text[start] + character not in {"()", "（）"}:
                torn.append(text[start : place + 1])
    return torn
