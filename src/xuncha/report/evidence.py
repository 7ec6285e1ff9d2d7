"""The evidence of a measure as papers list it: each piece once, by its number, and whether its file is what the ledger says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date as Date  # noqa: N812  a field is named `date`
from errno import ELOOP
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.model.records import EvidenceFile, Measure, Progress
from xuncha.model.source import LARGEST_POINTER, pointed_at
from xuncha.store.files import WorkingTree
from xuncha.trail.replay import touching
from xuncha.trail.repository import git_dir
from xuncha.workflow.evidence import held

_BLOCK: Final = 1024 * 1024


class Piece(NamedTuple):
    """A piece of evidence: a document number or other words, or a file in the ledger."""

    number: int  # from 1, in the order of the entries
    name: str  # as the office calls it
    date: Date | None  # of the first entry that names it
    file: str | None = None  # its name in the ledger; None where it is words alone
    sha256: str | None = None
    size: int | None = None
    by: str | None = None  # who brought the file, and on which day, as far as history knows
    on: Date | None = None
    fault: str = ""  # why its file cannot be given, as a key of `why`; empty where it can
    apart: str = ""  # why it is not bound in, likewise
    pages: int | None = None  # those that it takes in the bound document, with the sheet before it

    @property
    def packed(self) -> str:
        """Its name in a zip, by which it is found in the list."""
        return f"{self.number:02d}-{held(self.name)}"


class Entry(NamedTuple):
    """A progress entry, with the numbers of its evidence."""

    date: Date | None
    text: str
    publish: bool
    evidence: tuple[int, ...]


def pieces_and_entries(measure: Measure) -> tuple[tuple[Piece, ...], tuple[Entry, ...]]:
    """Assign numbers to a measure's evidence, and return which entry names which; what several entries name is one piece."""
    numbers: dict[str, int] = {}
    pieces: list[Piece] = []
    for entry in measure.progress:
        for item in entry.evidence:
            if (key := _key(item)) in numbers:
                continue
            numbers[key] = number = len(pieces) + 1
            if isinstance(item, EvidenceFile):
                name = item.name or item.file
                pieces.append(Piece(number, name, entry.date, item.file, item.sha256, item.size))
            else:
                pieces.append(Piece(number, item, entry.date))
    entries = (_entry(each, numbers) for each in measure.progress)
    return tuple(pieces), tuple(entries)


def _key(item: str | EvidenceFile) -> str:
    return f"/{item.file}" if isinstance(item, EvidenceFile) else item


def _entry(entry: Progress, numbers: dict[str, int]) -> Entry:
    named = dict.fromkeys(numbers[_key(item)] for item in entry.evidence)
    return Entry(entry.date, entry.text, entry.publish, tuple(named))


def brought(root: Path, identity: Identity, measure: Measure) -> dict[str, tuple[str, str]]:
    """Return who brought each evidence file of a measure and on which day, by the names of the files."""
    is_held = any(isinstance(item, EvidenceFile) for entry in measure.progress for item in entry.evidence)
    found: dict[str, tuple[str, str]] = {}
    for commit in touching(root, f"{EVIDENCE}/{identity}") if is_held and git_dir(root) else ():
        for file in commit.touched:
            found.setdefault(file.path.rpartition("/")[2], (commit.author, commit.day))
    return found


def taken(root: Path, identity: Identity, piece: Piece, folder: Path | None = None) -> Piece:
    """Read the file of a piece, and say what is wrong with it; copy it, if it is sound, into a folder under its name in a zip.

    A link is not followed; what is not the file that was attached is not copied.
    """
    if piece.file is None:
        return piece
    path = f"{EVIDENCE}/{identity}/{piece.file}"
    known, size, first = hashlib.sha256(), 0, b""
    target = folder and folder / piece.packed
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(WorkingTree(root).stream(path))
            copy = stack.enter_context(target.open("wb")) if target else None
            for block in iter(partial(stream.read, _BLOCK), b""):
                first = first or block
                known.update(block)
                size += len(block)
                if copy:
                    copy.write(block)
    except FileNotFoundError:
        return piece._replace(fault="missing")
    except OSError as error:
        return piece._replace(fault="link" if error.errno == ELOOP else "unreadable")
    if known.hexdigest() == piece.sha256:
        return piece._replace(size=size)
    if target:
        target.unlink()
    is_pointer = size <= LARGEST_POINTER and pointed_at(first) is not None
    return piece._replace(fault="not-fetched" if is_pointer else "changed")


def why(fault: str) -> str:
    """Say why a file of evidence is not given or not bound in, in the chosen language."""
    return {
        "missing": _("the file is not there"),
        "link": _("it is a link, which is not followed"),
        "unreadable": _("the file cannot be read"),
        "changed": _("the file is not the one that was attached: its SHA-256 is another"),
        "not-fetched": _("the file is kept by git-lfs, and was not fetched"),
        "other-kind": _("it is neither a PDF nor a picture"),
        "too-large": _("the file is too large to be bound in"),
        "encrypted": _("the PDF is encrypted or under a password"),
        "too-many-pages": _("it has too many pages"),
        "damaged": _("it is damaged, or too large once it is unpacked"),
    }[fault]


def pieces_json(pieces: tuple[Piece, ...]) -> Iterator[dict[str, Any]]:
    """Yield the pieces of evidence as `--json` tells them."""
    for piece in pieces:
        told = piece._asdict()
        yield {
            "number": told["number"],
            "name": told["name"],
            "date": piece.date.isoformat() if piece.date else None,
            **{key: told[key] for key in ("file", "sha256", "size", "by")},
            "on": piece.on.isoformat() if piece.on else None,
            "fault": piece.fault or None,
        }
