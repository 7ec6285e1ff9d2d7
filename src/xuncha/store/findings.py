"""What is wrong with a file, as findings: each at its place, with the line as it stands there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xuncha.errors import Finding, Place, cause_of
from xuncha.language import gettext as _
from xuncha.store.faults import Fault, UnreadableError
from xuncha.store.reading import decode

if TYPE_CHECKING:
    from xuncha.rules.catalogue import Location

_MOST = 100
"""Of one file; whoever has more to mend will run it again."""


def placed(path: str, content: bytes, broken: list[Finding[Location]]) -> list[Finding[Place]]:
    """Place what is broken in a file that could be read."""
    from xuncha.store.positions import place_of, tree  # noqa: PLC0415  only where something is wrong

    text = decode(content)
    try:
        root = tree(text)
    except UnreadableError as error:  # what the fast reader let pass, the careful one may refuse
        return [of_fault(path, content, error.fault)]
    findings = []
    for item in broken[:_MOST]:
        line, column = place_of(root, item.place)
        place = Place(path, line, column, excerpt(text, line, column))
        findings.append(Finding(item.code, item.message, place, item.hint, item.severity))
    return findings


def of_fault(path: str, content: bytes, fault: Fault) -> Finding[Place]:
    """Tell why a file could not be read."""
    text = content.decode("utf-8-sig", "replace")
    place = Place(path, fault.line, fault.column, excerpt(text, fault.line, fault.column))
    return Finding(fault.code, fault.message, place, fault.hint)


def excerpt(text: str, number: int, column: int) -> str:
    """Quote the offending line; of a long one, what stands around the column."""
    lines = re.split(r"\r\n|\n|\r", text)
    line = lines[number - 1] if number <= len(lines) else ""
    start = max(0, column - 60) if len(line) > 100 else 0  # noqa: PLR2004
    return ("…" if start else "") + line[start : start + 100] + ("…" if len(line) > start + 100 else "")


def about(path: str, code: str, message: str, hint: str) -> Finding[Place]:
    """Tell what is wrong with a file or a folder as a whole."""
    return Finding(code, message, Place(path), hint)


def link(path: str) -> Finding[Place]:
    """Tell of a link where a file or a folder should be."""
    return about(
        path, "symbolic-link", _("{path} is a link").format(path=path), _("put the file itself here")
    )


def unreadable(path: str, error: OSError) -> Finding[Place]:
    """Tell of a file or a folder that the system does not let us read."""
    return about(
        path, "unreadable", _("{path} cannot be read: {reason}").format(path=path, reason=cause_of(error)), ""
    )
