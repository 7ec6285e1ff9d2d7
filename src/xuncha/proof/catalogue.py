"""What the chapters need to declare a rule. Each has a catalogue; docs/proof.md is made from them, and tests try every example."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from xuncha.catalogue import Broken, Catalogue
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.errors import Severity
    from xuncha.proof.text import Text

Position = tuple[int, int]
"""Which of the text's lines, and which character of it; both from 0."""
Found = Broken[Position]


def write(right: str) -> str:
    """Return the hint that something else is to be written."""
    return _("write {right}").format(right=right)


class Chapter(Catalogue[Position]):
    """The rules of a chapter of the documentation."""

    def pattern(
        self,
        code: str,
        severity: Severity,
        pattern: str,
        message: Callable[[], str],
        *,
        why: str,
        wrong: str,
        right: str,
        instead: str = "",
        hint: Callable[[], str] = str,
        mark: str = "",
        before: int = 0,
        in_titles: bool = True,
        first: bool = False,
        secret: bool = False,
    ) -> None:
        """Enter a rule that is broken wherever a pattern matches.

        Args:
            code: of the rule.
            severity: of its findings.
            why: one sentence for whoever breaks it.
            wrong: lines of a notice that break it.
            right: the same lines, mended.
            pattern: if it has a group `words`, those are meant, and a match without the group is none.
            message: with `{words}` for the words that are meant, and perhaps `{mark}`.
            instead: what to write instead, as a template of `re.sub`.
            hint: what else to do, perhaps with `{mark}`.
            mark: the mark that the message and the hint name.
            before: how many characters before the words are shown with them.
            in_titles: whether titles in 书名号 are looked at.
            first: whether only the first match of a line is shown.
            secret: whether the words are not to be repeated in full.
        """
        compiled = re.compile(pattern)
        group = "words" if "words" in compiled.groupindex else 0

        def check(text: Text) -> Found:
            shown = -1
            for line, match in text.search(compiled, None if in_titles else text.untitled):
                start, end = match.span(group)
                if start < 0 or (first and line == shown):
                    continue
                shown = line
                words = text.texts[line][max(0, start - before) : end]
                if secret:
                    words = f"{words[:3]}…{words[-2:]}"
                todo = write(match.expand(instead)) if instead else hint().format(mark=mark)
                yield (line, start), message().format(words=words, mark=mark), todo

        self.declare(code, severity, why=why, wrong=wrong, right=right, check=check)
