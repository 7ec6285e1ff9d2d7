"""Checks of paths: links, look-alikes, and attributes and templates that show people something other than the history holds."""

from __future__ import annotations

import errno
import os
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.facts import number_of, quoted
from xuncha.audit.graph import Step
from xuncha.audit.joining import Joining
from xuncha.audit.replayed import Version, changes_of
from xuncha.catalogue import Violations
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, FORMS, PARTS
from xuncha.model.source import MAX_SIZE
from xuncha.paper.own import FOLDER, is_template
from xuncha.system import temporary_folder
from xuncha.trail.contents import read_objects
from xuncha.trail.git import Git
from xuncha.trail.replay import SUBMODULE, Commit, Touched, commits_in

_LINK: Final = "120000"
_ATTRIBUTES: Final = ".gitattributes"
_ESCAPED: Final = re.compile(r"\\x([89a-f][0-9a-f])")
_CONVERTING: Final = ("working-tree-encoding", "filter", "ident")
"""The attributes by which git converts files."""
_MAX_ATTRIBUTES: Final = 1000  # files of attributes that are examined, at all commits together


@RULES.rule(
    "link",
    why="A link shows content from elsewhere, and another repository is not in this history: there is no record of what it contained.",
    wrong="data/evidence/2.3 is a link to a folder outside, or a submodule; or templates/ or data/forms is one.",
)
def link(step: Step) -> Violations[HistoryPlace]:
    """Find links and submodules among the files of the ledger."""
    for change in step.changes:
        before, after = change.before or Version(), change.after or Version()
        message = link_message(change.path, after.mode)
        if message and (before.mode, before.blob) != (after.mode, after.blob):
            yield step.at(change), message, ""


def link_message(path: str, mode: str) -> str:
    """Return the message that a path is a link or another repository instead of a file or folder; else empty."""
    if mode == _LINK:
        return _("{path} is a link, not a file or folder of the ledger", path=path)
    if mode == SUBMODULE:
        return _("{path} is another repository, not a folder of the ledger", path=path)
    return ""


@RULES.rule(
    "look-alike",
    why="If two paths differ only in letter case, or in how a letter is composed, some systems show only one of them, perhaps not the "
    "one that was examined.",
    wrong="Data/problems/01/1.1.yaml exists beside data/problems/01/1.1.yaml; or data/evidence/2.3/a.PDF beside a.pdf, which is a warning.",
)
def look_alike(step: Step) -> Violations[HistoryPlace]:
    """Find files whose path differs from another one only in letter case or composition."""
    for path, twin, severity in _look_alikes(step):
        place = HistoryPlace.at(step.commit, path, number_of(path))
        yield place, _look_alike_message(path, twin), "", severity


@lru_cache(maxsize=4096)
def _folded(path: str) -> str:
    """Return a path without differences of letter case or composition."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _look_alikes(step: Step) -> Iterator[tuple[str, str, Severity]]:
    """Yield each added file whose name or folder differs from another one only in letter case or composition; with that one, and the severity."""
    folders = step.after.folders
    added = [each.path for each in step.changes if each.before is None and each.after is not None]
    folder_of = {path: path.rpartition("/")[0] for path in added}
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for folder in set(folder_of.values()):
        for each in folders[folder]:
            by_name[_folded(each)].append(each)
    new_folders = {path: folder for path, folder in folder_of.items() if not step.before.folders.get(folder)}
    for folder in folders if new_folders else ():
        if folders[folder]:
            by_name[_folded(folder)].append(folder)
    for path in added:
        folder = new_folders.get(path, "")
        alike = [*by_name[_folded(path)], *by_name[_folded(folder)]]
        if twin := next((each for each in alike if each not in {path, folder}), None):
            # Two offices may attach such files in good faith.
            yield path, twin, "warning" if path.startswith(f"{EVIDENCE}/") else "error"


def _look_alike_message(path: str, twin: str) -> str:
    return _("{path} differs from {twin} only in letter case or composition", path=path, twin=twin)


def check_merged_paths(joining: Joining) -> Findings:
    """Yield the links, pointers and look-alikes that a merge brings and none of its sides has."""
    sides, result, graph = [side.state for side in joining.sides], joining.result, joining.graph
    step = Step(joining.commit, sides[0], changes_of(joining.commit, sides[0], graph.files), graph)
    for finding in (*link(step), *RULES["evidence-changed"](step)):
        path = finding.place.path
        is_pointer = finding.severity == "warning"  # `audit.merging` reports all else about evidence
        if (is_pointer or finding.code == "link") and all(
            side.get(path) != result.get(path) for side in sides
        ):
            yield finding
    for path, twin, severity in _look_alikes(step):
        if not any(side.get(path) and side.get(twin) for side in sides):
            place = HistoryPlace.at(joining.commit, path, number_of(path))
            yield look_alike.finding(place, _look_alike_message(path, twin), "", severity)


OWN_TEMPLATE: Final = RULES.declare(
    "own-template",
    "note",
    why="The ledger's own template can make a notice say what the records do not, such as that everything is complete; so can a form, of a "
    "table that is filled from the records. Check it like a record.",
    wrong="A commit adds or changes `templates/notice.txt.j2`, or `data/forms/月报.yaml`. (This blocks nothing, and `audit --json` does not "
    "list it.)",
)


def check_beside(git: Git, head: str) -> Findings:
    """Yield what commits bring beside the records: templates, forms and links in their place, and names that differ from the ledger's only in letter case.

    What a merge takes from one of its sides was reported on that side.
    """
    names = {_folded(each): each for each in ("data", FOLDER, *PARTS)}
    known: set[str | Touched] = set()
    folders = (f":(icase){name}" for name in ("data", FOLDER))
    for commit in commits_in(git, *folders, *(f":(exclude,literal){part}" for part in PARTS), head=head):
        for touched in (each for each in commit.touched if each.blob):
            top, *rest = touched.path.split("/")
            path = "/".join([top, *rest[:1]]) if top in {"data", FOLDER} else top
            own, place = names.get(_folded(path), path), HistoryPlace.at(commit, touched.path)
            if own != path and path not in known:
                yield look_alike.finding(place._replace(path=path), _look_alike_message(path, own))
            is_new = len(commit.parents) < 2 or touched not in known  # noqa: PLR2004
            if is_new and (top == FOLDER or path == FORMS):
                if message := link_message(touched.path, touched.mode):
                    yield link.finding(place, message)
                elif path == FORMS or is_template(touched.path):
                    message = _("the ledger's own {path} was added or changed", path=touched.path)
                    yield OWN_TEMPLATE.finding(place, message)
            known |= {path, touched}


CONVERTED = RULES.declare(
    "converted",
    why="The audit examines what the history contains. If git checks a file out in another encoding, or through a program, people read "
    "and publish something else.",
    wrong="A commit adds `data/** working-tree-encoding=UTF-16`, `ident` or a `filter` to .gitattributes, even under a name defined by "
    "`[attr]` in the topmost one. (Evidence may be kept by git-lfs, and line endings are ignored.)",
)


def check_attributes(git: Git, commits: Sequence[Commit], paths: Iterable[str]) -> Findings:
    """Yield the commits from which on git converts files of the ledger, as git itself tells; `paths` are all that the ledger ever had."""
    prefix = git.prefix
    # For the prefix a/b/, the folders above are "", "a/" and "a/b/".
    above = [prefix[:place] for place, letter in enumerate(f"/{prefix}") if letter == "/"]
    pathspecs = [f":(top,literal){folder}{_ATTRIBUTES}" for folder in (*above, f"{prefix}data/")]
    order = {commit.hash: place for place, commit in enumerate(commits)}
    others = commits_in(git, *pathspecs, head=commits[-1].hash, relative=False)
    changes = [
        (order.get(commit.hash, len(order)), f"{start}{each.path}", commit)
        for start, history in (("", others), (prefix, commits))
        for commit in history
        for each in commit.touched
        if each.path.rpartition("/")[2] == _ATTRIBUTES
    ]
    files = [*{path for _place, path, _commit in changes if "\\" not in path}]
    states: list[tuple[Commit, str, dict[str, bytes]]] = []
    for count, (_place, path, commit) in enumerate(sorted(changes)):
        if count * len(files) > _MAX_ATTRIBUTES or "\\" in path:  # git takes no such path on a line
            message = _("{path} may make git convert files of the ledger on checkout: it was not examined")
            yield CONVERTED.finding(HistoryPlace.at(commit, path), message.format(path=path))
            continue
        found = zip(files, git.objects(f"{commit.hash}:{each}" for each in files), strict=True)
        blobs = {each: name for each, (kind, name) in found if kind == "blob"}
        read = {each.name: each.content for each in read_objects(git, {*blobs.values()}, MAX_SIZE)}
        if any(name.encode() in content for content in read.values() for name in _CONVERTING):
            states.append((commit, path, {each: read[blob] for each, blob in blobs.items()}))
    # `trail.replay` writes a byte that is no UTF-8 as `\xff`; git wants the byte.
    named = (_ESCAPED.sub(lambda match: chr(0xDC00 + int(match[1], 16)), path) for path in paths)
    ledger_paths = [prefix + path for path in named if ".." not in path]
    reported: set[tuple[str, str]] = set()
    for commit, path, contents in states:
        if new := _conversions(contents, ledger_paths, f"{prefix}{EVIDENCE}/") - reported:
            reported |= new
            message = _("{path} makes git convert files of the ledger on checkout: {names}")
            names = quoted(sorted({each for _path, each in new}))
            yield CONVERTED.finding(HistoryPlace.at(commit, path), message.format(path=path, names=names))


def _conversions(files: Mapping[str, bytes], paths: Iterable[str], evidence: str) -> set[tuple[str, str]]:
    """Return the attributes by which some files of attributes make git convert other files, each with the path. Evidence may have `filter=lfs`."""
    with temporary_folder() as folder:
        git = Git(folder, writes=True)
        git.run("init", "--quiet", "--template=")
        for name, value in (("core.attributesFile", os.devnull), ("core.ignoreCase", "true")):
            git.run("config", name, value)
        for path, content in files.items():
            file = folder / path
            if not file.resolve().is_relative_to(folder.resolve()):
                continue
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            except OSError as error:  # such as a name too long, which git could not write either
                if error.errno == errno.ENOSPC:
                    raise
        found = git.attributes(paths, *_CONVERTING)
    pairs = {
        (path, name if value == "set" else f"{name}={value}")
        for path, values in found.items()
        for name, value in values.items()
        if value not in {"unspecified", "unset"}
    }
    return {(path, each) for path, each in pairs if each != "filter=lfs" or not path.startswith(evidence)}
