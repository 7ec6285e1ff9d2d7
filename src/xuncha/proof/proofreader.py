"""Read, check and proofread: apply every rule to a notice, and leave out what is silenced."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xuncha.errors import Finding, Place
from xuncha.pages import lines
from xuncha.pages.kind import decode, read_bytes

from xuncha.proof import contact, counts, dates, documents, marks, numbering, sums, words  # fmt: skip  # isort: skip
from xuncha.proof.chapter import Text
from xuncha.reading.lines import is_noise

CHAPTERS = (numbering, counts, sums, dates, documents, marks, words, contact)
"""The modules that hold the rules, in the order of the documentation."""
RULES = {code: rule for chapter in CHAPTERS for code, rule in chapter.RULES.items()}
_EXCERPT_LENGTH = 60
_EXCERPT_BEFORE = 25


class Silenced(NamedTuple):
    """A silenced rule: everywhere, in one line of the file, or in lines with these words."""

    code: str
    line: int | None = None
    words: str | None = None

    @classmethod
    def from_option(cls, option: str) -> Silenced | None:
        """Read `--ignore heading-form` or `--ignore heading-form:20`; return None if there is no such rule or line."""
        code, colon, line = option.partition(":")
        if code not in RULES or (colon and not re.fullmatch("[1-9][0-9]{0,8}", line)):
            return None
        return cls(code, line=int(line) if colon else None)

    def covers(self, finding: Finding[Place], whole_line: str) -> bool:
        """Return whether a finding is silenced."""
        matches = self.line in {None, finding.place.line} and (self.words or "") in whole_line
        return matches and self.code == finding.code


def read(path: Path) -> tuple[Text, list[Silenced]]:
    """Read a notice, and the rules that comments such as `<!-- proof: heading-form -->` silence in their lines of Markdown or a web page.

    What a web page adds to the notice is left out, such as when it was published and how often it was read. Raises
    RefusedError if it cannot be read as a document; SurroundingsError if it is a Word document, and the part for
    them is not installed.
    """
    pages = lines(path)
    commented = decode(read_bytes(path), str(path)) if pages.kind in {"md", "html"} else ""
    shown = tuple(line for line in pages.lines if not is_noise(line.text))
    return Text(shown, pages.kind, unread=pages.unread), [
        Silenced(code, line=number)
        for number, line in enumerate(commented.split("\n"), 1)
        for codes in re.findall(r"<!--\s*proof:\s*([a-z][a-z0-9 ,-]*?)\s*-->", line)
        for code in re.findall(r"[a-z][a-z0-9-]*", codes)
    ]


def proofread(text: Text, path: str, silenced: Sequence[Silenced] = ()) -> list[Finding[Place]]:
    """Apply every rule to a text except those silenced; `path` is its name in the findings. Return them in the order of the text."""
    findings = []
    violations = (broken for rule in RULES.values() for broken in rule(text))
    for code, message, (line, start), hint, severity in violations:
        finding = Finding(code, message, _place(text, path, line, start), hint, severity)
        if not any(silence.covers(finding, text.texts[line]) for silence in silenced):
            findings.append(finding)
    return sorted(findings, key=lambda finding: (finding.place.line, finding.place.column, finding.code))


def _place(text: Text, path: str, line: int, start: int) -> Place:
    """Return the place in the file, with the line; for a long line, with the words around the place."""
    words = text.texts[line]
    begin = max(0, start - _EXCERPT_BEFORE) if len(words) > _EXCERPT_LENGTH else 0
    ellipsis, end = "…" if begin else "", "…" if len(words) > begin + _EXCERPT_LENGTH else ""
    excerpt = f"{ellipsis}{words[begin : begin + _EXCERPT_LENGTH]}{end}"
    return Place(path, *text.lines[line].place(start), excerpt, len(ellipsis) + start - begin)
