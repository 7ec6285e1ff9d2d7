"""What the readers of all kinds of files share: a folder listed, its numbers looked at, one file read as a record, findings placed."""

from __future__ import annotations

from collections.abc import Iterable
from errno import ELOOP
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from xuncha.errors import Finding, Place
from xuncha.language import gettext as _
from xuncha.model.source import Entry, Source
from xuncha.store.faults import UnreadableError, about, excerpt, keyboard_slip, link, unreadable
from xuncha.store.reading import decode, parse
from xuncha.store.shape import Shaped, shape

if TYPE_CHECKING:
    from xuncha.rules.catalogue import Location

_MOST = 100  # findings of one file; whoever has more to mend will run it again
_Record = TypeVar("_Record", bound=BaseModel)


def data_folder(source: Source) -> tuple[list[Entry], list[Finding[Place]]]:
    """List the folder `data`; give nothing and the finding where it is a link or cannot be listed."""
    if ("data", "link") in listed(source, "")[0]:
        return [], [link("data")]
    return listed(source, "data")


def listed(source: Source, folder: str) -> tuple[list[Entry], list[Finding[Place]]]:
    """List a folder; give nothing and the finding where the system does not let it be listed."""
    try:
        return source.entries(folder), []
    except OSError as error:
        return [], [unreadable(folder, error)]


def gaps(paths: dict[int, str], message: str, problem: str = "", *, hint: str = "") -> list[Finding[Place]]:
    """Find where numbers are passed over, in files or folders by their numbers, in order; the hint is that for problems and measures."""
    hint = hint or _(
        "bring {missing} back, or renumber this one to {missing}; what was entered by mistake goes by `xuncha remove {missing} --reason …`, which closes the gap"
    )
    return [
        about(paths[number], "number-gap", message, hint, n=missing, missing=missing)
        for before, number in pairwise([0, *paths])
        if number != before + 1 and (missing := f"{problem}{before + 1}")
    ]


def read_record(
    source: Source, path: str, kind: type[_Record], entries: Iterable[Entry] = ()
) -> Shaped[_Record | None, Place]:
    """Read one file as a record, and tell why that cannot be done, or not with every key."""
    name = path.rpartition("/")[2]
    for entry in entries:
        if entry.name == name and entry.kind != "file":
            misnamed = about(path, "misnamed", _("{path} is not a file"))
            return Shaped(None, [link(path) if entry.kind == "link" else misnamed])
    try:
        content = source.read(path)
        record, broken, unsound = shape(kind, parse(content))
    except FileNotFoundError:
        return Shaped(None, [about(path, "file-missing", _("{path} is missing"))])
    except OSError as error:
        return Shaped(None, [link(path) if error.errno == ELOOP else unreadable(path, error)])
    except UnreadableError as error:
        if error.finding.code in {"yaml-syntax", "not-a-mapping"}:
            error = keyboard_slip(content.decode("utf-8-sig", "replace"), kind.model_fields) or error
        return Shaped(None, [error.of_file(path, content)])
    return Shaped(record, placed(path, content, broken) if broken else [], unsound)


def by_place(finding: Finding[Place]) -> tuple[int, int]:
    """Return the key that sorts the findings of one file."""
    return finding.place.line, finding.place.column


def placed_if_any(source: Source, path: str, broken: Iterable[Finding[Location]]) -> list[Finding[Place]]:
    """Place the rules that a file breaks; or tell that evidence which it names cannot be read."""
    try:
        found = list(broken)
    except OSError as error:
        return [unreadable(str(error.filename), error)]
    return placed(path, source.read(path), found) if found else []


def placed(path: str, content: bytes, broken: list[Finding[Location]]) -> list[Finding[Place]]:
    """Place what is broken in a file that could be read."""
    from xuncha.store.positions import place_of, tree  # noqa: PLC0415  only where something is wrong

    try:
        text = decode(content)
        root = tree(text)
    except UnreadableError as error:  # what the fast reader let pass, the careful one may refuse
        return [error.of_file(path, content)]
    findings = []
    for item in broken[:_MOST]:
        line, column = place_of(root, item.place)
        place = Place(path, line, column, excerpt(text, line, column))
        findings.append(Finding(item.code, item.message, place, item.hint, item.severity))
    return findings
