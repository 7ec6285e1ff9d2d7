"""Attributes by which git writes out other contents for the ledger's files than the history holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.facts import quoted
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.model.source import MAX_SIZE
from xuncha.trail.contents import read_objects
from xuncha.trail.git import Git
from xuncha.trail.replay import Commit, commits_in

_FILE: Final = ".gitattributes"
_MACRO_PREFIX: Final = "[attr]"

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
    pathspecs = [f":(top,literal){folder}{_FILE}" for folder in ("", *prefixes, f"{prefix}data/")]
    tracked = commits_in(git, *pathspecs, relative=False)
    versions = [
        (commit, each.path, each.blob) for commit in tracked for each in commit.touched if each.has_content
    ]
    versions += [
        (commit, f"{prefix}{each.path}", each.blob)
        for commit in commits
        for each in commit.touched
        if each.path.endswith(f"/{_FILE}") and each.has_content
    ]
    if not versions:
        return
    contents = {each.name: each.content for each in read_objects(git, dict.fromkeys(blob for *_at, blob in versions), MAX_SIZE)}  # fmt: skip
    order = {commit.hash: place for place, commit in enumerate(commits)}
    ledger_paths = [f"{prefix}{path}" for path in paths]
    macros: dict[str, set[str]] = {}
    reported: dict[tuple[str, str], set[str]] = {}
    """The conversions reported so far, by path and blob of the file of attributes."""
    for commit, path, blob in sorted(versions, key=lambda each: order.get(each[0].hash, len(order))):
        conversions = reported.setdefault((path, blob), set())
        lines = _lines(contents[blob])
        is_grown = path == _FILE and _define(macros, lines)  # git reads macros only from the topmost file
        for (file, name), earlier in list(reported.items()) if is_grown else [((path, blob), conversions)]:
            folder = file.removesuffix(_FILE)
            below = [each.removeprefix(folder) for each in ledger_paths if each.startswith(folder)]
            evidence = f"{prefix}{EVIDENCE}/".removeprefix(folder)
            if new := _conversions(_lines(contents[name]), macros, below, evidence) - earlier:
                earlier.update(new)
                message = _("{path} makes git convert files of the ledger on checkout: {names}")
                message = message.format(path=file, names=quoted(sorted(new)))
                yield CONVERTED.finding(HistoryPlace.at(commit, file), message)


def _lines(content: bytes) -> list[list[str]]:
    """Return the lines of a file of attributes as words: the pattern, or the macro that it defines, then the attributes."""
    lines = (line.split() for line in content.decode("utf-8-sig", "replace").splitlines())
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
    pattern, path = pattern.casefold(), path.casefold()
    if "/" not in pattern:
        return fnmatchcase(path.rpartition("/")[2], pattern)
    return fnmatchcase(path, pattern.lstrip("/").replace("**/", "*"))
