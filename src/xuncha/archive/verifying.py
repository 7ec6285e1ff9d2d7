"""Check an archive: its files are as listed, its history is sound, and the ledger's files are those of the commit."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xuncha.archive import bag
from xuncha.archive.bag import bag_error, unzip
from xuncha.archive.gathering import AUDIT, BUNDLE, FACTS, LEDGER, LOG, Facts, facts_of, notices, trail_files
from xuncha.errors import Finding, Place, RefusedError
from xuncha.language import gettext as _
from xuncha.notice.render import TEXTS
from xuncha.store.files import WorkingTree, fingerprint
from xuncha.store.loading import load_ledger
from xuncha.system import has_crashed
from xuncha.trail.bundle import FOLDERS, isolated, unpack_bundle
from xuncha.trail.contents import fingerprints
from xuncha.trail.git import Git, GitError
from xuncha.trail.limits import ls_tree

_DATA: Final = "data"
_LOCAL_CODE: Final = "close-requires-signed-commit"
"""The code of findings that depend on the machine: an audit judges signatures by the keys that are known there."""


@dataclass
class Verdict:
    """The result of checking a zip with this checksum."""

    sha256: str
    findings: list[Finding[Place]]
    facts: Facts | None = None  # the bag's description of itself; None if that cannot be read
    files: int = 0

    def add(self, findings: list[Finding[Place]]) -> None:
        """Add the findings about files that have no finding yet."""
        known = {finding.place.path for finding in self.findings}
        self.findings += [finding for finding in findings if finding.place.path not in known]


def verify(file: Path, folder: Path) -> Verdict:
    """Check an archive, writing only to the empty `folder`. Raises RefusedError if it is no zip, SurroundingsError if git or the part `office` is missing."""
    if file.exists() and not file.is_file():
        hint = _("name an archive made by `xuncha archive`")
        raise RefusedError("no-archive", _("{path} is not a file", path=file), hint)
    library = bag.bagit()
    inside = folder / "unpacked"
    inside.mkdir()
    opened, found = unzip(file, inside)
    with file.open("rb") as stream:
        verdict = Verdict(hashlib.file_digest(stream, "sha256").hexdigest(), found)
    if opened is None:
        return verdict
    verdict.files = len(_files(opened))
    verdict.add(bag_findings(library, opened))
    facts = opened / _DATA / FACTS
    if facts.is_file():
        try:
            verdict.facts = Facts.read(facts)
        except RefusedError as error:
            verdict.findings.append(bag_error(f"{_DATA}/{FACTS}", error.code, error.message))
    if verdict.facts and (opened / _DATA / BUNDLE).is_file():
        verdict.add(_history_findings(opened, verdict.facts, folder / "history"))
    return verdict


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def bag_findings(library: Any, folder: Path) -> list[Finding[Place]]:  # noqa: ANN401  the library has no types
    """Return the findings where a bag differs from its lists, or from the form of an archive."""
    present, tags = _files(folder), {*bag.TAG_FILES, *bag.TAG_MANIFESTS}
    required = tags | {f"{_DATA}/{name}" for name in (FACTS, BUNDLE, LOG)}
    missing, unexpected, changed = (
        ("missing-file", _("this file is missing")),
        ("unexpected-file", _("this file does not belong there: it is in no manifest")),
        ("checksum", _("this does not match its checksum")),
    )
    found = {bag_error(path, *missing) for path in required - present}
    found |= {bag_error(path, *unexpected) for path in present - tags if not path.startswith(f"{_DATA}/")}
    if not tags <= present:
        return sorted(found)
    found |= {bag_error(path, *changed) for path in _changed_tags(folder)}
    if (folder / "bagit.txt").read_bytes() != bag.BAGIT:
        message = _("this does not conform to the BagIt format")
        return sorted(found | {bag_error("bagit.txt", "not-a-bag", message)})
    kinds = {
        library.FileMissing: missing,
        library.UnexpectedFile: unexpected,
        library.ChecksumMismatch: changed,
    }
    try:
        read = library.Bag(str(folder))
        oxum = read.info.pop("Payload-Oxum", "")  # if it is wrong, the library checks nothing else
        once = [path for path, sums in read.payload_entries().items() if set(sums) != set(bag.ALGORITHMS)]
        found |= {bag_error(path, "checksum", _("a checksum of this file is missing")) for path in once}
        read.validate()
        read.info["Payload-Oxum"] = oxum
        read.validate(fast=True)
    except (library.BagError, UnicodeError, ValueError, LookupError) as error:
        found |= {bag_error(each.path, *kinds[type(each)]) for each in getattr(error, "details", None) or ()}
        message = _("the lists of the bag cannot be read, or do not match it: {reason}", reason=error)
        return sorted(found or {bag_error(".", "not-a-bag", message)})
    return sorted(found)


def _changed_tags(folder: Path) -> set[str]:
    """Return the files beside the payload that a tag manifest does not list as they are, and that tag manifest."""
    changed = set()
    for algorithm in bag.ALGORITHMS:
        name = f"tagmanifest-{algorithm}.txt"
        stated, correct = (folder / name).read_bytes(), bag.tag_manifest(folder, algorithm)
        if stated != correct:
            lines = zip(bag.TAG_FILES, correct.splitlines(), strict=True)
            changed |= {name, *(file for file, line in lines if line not in stated.splitlines())}
    return changed


def _history_findings(folder: Path, facts: Facts, place: Path) -> list[Finding[Place]]:
    path = f"{_DATA}/{BUNDLE}"
    try:
        commit = unpack_bundle(folder / path, place)
        info = folder / "bag-info.txt"
        named = f"External-Identifier: {commit}\n".encode()
        if commit != facts.commit or (info.is_file() and named not in info.read_bytes()):
            message = _("the history ends with {commit}, not with the commit named", commit=commit)
            return [bag_error(path, "wrong-commit", message)]
        root = place / facts.inside
        root.mkdir(parents=True, exist_ok=True)
        with isolated():
            if found := _ledger_findings(folder / _DATA / LEDGER, root):
                return found
            message = _("this differs from the history")
            paths = files_not_reproduced(folder / _DATA, root, facts) if facts.is_reproducible else []
            return [bag_error(f"{_DATA}/{each}", "not-as-committed", message) for each in paths]
    except (RefusedError, GitError) as error:
        if isinstance(error, GitError) and has_crashed(error.returncode):
            raise
        return [bag_error(path, "bundle", error.message)]


def _ledger_findings(folder: Path, root: Path) -> list[Finding[Place]]:
    git = Git(root)
    committed = {leaf.path: leaf.name for leaf in ls_tree(git, "HEAD", *FOLDERS) if leaf.is_file}
    expected = fingerprints(git, committed.values())
    found = []
    for path in sorted(_files(folder) | committed.keys()):
        message = ""
        if path not in committed:
            message = _("this is in the archive, but not in the commit")
        elif not (folder / path).is_file():
            message = _("this is in the commit, but not in the archive")
        else:
            with (folder / path).open("rb") as stream:
                present = fingerprint(stream)
            if not present.fetched:
                message = _("this is a git-lfs pointer, not the file itself")
            elif present[:2] != expected[committed[path]][:2]:
                message = _("this differs from the commit")
        if message:
            found.append(bag_error(f"{_DATA}/{LEDGER}/{path}", "not-as-committed", message))
    return found


def files_not_reproduced(payload: Path, root: Path, facts: Facts) -> list[str]:
    """Return the files of an archive that differ when they are made again from its commit, in the repository at `root`.

    Only the text forms of the notice are made again: Word files and PDF depend on fonts and packages.
    """
    ledger = load_ledger(WorkingTree(payload / LEDGER))
    made, _lacking, _warnings = notices(ledger, facts.date, payload / LEDGER, TEXTS)
    again, _events, _audited = trail_files(root)
    again |= {f"notice/notice.{form}": made.get(form, b"") for form in TEXTS}
    archived = {path: (payload / path).read_bytes() if (payload / path).is_file() else b"" for path in again}
    old, new = archived[AUDIT], again[AUDIT]
    if old != new and _unsigned(old) == _unsigned(new):
        del again[AUDIT], again[AUDIT.replace(".json", ".html")]
    differing = {path for path, content in again.items() if archived[path] != content}
    again_facts = facts_of(ledger, root, facts.commit, facts.date)
    names = ("organisation", "moment", "commits", "object_format")
    if any(getattr(facts, name) != getattr(again_facts, name) for name in names):
        differing.add(FACTS)
    return sorted(differing)


def _unsigned(content: bytes) -> object:
    try:
        return [each for each in json.loads(content) if each["code"] != _LOCAL_CODE]
    except (ValueError, RecursionError, TypeError, KeyError):
        return content
