"""Findings, with their places, about files of a ledger that cannot be read, or are in the wrong place or of the wrong kind."""

from __future__ import annotations

import re
from collections.abc import Collection

from xuncha.errors import Finding, Place, cause_of
from xuncha.language import gettext as _
from xuncha.model.names import find_key
from xuncha.model.source import Kind

MAX_DEPTH = 20  # levels of nesting; the deepest record has five
MAX_VALUES = 10_000  # values in one file; a record kept for years has some hundreds
LINE_END = re.compile(r"\r\n|\n|\r")
_SLIP = re.compile(
    r"^[^\S\n]*(?:-[^\S\n]+)?(?P<key>[A-Za-z_]+|[\u4e00-\u9fff]{2,8})(?:[^\S\n]*：|:(?=[^\s/:]))",
    re.MULTILINE,
)
"""Typing mistakes with a Chinese keyboard that break YAML: a full-width colon after a key, or no blank after a colon."""


class UnreadableError(Exception):
    """A file cannot be read as a record. Its finding has no path and no excerpt; `of_file` adds them."""

    def __init__(self, code: str, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.finding = Finding(code, message, Place("", line, column), hint)

    def of_file(self, path: str, content: bytes) -> Finding[Place]:
        """Return the finding with the path of the file and an excerpt of its text."""
        _path, line, column, *_rest = self.finding.place
        shown = excerpt(content.decode("utf-8-sig", "replace"), line, column)
        return self.finding._replace(place=Place(path, line, column, shown))


def not_yaml(line: int = 1, column: int = 1) -> UnreadableError:
    """Return the error for a text that is no YAML."""
    hint = _("indent with spaces, and put text with special characters into double quotes")
    return UnreadableError("yaml-syntax", line, column, _("this is not YAML"), hint)


def keyboard_slip(text: str, keys: Collection[str]) -> UnreadableError | None:
    """Return the error for the first keyboard slip in a text that is no YAML; the hint names the key that a Chinese name means."""
    match = _SLIP.search(text)
    if match is None:
        return None
    before = LINE_END.split(text[: match.end("key")])
    meant = find_key(match["key"], keys) or match["key"]
    message = _("the colon after `{key}` is full-width, or has no space after it", key=match["key"])
    hint = _("write `{key}: …`, with a half-width colon and a space after it", key=meant)
    return UnreadableError("keyboard-slip", len(before), len(before[-1]) + 1, message, hint)


def excerpt(text: str, number: int, column: int) -> str:
    """Return a line of the text (numbers from 1); of a long one, the part around the column."""
    lines = LINE_END.split(text)
    line = lines[number - 1] if number <= len(lines) else ""
    start = max(0, column - 60) if len(line) > 100 else 0  # noqa: PLR2004
    return ("…" if start else "") + line[start : start + 100] + ("…" if len(line) > start + 100 else "")


def finding_on(path: str, code: str, message: str, hint: str = "", **values: object) -> Finding[Place]:
    """Return a finding about a whole file or folder; the path and the values fill the message and the hint."""
    return Finding(code, message.format(path=path, **values), Place(path), hint.format(path=path, **values))


def link(path: str) -> Finding[Place]:
    """Return the finding for a link in the place of a file or a folder."""
    return finding_on(path, "symbolic-link", _("{path} is a link"), _("put the file itself here"))


def wrong_kind(path: str, kind: Kind) -> Finding[Place]:
    """Return the finding for a link, a folder, a file or a pipe in the place of something else."""
    if kind == "link":
        return link(path)
    return finding_on(path, "misnamed", _("{path} is not the ordinary file or folder that belongs here"))


def unreadable(path: str, error: OSError) -> Finding[Place]:
    """Return the finding for a file or a folder that the system refuses to read."""
    return finding_on(path, "unreadable", _("{path} cannot be read: {reason}"), reason=cause_of(error))
