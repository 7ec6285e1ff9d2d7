"""The desk: every rule over one text, and what comes of it in the order of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.errors import Finding, Place
from xuncha.proof import against, contact, counts, dates, documents, forms, library, marks, numbering, words
from xuncha.proof.catalogue import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xuncha.proof.catalogue import Remark, Rule
    from xuncha.proof.silence import Silenced
    from xuncha.proof.text import Text

CHAPTERS = (numbering, counts, against, dates, documents, marks, library, words, forms, contact)
"""The modules that hold the rules, in the order of the documentation."""
_LONG = 60
_BEFORE = 25


def proofread(text: Text, path: str, silenced: Sequence[Silenced] = ()) -> list[Finding[Place]]:
    """Everything that any rule finds in a text.

    Args:
        text: the notice.
        path: how the findings name it.
        silenced: what is not to be said.

    Returns:
        The findings in the order of the text.
    """
    found = []
    for each in RULES.values():
        for remark in each.check(text):
            finding = _finding(text, path, each, remark)
            whole_line = text.texts[remark.line]
            if not any(silence.covers(finding, whole_line) for silence in silenced):
                found.append(finding)
    return sorted(found, key=lambda finding: (finding.place.line, finding.place.column, finding.code))


def _finding(text: Text, path: str, broken: Rule, remark: Remark) -> Finding[Place]:
    """A remark with its place in the file and the line; of a long one, what stands around the place."""
    line, column = text.lines[remark.line].place(remark.start)
    words = text.texts[remark.line]
    start = max(0, remark.start - _BEFORE) if len(words) > _LONG else 0
    part = words[start : start + _LONG]
    excerpt = ("…" if start else "") + part + ("…" if len(words) > start + _LONG else "")
    caret = remark.start - start + (1 if start else 0)
    place = Place(path, line, column, excerpt, caret)
    return Finding(broken.code, remark.message, place, remark.hint, broken.severity)
