"""What git is told to make of the ledger's files when it writes them out: something else than the history holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.facts import in_code
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.model.source import LARGEST
from xuncha.trail.contents import stored
from xuncha.trail.replay import log

if TYPE_CHECKING:
    from xuncha.errors import Finding
    from xuncha.trail.git import Git
    from xuncha.trail.replay import Commit

_FILE: Final = ".gitattributes"

CONVERTED = RULES.declare(
    "converted",
    why="What was examined is what the history holds. Where git writes a file out in another encoding, or through a program, people read and publish "
    "something else.",
    wrong="A commit puts `data/** working-tree-encoding=UTF-16` into .gitattributes; or `ident`, or a `filter`. (Evidence may be kept by git-lfs, "
    "and ends of lines are left out of account.)",
)


def converted(git: Git, commits: Sequence[Commit], paths: Iterable[str]) -> Iterator[Finding[HistoryPlace]]:
    """Yield the commits since which git converts files of the ledger; `paths` are those that it ever had."""
    own = git.text("rev-parse", "--show-prefix").strip()
    above = [own[: place + 1] for place, letter in enumerate(own) if letter == "/"]
    asked = [f":(top,literal){folder}{_FILE}" for folder in ("", *above, f"{own}data/")]
    options = (
        "--full-history",
        "--topo-order",
        "--reverse",
        "--diff-merges=first-parent",
        "--raw",
        "--no-abbrev",
        "--no-renames",
    )
    told = [
        (commit, each.path, each.blob)
        for commit in log(git, *options, "HEAD", "--", *asked)
        for each in commit.touched
        if each.is_here
    ]
    told += [
        (commit, f"{own}{each.path}", each.blob)
        for commit in commits
        for each in commit.touched
        if each.path.endswith(f"/{_FILE}") and each.is_here
    ]
    texts = (
        {each.name: each.content for each in stored(git, dict.fromkeys(blob for *_at, blob in told), LARGEST)}
        if told
        else {}
    )
    ledger = [f"{own}{path}" for path in paths]
    seen: set[tuple[str, str]] = set()
    for commit, path, blob in told:
        folder = path.removesuffix(_FILE)
        below = [each.removeprefix(folder) for each in ledger if each.startswith(folder)]
        names = sorted(
            _conversions(
                texts[blob].decode("utf-8-sig", "replace"), below, f"{own}{EVIDENCE}/".removeprefix(folder)
            )
        )
        if names and (path, blob) not in seen:
            seen.add((path, blob))
            said = _("{path} has git convert files of the ledger when it writes them out: {names}")
            place = HistoryPlace(commit.hash, commit.author, commit.date, path)
            yield CONVERTED.at(place, said.format(path=path, names=in_code(names)))


def _conversions(text: str, paths: Sequence[str], evidence: str) -> set[str]:
    """Return the attributes by which a file of attributes has some paths converted; rather one too many than too few."""
    macros: dict[str, set[str]] = {}
    found: set[str] = set()
    for line in text.splitlines():
        pattern, *words = line.split() or [""]
        if not words or pattern.startswith("#"):
            continue
        names = {name for each in words for name in macros.get(each, {each}) if _converts(name)}
        if pattern.startswith("[attr]"):
            macros[pattern.removeprefix("[attr]")] = names
        elif names:
            matched = [each for each in paths if _may_match(pattern, each)]
            kept = all(each.startswith(evidence) for each in matched)
            found |= (names - {"filter=lfs"} if kept else names) if matched else set()
    return found


def _converts(attribute: str) -> bool:
    return attribute.partition("=")[0] in {"working-tree-encoding", "filter", "ident"}


def _may_match(pattern: str, path: str) -> bool:
    """Return whether a pattern of .gitattributes may mean a path; one with marks of its own for any."""
    if '"' in pattern or "\\" in pattern:
        return True
    pattern, path = pattern.casefold(), path.casefold()
    if "/" not in pattern:
        return fnmatchcase(path.rpartition("/")[2], pattern)
    return fnmatchcase(path, pattern.lstrip("/").replace("**/", "*"))
