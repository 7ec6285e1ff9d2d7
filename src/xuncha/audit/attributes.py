"""What git is told to make of the ledger's files when it writes them out: something else than the history holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.facts import in_code
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.model.source import LARGEST
from xuncha.trail.contents import stored
from xuncha.trail.git import Git
from xuncha.trail.replay import Commit, log

_FILE: Final = ".gitattributes"
_MACRO: Final = "[attr]"

CONVERTED = RULES.declare(
    "converted",
    why="What was examined is what the history holds. Where git writes a file out in another encoding, or through a program, people read and publish "
    "something else.",
    wrong="A commit puts `data/** working-tree-encoding=UTF-16` into .gitattributes; or `ident`, or a `filter`; be it by a name that `[attr]` in the topmost one gives them. (Evidence may be kept by git-lfs, "
    "and ends of lines are left out of account.)",
)


def converted(git: Git, commits: Sequence[Commit], paths: Iterable[str]) -> Findings:
    """Yield the commits since which git converts files of the ledger; `paths` are those that it ever had."""
    own = git.text("rev-parse", "--show-prefix").strip()
    above = [own[: place + 1] for place, letter in enumerate(own) if letter == "/"]
    asked = [f":(top,literal){folder}{_FILE}" for folder in ("", *above, f"{own}data/")]
    walk = ("--full-history", "--topo-order", "--reverse", "--diff-merges=first-parent")
    raw = ("--raw", "--no-abbrev", "--no-renames")
    above_data = log(git, *walk, *raw, "HEAD", "--", *asked)
    told = [
        (commit, each.path, each.blob) for commit in above_data for each in commit.touched if each.is_here
    ]
    told += [
        (commit, f"{own}{each.path}", each.blob)
        for commit in commits
        for each in commit.touched
        if each.path.endswith(f"/{_FILE}") and each.is_here
    ]
    if not told:
        return
    texts = {each.name: each.content for each in stored(git, dict.fromkeys(blob for *_at, blob in told), LARGEST)}  # fmt: skip
    order = {commit.hash: place for place, commit in enumerate(commits)}
    ledger = [f"{own}{path}" for path in paths]
    macros: dict[str, set[str]] = {}
    held: dict[tuple[str, str], set[str]] = {}
    """Files of attributes, each with those by which it was found to convert something."""
    for commit, path, blob in sorted(told, key=lambda each: order.get(each[0].hash, len(order))):
        known = held.setdefault((path, blob), set())
        lines = _lines(texts[blob])
        grown = path == _FILE and _define(macros, lines)  # git takes them from nowhere else in a history
        for (file, name), found in list(held.items()) if grown else [((path, blob), known)]:
            folder = file.removesuffix(_FILE)
            below = [each.removeprefix(folder) for each in ledger if each.startswith(folder)]
            evidence = f"{own}{EVIDENCE}/".removeprefix(folder)
            if new := _conversions(_lines(texts[name]), macros, below, evidence) - found:
                found.update(new)
                said = _("{path} has git convert files of the ledger when it writes them out: {names}")
                said = said.format(path=file, names=in_code(sorted(new)))
                yield CONVERTED.at(HistoryPlace.of(commit, file), said)


def _lines(content: bytes) -> list[list[str]]:
    """Return the lines of a file of attributes: the pattern of each, or what it defines, and the attributes."""
    lines = (each.split() for each in content.decode("utf-8-sig", "replace").splitlines())
    return [words for words in lines if len(words) > 1 and not words[0].startswith("#")]


def _define(macros: dict[str, set[str]], lines: Iterable[Sequence[str]]) -> bool:
    """Take in what a file calls several attributes by one name; return whether that is new. What was once defined is kept: another branch may have it."""
    before = sum(map(len, macros.values()))
    for name, *words in lines:
        if name.startswith(_MACRO):
            macros.setdefault(name.removeprefix(_MACRO), set()).update(words)
    return sum(map(len, macros.values())) > before


def _meant(words: Iterable[str], macros: Mapping[str, set[str]]) -> set[str]:
    """Return the attributes that some words set by themselves, or by what they stand for, and that convert."""
    found: set[str] = set()
    left = list(words)
    while left:
        if (each := left.pop()) not in found:
            found.add(each)
            left += macros.get(each, ())
    return {each for each in found if each.partition("=")[0] in {"working-tree-encoding", "filter", "ident"}}


def _conversions(
    lines: Iterable[Sequence[str]], macros: Mapping[str, set[str]], paths: Sequence[str], evidence: str
) -> set[str]:
    """Return the attributes by which a file of attributes has some paths converted; rather one too many than too few."""
    found: set[str] = set()
    for pattern, *words in lines:
        if not pattern.startswith(_MACRO) and (names := _meant(words, macros)):
            matched = [each for each in paths if _may_match(pattern, each)]
            kept = all(each.startswith(evidence) for each in matched)
            found |= (names - {"filter=lfs"} if kept else names) if matched else set()
    return found


def _may_match(pattern: str, path: str) -> bool:
    """Return whether a pattern of .gitattributes may mean a path; one with marks of its own for any."""
    if '"' in pattern or "\\" in pattern:
        return True
    pattern, path = pattern.casefold(), path.casefold()
    if "/" not in pattern:
        return fnmatchcase(path.rpartition("/")[2], pattern)
    return fnmatchcase(path, pattern.lstrip("/").replace("**/", "*"))
