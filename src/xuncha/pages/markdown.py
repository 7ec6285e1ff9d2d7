"""Read Markdown line by line, without its marks. No parser is used: people write `**` next to Chinese punctuation, and indent by four blanks."""

from __future__ import annotations

import re
from itertools import pairwise

from xuncha.pages.line import Line, line_of

_PREFIX = re.compile(r"[\s\u3000]*(?:>\s?)*\s*(?:#{1,6}\s+|[-*+]\s+)?(?:>\s?)*")
"""What may precede the text of a line: marks of quotation, heading, bullet."""
_RULE = re.compile(r"[|:\- ]+|[* ]+|[_ ]+|=+|(?:```|~~~).*")
"""A line without text: a rule, the underline of a heading, the second line of a table, a fence."""
_CLOSING = re.compile(r"[ \t]#+$")
_MARK = re.compile(
    r"""(?P<escape>\\(?=[!-/:-@\[-`{-~]))
    | <!--.*?(?:-->|$)
    | <(?P<struck>s|del|strike)>[^<]*</(?P=struck)> | ~~(?=\S)(?:[^~]|~(?!~))*~~
    | </?[A-Za-z][^<>]*>
    | !\[[^\[\]]*\]\([^()\s]*\)
    | (?P<link>\[(?=[^\[\]]*\]\([^()\s]*\)))
    | (?P<target>(?<=[^\\])\]\([^()\s]*\))
    | \*+ | (?<!\w)_{1,3}(?=\S) | (?<=\S)_{1,3}(?!\w) | ~~ | `+
    | (?<!\\)\|
    | \\$""",
    re.VERBOSE,
)


def lines(text: str, struck: list[Line] | None = None) -> tuple[Line, ...]:
    """Return the lines of a Markdown text that are not blank, without marks and without front matter. Add what is struck out to `struck`."""
    every = text.split("\n")
    begin = 0
    if every[0].strip() == "---":
        ends = (number for number, line in enumerate(every[1:100], 2) if line.strip() in {"---", "..."})
        begin = next(ends, 0)
    shown = [pair for pair in enumerate(every[begin:], begin + 1) if not _RULE.fullmatch(pair[1].strip())]
    gone = [] if struck is None else struck
    return tuple(filter(None, (_line(line, number, gone) for number, line in shown)))


def _line(line: str, number: int, struck: list[Line]) -> Line | None:
    line = _CLOSING.sub("", line.rstrip())
    before = _PREFIX.match(line)
    place = before.end() if before else 0
    cuts = [(place, place)]
    while match := _MARK.search(line, place):
        cuts.append(match.span())
        if match["struck"] or match[0].startswith("~~"):
            text = re.sub("<[^<>]*>|~~", "", match[0])
            struck += filter(None, [line_of([(text, number, match.start() + 1)])])
        # An escaped character is text, whatever it is.
        place = match.end() + 1 if match["escape"] else max(match.end(), place + 1)
    cuts.append((len(line), len(line)))
    pieces = [(line[end:start], number, end + 1) for (_begin, end), (start, _end) in pairwise(cuts)]
    return line_of(pieces)
