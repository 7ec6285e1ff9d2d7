"""What the plain data of a file says. It is of any age and may hold anything: whoever looks into it here never fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple, get_args

from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.model.vocabulary import Requirement
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import parse

Data = dict[str, Any]
_REQUIREMENTS: Final[tuple[Requirement, ...]] = get_args(Requirement)


class Proof(NamedTuple):
    """A file that an entry names as evidence."""

    file: str
    sha256: str


def word(data: Mapping[str, Any] | None, key: str) -> str | None:
    """Return the text under a key; None where there is none."""
    value = data.get(key) if data else None
    return value if isinstance(value, str) else None


def mapping(data: Mapping[str, Any] | None, key: str) -> Data:
    """Return the mapping under a key; an empty one where there is none."""
    value = data.get(key) if data else None
    return value if isinstance(value, dict) else {}


def entries(data: Data | None, key: str) -> list[Data]:
    """Return the dated entries under a key."""
    found = data.get(key) if data else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def statement(entry: Data) -> tuple[object, ...]:
    """Return what an entry says and cannot take back: all but its evidence, and whether it is published."""
    kept = {key: value for key, value in entry.items() if key not in {"publish", "evidence"}}
    return tuple(sorted((str(key), repr(value)) for key, value in kept.items()))


def proofs_of(entry: Data) -> set[object]:
    """Return the evidence of an entry; of a file, its name and hash, since other keys tell nothing new of it."""
    listed = entry.get("evidence")
    return {
        Proof(str(item.get("file")), str(item.get("sha256"))) if isinstance(item, dict) else str(item)
        for item in (listed if isinstance(listed, list) else [])
    }


def files_of(data: Data | None) -> set[Proof]:
    """Return all files that a measure names as evidence."""
    named = (item for entry in entries(data, "progress") for item in proofs_of(entry))
    return {item for item in named if isinstance(item, Proof)}


def requires(settings: Data | None) -> tuple[Requirement, ...]:
    """Return what `data/ledger.yaml` asks before a measure may be closed."""
    asked = mapping(settings, "policy").get("close_requires", ["progress"])
    return tuple(each for each in _REQUIREMENTS if isinstance(asked, list) and each in asked)


@lru_cache(maxsize=1 << 14)
def number_of(path: str) -> str | None:
    """Return the number that a file of a problem, a measure or evidence belongs to; None where it belongs to none."""
    identity = Identity.of_file(path) or Identity.of_evidence(path)
    return str(identity) if identity else None


def is_record(path: str) -> bool:
    """Return whether a file says something of the ledger, rather than proving it."""
    return path.endswith(".yaml") and not path.startswith(f"{EVIDENCE}/")


def in_code(names: Iterable[str]) -> str:
    """Return keys as a message names them: each in backquotes."""
    return _(", ").join(f"`{name}`" for name in names)


def read(content: bytes | None) -> Data:
    """Return what a file says; nothing where it is not there, or cannot be read."""
    try:
        return parse(content or b"")
    except UnreadableError:
        return {}
