"""Whether an archive is what it says: every file as listed, the history sound, and the ledger's files those of the commit.

What the zip says of itself is compared with what git's objects say; a commit's name follows from all of its history, so
whoever has that name on paper need not trust the file.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from xuncha import __version__
from xuncha.archive import bag
from xuncha.archive.again import unlike
from xuncha.archive.facts import ABOUT, BUNDLE, LEDGER, LOG
from xuncha.archive.opening import open_bag
from xuncha.errors import Place, RefusedError
from xuncha.language import gettext as _
from xuncha.model.source import LARGEST_POINTER, pointed_at
from xuncha.store.files import fingerprint
from xuncha.store.findings import about
from xuncha.trail.bundle import alone, unpack
from xuncha.trail.checkout import hash_of, listed, pointers
from xuncha.trail.git import Git, GitError

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.errors import Finding
    from xuncha.model.source import Fingerprint

_DATA: Final = "data"
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_INSIDE: Final = re.compile(r"(?:(?!\.{1,2}/|\.git/)[^/\0]+/)*")
_LARGEST_FACTS: Final = 1024 * 1024


@dataclass
class Verdict:
    """What was found."""

    sha256: str
    """Of the zip itself."""
    findings: list[Finding[Place]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    """What the bag says of itself; as far as it could be read."""
    files: int = 0
    """How many there are in it."""


def verify(file: Path, folder: Path) -> Verdict:
    """Check an archive.

    Args:
        file: the zip.
        folder: for temporary files; empty. Nothing is written anywhere else.

    Raises:
        RefusedError: it cannot be read, or is no zip.
        SurroundingsError: git or the part `office` is missing.
    """
    library = bag.bagit()
    inside = folder / "unpacked"
    inside.mkdir()
    opened, found = open_bag(file, inside)
    with file.open("rb") as stream:
        verdict = Verdict(hashlib.file_digest(stream, "sha256").hexdigest(), found)
    if opened is None:
        return verdict
    verdict.files = sum(path.is_file() for path in opened.rglob("*"))
    damaged = {finding.place.path for finding in found}
    verdict.findings += [each for each in _of_the_bag(library, opened) if each.place.path not in damaged]
    facts, wrong = _facts(opened / _DATA / ABOUT)
    verdict.findings += wrong
    if facts is not None:
        verdict.facts = facts
        told = {finding.place.path for finding in verdict.findings}
        history = _of_the_history(opened, facts, folder / "history")
        verdict.findings += [each for each in history if each.place.path not in told]
    return verdict


def _of_the_bag(library: Any, folder: Path) -> list[Finding[Place]]:  # noqa: ANN401  the library has no types
    """What the lists of a bag say, and what its form asks for."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    beside = {path for path in there if not path.startswith(f"{_DATA}/")}
    tags = {*bag.TAG_FILES, *bag.TAG_MANIFESTS}
    wanted = tags | {f"{_DATA}/{name}" for name in (ABOUT, BUNDLE, LOG)}
    found = [_missing(path) for path in wanted - there] + [_unexpected(path) for path in beside - tags]
    if tags <= there:
        found += [_changed(path) for path in _changed_beside(folder)]
        if (folder / "bagit.txt").read_bytes() != bag.BAGIT:
            found.append(
                about("bagit.txt", "not-a-bag", _("this is not the file that makes a folder a bag"), "")
            )
            return found
        try:
            found += _by_the_library(library, folder)
        except (library.BagError, UnicodeError, ValueError, LookupError) as error:
            said = _("the lists of the bag cannot be read: {reason}").format(reason=error)
            found += [] if found else [about(".", "not-a-bag", said, "")]
    return sorted(set(found))


def _changed_beside(folder: Path) -> set[str]:
    """Which of the files beside the payload are not as the tag manifests say: a file where both of them say so."""
    told, right = {}, {}
    for algorithm in bag.ALGORITHMS:
        name = f"tagmanifest-{algorithm}.txt"
        told[name] = (folder / name).read_bytes().splitlines(keepends=True)
        right[name] = bag.tag_manifest(folder, algorithm).splitlines(keepends=True)
    wrong = {
        name: {file for file, line in zip(bag.TAG_FILES, lines, strict=True) if line not in told[name]}
        for name, lines in right.items()
    }
    changed = set.intersection(*wrong.values())
    others = {name for name in told if len(told[name]) != len(right[name]) or wrong[name] - changed}
    return changed | others


def _by_the_library(library: Any, folder: Path) -> list[Finding[Place]]:  # noqa: ANN401
    """What the library finds; it stops at the first kind of fault, so it is asked for each."""
    read = library.Bag(str(folder))
    told = read.info.pop("Payload-Oxum", None)
    missing, unexpected = read.compare_manifests_with_fs()
    found = [_missing(path) for path in sorted(missing)] + [_unexpected(path) for path in sorted(unexpected)]
    if not found:
        try:
            read.validate()
        except library.BagValidationError as error:
            if not error.details:
                raise
            found = [_changed(path) for path in sorted({each.path for each in error.details})]
    once = [path for path, hashes in read.payload_entries().items() if set(hashes) != set(bag.ALGORITHMS)]
    found += [about(path, "checksum", _("a checksum of this is missing"), "") for path in sorted(once)]
    payload = [(folder / path).stat().st_size for path in read.payload_files()]
    if not found and told != f"{sum(payload)}.{len(payload)}":
        found.append(
            about("bag-info.txt", "checksum", _("the number of bytes and files is not what it says"), "")
        )
    return found


def _missing(path: str) -> Finding[Place]:
    return about(path, "missing-file", _("this file is missing"), "")


def _unexpected(path: str) -> Finding[Place]:
    return about(path, "unexpected-file", _("this file does not belong there: no list names it"), "")


def _changed(path: str) -> Finding[Place]:
    return about(path, "checksum", _("this is not what its checksum says"), "")


def _facts(file: Path) -> tuple[dict[str, Any] | None, list[Finding[Place]]]:
    """What the bag says of itself."""
    if not file.is_file():
        return None, []  # that it is missing is said already
    try:
        facts = json.loads(file.read_bytes()) if file.stat().st_size <= _LARGEST_FACTS else None
        sound = (
            isinstance(facts, dict)
            and facts["format"] == 1
            and _COMMIT.fullmatch(facts["commit"])
            and _INSIDE.fullmatch(facts["inside"])
            and all(isinstance(facts[key], str) for key in ("organisation", "moment", "date"))
            and date.fromisoformat(facts["date"])
            and isinstance(facts["made_by"]["xuncha"], str)
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = None
    if sound:
        return facts, []
    return None, [about(f"{_DATA}/{ABOUT}", "not-ours", _("this does not say of which ledger it is"), "")]


def _of_the_history(folder: Path, facts: dict[str, Any], place: Path) -> list[Finding[Place]]:
    """What is wrong with the history, or does not fit it."""
    path = f"{_DATA}/{BUNDLE}"
    if not (folder / path).is_file():
        return []
    try:
        commit = unpack(folder / path, place)
    except RefusedError as error:
        return [about(path, error.code, error.message, error.hint)]
    said = re.search(r"^External-Identifier: (.*)$", _text(folder / "bag-info.txt"), re.MULTILINE)
    if commit != facts["commit"] or (said is not None and commit != said[1]):
        return [
            about(
                path,
                "wrong-commit",
                _("the history ends with {commit}, which is not the commit named").format(commit=commit),
                "",
            )
        ]
    root = place / facts["inside"]
    root.mkdir(parents=True, exist_ok=True)
    with alone():
        try:
            return _of_the_files(folder / _DATA / LEDGER, root) or _of_what_is_told(
                folder / _DATA, root, facts
            )
        except (RefusedError, GitError) as error:
            return [about(path, "bundle", error.message, error.hint)]


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def _of_the_files(folder: Path, root: Path) -> list[Finding[Place]]:
    """Which files of the ledger are not those of the commit."""
    form = Git(root).text("rev-parse", "--show-object-format")
    committed = {each.path: each.blob for each in listed(root) if each.is_file}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    differ = [
        path for path in sorted(there & set(committed)) if hash_of(folder / path, form) != committed[path]
    ]
    known = pointers(root, [committed[path] for path in differ])
    wrong = {
        path: _("this is not what the commit holds")
        for path in differ
        if not _is(folder / path, known.get(committed[path]))
    }
    wrong |= {
        path: _("this is the pointer of git-lfs, and not the file")
        for path in there
        if _is_pointer(folder / path)
    }
    wrong |= {path: _("the commit holds this, the archive does not") for path in set(committed) - there}
    wrong |= {path: _("the archive holds this, the commit does not") for path in there - set(committed)}
    return [
        about(f"{_DATA}/{LEDGER}/{path}", "not-as-committed", said, "")
        for path, said in sorted(wrong.items())
    ]


def _is(file: Path, known: Fingerprint | None) -> bool:
    with file.open("rb") as stream:
        return known is not None and fingerprint(stream)[:2] == known[:2]


def _is_pointer(file: Path) -> bool:
    return file.stat().st_size <= LARGEST_POINTER and pointed_at(file.read_bytes()) is not None


def _of_what_is_told(payload: Path, root: Path, facts: dict[str, Any]) -> list[Finding[Place]]:
    """Which of notice, log and audit do not come of the commit; by the version that made them, since another may say it otherwise."""
    if not same_version(facts):
        return []
    return [
        about(f"{_DATA}/{path}", "not-as-committed", _("this is not what the history tells"), "")
        for path in unlike(payload, root, facts)
    ]


def same_version(facts: dict[str, Any]) -> bool:
    """Whether an archive was made by this version of the program, so that all it tells can be made again."""
    return bool(facts["made_by"]["xuncha"] == __version__)
