"""Readers of a file's plain data. The data may be old or malformed, so these functions never raise an error."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_args

from xuncha.chinese.characters import without_invisible
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.model.vocabulary import Requirement
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import Data, parse

_REQUIREMENTS: Final[tuple[Requirement, ...]] = get_args(Requirement)


class Proof(NamedTuple):
    """A file that an entry names as evidence."""

    file: str
    sha256: str


def text_of(data: Mapping[str, Any] | None, key: str) -> str | None:
    """Return the text under a key; None if there is none."""
    value = data.get(key) if data else None
    return value if isinstance(value, str) else None


def heading_of(data: Mapping[str, Any] | None) -> str | None:
    """Return the title of a record, or the text of a comment, which has none."""
    return text_of(data, "title") or text_of(data, "text")


def mapping(data: Mapping[str, Any] | None, key: str) -> Data:
    """Return the mapping under a key; an empty one if there is none."""
    value = data.get(key) if data else None
    return value if isinstance(value, dict) else {}


def entries(data: Data | None, key: str) -> list[Data]:
    """Return the dated entries under a key; an empty list if there are none."""
    items = data.get(key) if data else None
    return [entry for entry in items if isinstance(entry, dict)] if isinstance(items, list) else []


def numbers(data: Data | None, key: str) -> dict[str, object]:
    """Return the numbers under a key, such as `outcomes`, by their own keys."""
    return {name: value for name, value in mapping(data, key).items() if isinstance(value, int | float)}


def statement(entry: Data) -> tuple[object, ...]:
    """Return what an entry says and may not change: everything but its evidence and whether it is published."""
    kept = {key: value for key, value in entry.items() if key not in {"publish", "evidence"}}
    return tuple(sorted((str(key), repr(value)) for key, value in kept.items()))


def proofs_of(entry: Data, renamed: Mapping[str, str] = MappingProxyType({})) -> set[object]:
    """Return the evidence of an entry; for a file, its (new) name and hash, because its other keys add nothing."""
    items = entry.get("evidence")
    proofs: set[object] = set()
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            file = str(item.get("file"))
            proofs.add(Proof(renamed.get(file, file), str(item.get("sha256"))))
        else:
            proofs.add(str(item))
    return proofs


def files_of(data: Data | None) -> set[Proof]:
    """Return all files that a measure names as evidence."""
    items = (item for entry in entries(data, "progress") for item in proofs_of(entry))
    return {item for item in items if isinstance(item, Proof)}


def required_by(settings: Data | None) -> tuple[Requirement, ...]:
    """Return what `data/ledger.yaml` requires before a measure may be closed: by default, progress."""
    names = mapping(settings, "policy").get("close_requires", ["progress"])
    return tuple(name for name in _REQUIREMENTS if isinstance(names, list) and name in names)


@lru_cache(maxsize=1 << 14)
def number_of(path: str) -> str | None:
    """Return the number of the problem or measure to which a record or a file of evidence belongs; None for any other file."""
    identity = Identity.from_path(path) or Identity.from_evidence(path)
    return str(identity) if identity else None


def is_record(path: str) -> bool:
    """Return whether a file is a record of the ledger, and not evidence."""
    return path.endswith(".yaml") and not path.startswith(f"{EVIDENCE}/")


def quoted(names: Iterable[str]) -> str:
    """Return keys as they are written in messages: each in backquotes."""
    return _(", ").join(f"`{name}`" for name in names)


@lru_cache(maxsize=1 << 16)
def folded(text: str) -> str:
    """Return a name or an address without differences that nobody sees: letter case, width, blanks, invisible characters."""
    plain = without_invisible(unicodedata.normalize("NFKC", text).casefold())
    visible = (letter for letter in plain if not letter.isspace() and letter != "\N{REPLACEMENT CHARACTER}")
    return "".join(letter for letter in visible if unicodedata.category(letter) != "Cf")


@lru_cache(maxsize=1 << 16)
def name_key(text: str) -> str:
    """Return a folded name without signs that are easily overlooked, such as stops and dots. A name of signs alone stays."""
    plain = folded(text)
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] not in "PS") or plain


def read_data(content: bytes | None) -> Data:
    """Return the data of a file; empty if the file is missing or cannot be read."""
    try:
        return parse(content or b"")
    except UnreadableError:
        return {}
