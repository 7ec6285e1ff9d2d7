"""Read Markdown line by line, without its marks. No parser is used: people write `**` next to Chinese punctuation, and indent by four blanks."""

from __future__ import annotations

import re

from xuncha.pages.line import Line, line_of

_PREFIX = re.compile(r"^[\s\u3000]*(?:>\s?)*\s*(?:#{1,6}\s+|[-*+]\s+)?(?:>\s?)*")
"""What may precede the text of a line: marks of quotation, heading, bullet."""
_RULE = re.compile(r"[|:\- ]+|[* ]+|[_ ]+|=+|(?:```|~~~).*")
"""A line without text: a rule, the underline of a heading, the second line of a table, a fence."""
_CLOSING = re.compile(r"[ \t]#+$")
_MARK = re.compile(
    r"""\\(?P<escaped>[!-/:-@\[-`{-~])
    | <!--.*?(?:-->|$)
    | <(?P<tag>s|del|strike)>(?P<struck>[^<]*)</(?P=tag)> | ~~(?=\S)(?P<deleted>(?:[^~]|~(?!~))*)~~
    | </?[A-Za-z][^<>]*>
    | !\[[^\[\]]*\]\([^()\s]*\)
    | \[(?P<link>[^\[\]]*)\]\([^()\s]*\)
    | \*+ | (?<!\w)_{1,3}(?=\S) | (?<=\S)_{1,3}(?!\w) | ~~ | `+
    | \|
    | \\$""",
    re.VERBOSE,
)


def lines(text: str) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return the lines of a Markdown text that are not blank, without marks and without front matter; and what is struck out."""
    every = text.split("\n")
    begin = 0
    if every[0].strip() == "---":
        ends = (number for number, line in enumerate(every[1:100], 2) if line.strip() in {"---", "..."})
        begin = next(ends, 0)
    struck: list[Line | None] = []
    found: list[Line | None] = []

    def shown(match: re.Match[str]) -> str:
        struck.append(line_of(match["struck"] or match["deleted"] or "", number))
        return match["escaped"] or _MARK.sub(shown, match["link"] or "")

    for number, line in enumerate(every[begin:], begin + 1):
        if not _RULE.fullmatch(line.strip()):
            words = _CLOSING.sub("", _PREFIX.sub("", line.rstrip(), count=1))
            found.append(line_of(_MARK.sub(shown, words), number))
    return tuple(filter(None, found)), tuple(filter(None, struck))
