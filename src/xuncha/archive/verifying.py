"""Check an archive: its files are as listed, its history is sound, and the ledger's files are those of the commit."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from xuncha.archive import bag
from xuncha.archive.bag import open_bag, wrong
from xuncha.archive.gathering import AUDIT, BUNDLE, FACTS, LEDGER, LOG, Facts, facts_of, notices, record_files
from xuncha.errors import Finding, Place, RefusedError
from xuncha.language import gettext as _
from xuncha.notice.render import TEXTS
from xuncha.store.files import WorkingTree, fingerprint
from xuncha.store.loading import ledger as load
from xuncha.system import died
from xuncha.trail.bundle import FOLDERS, alone, unpack
from xuncha.trail.contents import fingerprints
from xuncha.trail.git import Git, GitError
from xuncha.trail.limits import listed

_DATA: Final = "data"
_LARGEST_FACTS: Final = 1024 * 1024
_OF_THIS_MACHINE: Final = "close-requires-signed-commit"
"""What an audit says of signatures depends on which keys are known where it is made."""


@dataclass
class Verdict:
    """What was found of a zip with this checksum."""

    sha256: str
    findings: list[Finding[Place]]
    facts: Facts | None = None  # what the bag says of itself; None if that cannot be read
    files: int = 0

    def add(self, findings: list[Finding[Place]]) -> None:
        """Add what was found of files of which nothing is said yet."""
        told = {finding.place.path for finding in self.findings}
        self.findings += [finding for finding in findings if finding.place.path not in told]


def verify(file: Path, folder: Path) -> Verdict:
    """Check an archive; write into an empty folder alone. Raises RefusedError if it is no zip, SurroundingsError if git or the part `office` is missing."""
    if file.exists() and not file.is_file():
        hint = _("name an archive made by `xuncha archive`")
        raise RefusedError("no-archive", _("{path} is not a file").format(path=file), hint)
    library = bag.bagit()
    inside = folder / "unpacked"
    inside.mkdir()
    opened, found = open_bag(file, inside)
    with file.open("rb") as stream:
        verdict = Verdict(hashlib.file_digest(stream, "sha256").hexdigest(), found)
    if opened is None:
        return verdict
    verdict.files = len(_files(opened))
    verdict.add(bag_findings(library, opened))
    facts = opened / _DATA / FACTS
    if facts.is_file():
        try:
            content = facts.read_bytes() if facts.stat().st_size <= _LARGEST_FACTS else b""
            verdict.facts = Facts.model_validate_json(content)
        except ValidationError:
            said = _("this does not say which ledger it belongs to")
            verdict.findings.append(wrong(f"{_DATA}/{FACTS}", "not-ours", said))
    if verdict.facts and (opened / _DATA / BUNDLE).is_file():
        verdict.add(_history_findings(opened, verdict.facts, folder / "history"))
    return verdict


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def bag_findings(library: Any, folder: Path) -> list[Finding[Place]]:  # noqa: ANN401  the library has no types
    """Find what differs from the lists of the bag, and from what its form asks for."""
    there = _files(folder)
    tags = {*bag.TAG_FILES, *bag.TAG_MANIFESTS}
    wanted = tags | {f"{_DATA}/{name}" for name in (FACTS, BUNDLE, LOG)}
    kinds = {
        library.FileMissing: ("missing-file", _("this file is missing")),
        library.UnexpectedFile: (
            "unexpected-file",
            _("this file does not belong there: it is in no manifest"),
        ),
        library.ChecksumMismatch: ("checksum", _("this does not match its checksum")),
    }
    missing, unexpected, changed = kinds.values()
    found = {wrong(path, *missing) for path in wanted - there}
    found |= {wrong(path, *unexpected) for path in there - tags if not path.startswith(f"{_DATA}/")}
    if not tags <= there:
        return sorted(found)
    found |= {wrong(path, *changed) for path in _changed_beside(folder)}
    if (folder / "bagit.txt").read_bytes() != bag.BAGIT:
        said = _("this does not conform to the BagIt format")
        return sorted(found | {wrong("bagit.txt", "not-a-bag", said)})
    try:
        read = library.Bag(str(folder))
        oxum = read.info.pop("Payload-Oxum", "")  # where it is wrong, the library looks at nothing else
        once = [path for path, sums in read.payload_entries().items() if set(sums) != set(bag.ALGORITHMS)]
        found |= {wrong(path, "checksum", _("a checksum of this file is missing")) for path in once}
        read.validate()
        read.info["Payload-Oxum"] = oxum
    except (library.BagError, UnicodeError, ValueError, LookupError) as error:
        found |= {wrong(each.path, *kinds[type(each)]) for each in getattr(error, "details", None) or ()}
        said = _("the manifests of the bag cannot be read: {reason}").format(reason=error)
        return sorted(found or {wrong(".", "not-a-bag", said)})
    try:
        read.validate(fast=True)
    except (library.BagError, ValueError):
        said = _("the number of bytes and files does not match what it states")
        return sorted(found or {wrong("bag-info.txt", "checksum", said)})
    return sorted(found)


def _changed_beside(folder: Path) -> set[str]:
    """Find the files beside the payload that are not as both tag manifests say; or else the tag manifest that is wrong."""
    wrong_lists, wrong_files = set(), []
    for algorithm in bag.ALGORITHMS:
        name = f"tagmanifest-{algorithm}.txt"
        told, right = (folder / name).read_bytes(), bag.tag_manifest(folder, algorithm)
        lines = zip(bag.TAG_FILES, right.splitlines(keepends=True), strict=True)
        wrong_files.append({file for file, line in lines if line not in told.splitlines(keepends=True)})
        wrong_lists |= {name} if told != right else set()
    return set.intersection(*wrong_files) or wrong_lists


def _history_findings(folder: Path, facts: Facts, place: Path) -> list[Finding[Place]]:
    path = f"{_DATA}/{BUNDLE}"
    try:
        commit = unpack(folder / path, place)
        info = folder / "bag-info.txt"
        named = f"External-Identifier: {commit}\n".encode()
        if commit != facts.commit or (info.is_file() and named not in info.read_bytes()):
            said = _("the history ends with {commit}, not with the commit named").format(commit=commit)
            return [wrong(path, "wrong-commit", said)]
        root = place / facts.inside
        root.mkdir(parents=True, exist_ok=True)
        with alone():
            if found := _ledger_findings(folder / _DATA / LEDGER, root):
                return found
            said = _("this differs from the history")
            paths = files_not_reproduced(folder / _DATA, root, facts) if facts.is_reproducible else []
            return [wrong(f"{_DATA}/{each}", "not-as-committed", said) for each in paths]
    except (RefusedError, GitError) as error:
        if isinstance(error, GitError) and died(error.ended):
            raise
        return [wrong(path, "bundle", error.message)]


def _ledger_findings(folder: Path, root: Path) -> list[Finding[Place]]:
    git = Git(root)
    committed = {leaf.path: leaf.name for leaf in listed(git, "HEAD", *FOLDERS) if leaf.is_file}
    known = fingerprints(git, committed.values())
    found = []
    for path in sorted(_files(folder) | committed.keys()):
        said = ""
        if path not in committed:
            said = _("this is in the archive, but not in the commit")
        elif not (folder / path).is_file():
            said = _("this is in the commit, but not in the archive")
        else:
            with (folder / path).open("rb") as stream:
                present = fingerprint(stream)
            if not present.fetched:
                said = _("this is a git-lfs pointer, not the file itself")
            elif present[:2] != known[committed[path]][:2]:
                said = _("this differs from the commit")
        if said:
            found.append(wrong(f"{_DATA}/{LEDGER}/{path}", "not-as-committed", said))
    return found


def files_not_reproduced(payload: Path, root: Path, facts: Facts) -> list[str]:
    """Find the files of an archive that do not come out the same when they are made again of its commit, in the repository at `root`.

    Of the notice only the forms that are text are made again: Word files and PDF depend on fonts and packages.
    """
    ledger = load(WorkingTree(payload / LEDGER))
    made, _lacking, _warnings = notices(ledger, facts.date, payload / LEDGER, TEXTS)
    again, _events, _audited = record_files(root)
    again |= {f"notice/notice.{form}": made.get(form, b"") for form in TEXTS}
    there = {path: (payload / path).read_bytes() if (payload / path).is_file() else b"" for path in again}
    old, new = there[AUDIT], again[AUDIT]
    if old != new and _but_for_signatures(old) == _but_for_signatures(new):
        del again[AUDIT], again[AUDIT.replace(".json", ".html")]
    differing = {path for path, content in again.items() if there[path] != content}
    told = facts_of(ledger, root, facts.commit, facts.date)
    names = ("organisation", "moment", "commits", "object_format")
    if any(getattr(facts, name) != getattr(told, name) for name in names):
        differing.add(FACTS)
    return sorted(differing)


def _but_for_signatures(told: bytes) -> object:
    try:
        return [each for each in json.loads(told) if each["code"] != _OF_THIS_MACHINE]
    except (ValueError, RecursionError, TypeError, KeyError):
        return told
