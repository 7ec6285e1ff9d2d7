"""Why a file of a ledger cannot be read, or is not where or what it should be; each with its place."""

from __future__ import annotations

import re
from collections.abc import Collection

from xuncha.errors import Finding, Place, cause_of
from xuncha.language import gettext as _
from xuncha.model.names import KEY_NAMES, key_meant

DEEPEST = 20  # levels of nesting; the deepest record has five
MOST = 10_000  # values in one file; a record of years has some hundreds
LINE_END = re.compile(r"\r\n|\n|\r")
_SLIP = re.compile(
    r"^\s*(?:-\s+)?(?P<key>[A-Za-z_]+|[\u4e00-\u9fff]{2,8})(?:(?P<wide>\s*：)|:(?=[^\s/:]))", re.MULTILINE
)
"""Slips of a Chinese keyboard that make a file no YAML: a full-width colon behind a key, no blank behind a colon."""


class UnreadableError(Exception):
    """A file cannot be read as a record. Its finding lacks the path and the excerpt, which `of_file` adds."""

    def __init__(self, code: str, line: int, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.finding = Finding(code, message, Place("", line, column), hint)

    def of_file(self, path: str, content: bytes) -> Finding[Place]:
        """Tell which file cannot be read, and why."""
        _path, line, column, *_rest = self.finding.place
        shown = excerpt(content.decode("utf-8-sig", "replace"), line, column)
        return self.finding._replace(place=Place(path, line, column, shown))


def invisible(text: str, index: int) -> UnreadableError:
    """Refuse a character that cannot be seen, at its place."""
    before = LINE_END.split(text[:index])
    message = _("there is an invisible character (U+{code:04X}) here").format(code=ord(text[index]))
    return UnreadableError("control-character", len(before), len(before[-1]) + 1, message, _("take it out"))


def keyboard_slip(text: str, keys: Collection[str]) -> UnreadableError | None:
    """Find the first such slip in a text that is no YAML; a Chinese name of one of `keys` is answered with the key itself."""
    match = _SLIP.search(text)
    if match is None:
        return None
    said = _("a space is missing after the colon of `{key}`")
    if match["wide"]:
        said = _("`{key}` is followed by a full-width colon")
    line = text.count("\n", 0, match.end("key")) + 1
    column = match.end("key") - text.rfind("\n", 0, match.end("key"))
    meant = key_meant(match["key"], keys) or key_meant(match["key"], KEY_NAMES) or match["key"]
    hint = _("write `{key}: …`, with a half-width colon and a space after it").format(key=meant)
    return UnreadableError("keyboard-slip", line, column, said.format(key=match["key"]), hint)


def excerpt(text: str, number: int, column: int) -> str:
    """Quote the offending line; of a long one, what stands around the column."""
    lines = LINE_END.split(text)
    line = lines[number - 1] if number <= len(lines) else ""
    start = max(0, column - 60) if len(line) > 100 else 0  # noqa: PLR2004
    return ("…" if start else "") + line[start : start + 100] + ("…" if len(line) > start + 100 else "")


def about(path: str, code: str, message: str, hint: str = "", **values: object) -> Finding[Place]:
    """Tell what is wrong with a file or a folder as a whole; the path and the values fill the two sentences."""
    return Finding(code, message.format(path=path, **values), Place(path), hint.format(path=path, **values))


def link(path: str) -> Finding[Place]:
    """Tell of a link where a file or a folder should be."""
    return about(path, "symbolic-link", _("{path} is a link"), _("put the file itself here"))


def unreadable(path: str, error: OSError) -> Finding[Place]:
    """Tell of a file or a folder that the system does not let us read."""
    return about(path, "unreadable", _("{path} cannot be read: {reason}"), reason=cause_of(error))
