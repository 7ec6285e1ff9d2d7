"""Checks of paths: links, look-alikes, and attributes and templates that show people something else than what the history holds."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.contents import pointer_message
from xuncha.audit.facts import number_of, quoted
from xuncha.audit.graph import Step
from xuncha.audit.joining import Joining
from xuncha.audit.replayed import State
from xuncha.catalogue import Violations
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, FORMS, PARTS
from xuncha.model.source import MAX_SIZE
from xuncha.paper.own import FOLDER, is_template
from xuncha.trail.contents import read_objects
from xuncha.trail.git import Git
from xuncha.trail.replay import SUBMODULE, Commit, Touched, commits_in

_LINK: Final = "120000"
_ATTRIBUTES: Final = ".gitattributes"
_MACRO_PREFIX: Final = "[attr]"
_BLANKS: Final = re.compile("[ \t\r]+")


@RULES.rule(
    "link",
    why="A link shows content from elsewhere, and another repository is not in this history: there is no record of what it contained.",
    wrong="data/evidence/2.3 is a link to a folder outside, or a submodule; or templates/ or data/forms is one.",
)
def link(step: Step) -> Violations[HistoryPlace]:
    """Find links and submodules among the files of the ledger."""
    for change in step.changes:
        message = link_message(change.path, change.after.mode) if change.after else ""
        if message and change.after and change.after[:2] != (change.before or ())[:2]:
            yield step.at(change), message, ""


def link_message(path: str, mode: str) -> str:
    """Return the message that a path is a link or another repository instead of a file or folder; else empty."""
    if mode == _LINK:
        return _("{path} is a link, not a file or folder of the ledger", path=path)
    message = _("{path} is another repository, not a folder of the ledger") if mode == SUBMODULE else ""
    return message.format(path=path)


@RULES.rule(
    "look-alike",
    why="If two paths differ only in letter case, or in how a letter is composed, some systems show only one of them, perhaps not the "
    "one that was examined.",
    wrong="Data/problems/01/1.1.yaml exists beside data/problems/01/1.1.yaml; or data/evidence/2.3/a.PDF beside a.pdf, which is a warning.",
)
def look_alike(step: Step) -> Violations[HistoryPlace]:
    """Find files whose path differs from another one only in letter case or composition."""
    added = {each.path: each for each in step.changes if each.before is None and each.after is not None}
    for path, twin, severity in _look_alikes(added, step.before, step.after):
        yield step.at(added[path]), _look_alike_message(path, twin), "", severity


@lru_cache(maxsize=4096)
def _same_name(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _look_alikes(added: Iterable[str], before: State, after: State) -> Iterator[tuple[str, str, Severity]]:
    """Yield each added file whose name or folder differs from another one only in letter case or composition; with that one, and the severity."""
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for path in added:
        folders[path.rpartition("/")[0]].append(path)
    for folder, paths in folders.items():
        paths_by_name = defaultdict(list)
        for each in after.folders.get(folder, ()):
            paths_by_name[_same_name(each)].append(each)
        others = [] if before.folders.get(folder) else [each for each, files in after.folders.items() if files and each != folder and _same_name(each) == _same_name(folder)]  # fmt: skip
        for path in paths:
            if twins := [each for each in paths_by_name[_same_name(path)] if each != path] + others:
                # Two offices may attach such files in good faith.
                yield path, twins[0], "warning" if path.startswith(f"{EVIDENCE}/") else "error"


def _look_alike_message(path: str, twin: str) -> str:
    return _("{path} differs from {twin} only in letter case or composition", path=path, twin=twin)


def check_look_alikes(git: Git) -> Findings:
    """Yield files and folders beside the ledger's whose names differ only in letter case, each in the commit that brings it."""
    names = {_same_name(each): each for each in ("data", FOLDER, *PARTS)}
    known: set[str] = set()
    folders = (f":(icase){name}" for name in ("data", FOLDER))
    for commit in commits_in(git, *folders, *(f":(exclude,literal){part}" for part in PARTS)):
        for top, *rest in (each.path.split("/") for each in commit.touched if each.blob):
            path = "/".join([top, *rest[:1]]) if top in {"data", FOLDER} else top
            own = names.get(_same_name(path), path)
            if own != path and path not in known:
                known.add(path)
                yield look_alike.finding(HistoryPlace.at(commit, path), _look_alike_message(path, own))


def check_merged_paths(joining: Joining) -> Findings:
    """Yield the links, pointers and look-alikes that a merge brings and none of its sides has."""
    commit, sides, result = joining.commit, [side.state for side in joining.sides], joining.result
    files = joining.graph.files
    for path, *_rest in commit.touched:
        version, versions = result.get(path), [each for side in sides if (each := side.get(path))]
        if version and not any(version[:2] == each[:2] for each in versions):
            place = HistoryPlace.at(commit, path, number_of(path))
            if message := link_message(path, version.mode):
                yield link.finding(place, message)
            if files.pointer(version.blob) and any(not files.pointer(each.blob) for each in versions):
                yield RULES["evidence-changed"].finding(place, pointer_message(path), "", "warning")
    added = [path for path, *_rest in commit.touched if result.get(path) and not sides[0].get(path)]
    for path, twin, severity in _look_alikes(added, sides[0], result):
        if not any(side.get(path) and side.get(twin) for side in sides):
            place = HistoryPlace.at(commit, path, number_of(path))
            yield look_alike.finding(place, _look_alike_message(path, twin), "", severity)


OWN_TEMPLATE: Final = RULES.declare(
    "own-template",
    "note",
    why="The ledger's own template can make a notice say what the records do not, such as that everything is complete; so can a form, of a "
    "table that is filled from the records. Check it like a record.",
    wrong="A commit adds or changes `templates/notice.txt.j2`, or `data/forms/月报.yaml`. (This blocks nothing, and `audit --json` does not "
    "list it.)",
)


def check_templates(git: Git) -> Findings:
    """Yield each commit that adds or changes a template, a form or a link; a merge only if it brings what none of its sides had."""
    known_files: set[Touched] = set()
    for commit in commits_in(git, FOLDER, FORMS):
        for touched in commit.touched:
            if touched.blob and (len(commit.parents) < 2 or touched not in known_files):  # noqa: PLR2004
                place = HistoryPlace.at(commit, touched.path)
                if message := link_message(touched.path, touched.mode):
                    yield link.finding(place, message)
                elif is_template(touched.path) or touched.path.startswith(FORMS):
                    message = _("the ledger's own {path} was added or changed", path=touched.path)
                    yield OWN_TEMPLATE.finding(place, message)
            known_files.add(touched)


CONVERTED = RULES.declare(
    "converted",
    why="The audit examines what the history contains. If git checks a file out in another encoding, or through a program, people read "
    "and publish something else.",
    wrong="A commit adds `data/** working-tree-encoding=UTF-16`, `ident` or a `filter` to .gitattributes, even under a name defined by "
    "`[attr]` in the topmost one. (Evidence may be kept by git-lfs, and line endings are ignored.)",
)


def check_attributes(git: Git, commits: Sequence[Commit], paths: Iterable[str]) -> Findings:
    """Yield the commits from which on git converts files of the ledger; `paths` are all that the ledger ever had."""
    prefix = git.prefix
    prefixes = [prefix[: index + 1] for index, letter in enumerate(prefix) if letter == "/"]
    pathspecs = [f":(top,literal){folder}{_ATTRIBUTES}" for folder in ("", *prefixes, f"{prefix}data/")]
    histories = ("", commits_in(git, *pathspecs, relative=False)), (prefix, commits)
    versions = [
        (commit, f"{start}{each.path}", each.blob)
        for start, history in histories
        for commit in history
        for each in commit.touched
        if each.has_content and each.path.rpartition("/")[2] == _ATTRIBUTES
    ]
    if not versions:
        return
    found = read_objects(git, dict.fromkeys(blob for _commit, _path, blob in versions), MAX_SIZE)
    lines_of = {each.name: _attribute_lines(each.content) for each in found}
    order = {commit.hash: place for place, commit in enumerate(commits)}
    ledger_paths = [f"{prefix}{path}" for path in paths]
    macros: dict[str, set[str]] = {}
    reported: dict[tuple[str, str], set[str]] = {}
    """The conversions reported so far, by path and blob of the file of attributes."""
    for commit, path, blob in sorted(versions, key=lambda each: order.get(each[0].hash, len(order))):
        reported.setdefault((path, blob), set())
        # Git reads macros only from the topmost file; a new one may change what any other file means.
        is_grown = path == _ATTRIBUTES and _define(macros, lines_of[blob])
        for file, name in list(reported) if is_grown else [(path, blob)]:
            folder = file.removesuffix(_ATTRIBUTES)
            below = [each.removeprefix(folder) for each in ledger_paths if each.startswith(folder)]
            evidence = f"{prefix}{EVIDENCE}/".removeprefix(folder)
            if new := _conversions(lines_of[name], macros, below, evidence) - reported[file, name]:
                reported[file, name] |= new
                message = _("{path} makes git convert files of the ledger on checkout: {names}")
                message = message.format(path=file, names=quoted(sorted(new)))
                yield CONVERTED.finding(HistoryPlace.at(commit, file), message)


def _attribute_lines(content: bytes) -> list[list[str]]:
    """Return the lines of a file of attributes as words: the pattern, or the macro that it defines, then the attributes."""
    text = content.decode("utf-8-sig", "backslashreplace")  # other characters than these are no blanks to git
    lines = (_BLANKS.split(line.strip(" \t\r")) for line in text.split("\n"))
    return [words for words in lines if len(words) > 1 and not words[0].startswith("#")]


def _define(macros: dict[str, set[str]], lines: Iterable[Sequence[str]]) -> bool:
    """Add the macros that a file of attributes defines; return whether any is new. Old definitions stay, because another branch may have them."""
    before = sum(map(len, macros.values()))
    for name, *words in lines:
        if name.startswith(_MACRO_PREFIX):
            macros.setdefault(name.removeprefix(_MACRO_PREFIX), set()).update(words)
    return sum(map(len, macros.values())) > before


def _converting_names(words: Iterable[str], macros: Mapping[str, set[str]]) -> set[str]:
    """Return those of some attributes that convert files, after macros are expanded."""
    names: set[str] = set()
    remaining = list(words)
    while remaining:
        if (name := remaining.pop()) not in names:
            names.add(name)
            remaining += macros.get(name, ())
    return {name for name in names if name.partition("=")[0] in {"working-tree-encoding", "filter", "ident"}}


def _conversions(
    lines: Iterable[Sequence[str]], macros: Mapping[str, set[str]], paths: Sequence[str], evidence: str
) -> set[str]:
    """Return the attributes by which a file of attributes converts some paths; rather one too many than too few. Evidence may have `filter=lfs`."""
    conversions: set[str] = set()
    for pattern, *words in lines:
        if not pattern.startswith(_MACRO_PREFIX) and (names := _converting_names(words, macros)):
            matched = [path for path in paths if _may_match(pattern, path)]
            is_evidence = all(path.startswith(evidence) for path in matched)
            conversions |= (names - {"filter=lfs"} if is_evidence else names) if matched else set()
    return conversions


def _may_match(pattern: str, path: str) -> bool:
    """Return whether a pattern of .gitattributes may match a path. One with quotes or backslashes counts as matching any path."""
    if '"' in pattern or "\\" in pattern:
        return True
    # To git, `?` and `[…]` mean a byte, and a character of a path may have several.
    pattern, path = re.sub(r"\?|\[.*\]", "*", pattern.casefold()), path.casefold()
    if "/" not in pattern:
        return fnmatchcase(path.rpartition("/")[2], pattern)
    return fnmatchcase(path, pattern.lstrip("/").replace("**/", "*"))
