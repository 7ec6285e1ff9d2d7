"""What is not to be said again: in the text itself, in `ledger.yaml`, on the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xuncha.proof.catalogue import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xuncha.errors import Finding, Place

_COMMENT = re.compile(r"<!--\s*proof:\s*(?P<codes>[a-z][a-z0-9 ,-]*?)\s*-->")


class Silenced(NamedTuple):
    """A rule that is silent: everywhere, in one line of the file, or in lines with these words."""

    code: str
    line: int | None = None
    words: str | None = None

    def covers(self, finding: Finding[Place], whole_line: str) -> bool:
        """Whether a finding is one that is not to be said."""
        return (
            self.code == finding.code
            and self.line in {None, finding.place.line}
            and (self.words is None or self.words in whole_line)
        )


def in_text(content: str) -> Iterator[Silenced]:
    """What comments in Markdown or a web page silence: `<!-- proof: heading-form -->` in the line that is meant."""
    for number, line in enumerate(content.split("\n"), 1):
        for match in _COMMENT.finditer(line):
            for code in re.findall(r"[a-z][a-z0-9-]*", match["codes"]):
                yield Silenced(code, line=number)


def on_command_line(words: str) -> Silenced | None:
    """What `--ignore heading-form` or `--ignore heading-form:20` silences; None where there is no such rule or line."""
    code, colon, line = words.partition(":")
    if code not in RULES or (colon and not re.fullmatch("[1-9][0-9]{0,8}", line)):
        return None
    return Silenced(code, line=int(line) if colon else None)


def unknown(silenced: Iterable[Silenced]) -> list[str]:
    """The codes that are silenced and that no rule has."""
    return sorted({each.code for each in silenced} - set(RULES))
