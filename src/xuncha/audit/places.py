"""Places: what stands where a file of the ledger should be, or beside it, or where the ledger stood before."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Final

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.contents import elsewhere_now
from xuncha.audit.facts import is_record, number_of, read, word
from xuncha.audit.people import named
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PARTS, PROBLEMS
from xuncha.model.source import LARGEST
from xuncha.trail.contents import stored
from xuncha.trail.git import Leaf
from xuncha.trail.replay import SUBMODULE, elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xuncha.audit.replayed import Files, State, Step
    from xuncha.catalogue import Broken
    from xuncha.errors import Finding, Severity
    from xuncha.trail.git import Git
    from xuncha.trail.replay import Commit
    from xuncha.trail.tags import Anchor

_LINK: Final = "120000"
_TOLD: Final = 20
"""Files and folders of a folder by which it is known."""


@RULES.rule(
    "link",
    why="A link shows what stands elsewhere, and another repository is not in this history: nothing tells what was in it.",
    wrong="data/evidence/2.3 is a link to a folder outside, or a submodule; or templates/ is one.",
)
def link(step: Step) -> Broken[HistoryPlace]:
    """Find links and submodules among the files of the ledger."""
    for change in step.changes:
        said = no_file(change.path, change.after.mode) if change.after else ""
        if said and change.after and change.after[:2] != (change.before or ())[:2]:
            yield step.at(change), said, ""


def no_file(path: str, mode: str) -> str:
    """Say that there is no file, and none can be in it; empty where there is one."""
    if mode == _LINK:
        return _("{path} is a link, not a file or folder of the ledger").format(path=path)
    said = _("{path} is another repository, not a folder of the ledger") if mode == SUBMODULE else ""
    return said.format(path=path)


@RULES.rule(
    "look-alike",
    why="Where two paths differ only in letter case, or in how a letter is composed, some systems show one of them for both: another one than was examined.",
    wrong="Data/problems/01/1.1.yaml stands beside data/problems/01/1.1.yaml; or data/evidence/2.3/a.PDF beside a.pdf, which is a warning.",
)
def look_alike(step: Step) -> Broken[HistoryPlace]:
    """Find files that have the name of another one but for letter case."""
    added = {each.path: each for each in step.changes if each.before is None and each.after is not None}
    for path, twin in _twins(added, step.before, step.after):
        yield step.at(added[path]), _differs(path, twin), "", _weight(path)


def _weight(path: str) -> Severity:
    """Return how grave it is that a file has a look-alike: two offices may attach such files in good faith."""
    return "warning" if path.startswith(f"{EVIDENCE}/") else "error"


@lru_cache(maxsize=4096)
def _same_name(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _twins(added: Iterable[str], before: State, after: State) -> Iterator[tuple[str, str]]:
    """Yield, of files that came, those that have the name of another one or stand in such a folder, but for letter case; with that."""
    folders: defaultdict[str, list[str]] = defaultdict(list)
    for path in added:
        folders[path.rpartition("/")[0]].append(path)
    for folder, paths in folders.items():
        named = defaultdict(list)
        for each in after.folders.get(folder, ()):
            named[_same_name(each)].append(each)
        others = [] if before.folders.get(folder) else [each for each, held in after.folders.items() if held and each != folder and _same_name(each) == _same_name(folder)]  # fmt: skip
        for path in paths:
            if twins := [each for each in named[_same_name(path)] if each != path] + others:
                yield path, twins[0]


def _differs(path: str, twin: str) -> str:
    return _("{path} differs from {twin} only in letter case or composition").format(path=path, twin=twin)


def look_alikes(seen: Mapping[str, str], commits: Mapping[str, Commit]) -> Iterator[Finding[HistoryPlace]]:
    """Yield the folders and files that stood beside the ledger's under the same name but for letter case; `seen` tells since when."""
    names = {_same_name(each): each for each in ("data", "templates", *PARTS)}
    for path, name in seen.items():
        own = names.get(_same_name(path))
        if own and own != path:
            place = HistoryPlace(name, commits[name].author, commits[name].date, path)
            yield look_alike.at(place, _differs(path, own))


MOVED = RULES.declare(
    "ledger-moved",
    why="What stands in the commit that brings a ledger is taken as given. Where the same ledger stood in another folder before, its history is "
    "there, and this commit may have changed anything. Where nothing but its place has changed, it is a warning.",
    wrong="A commit moves data/ to new/data/, and closes 2.3 in it.",
)


def moved(git: Git, given: Commit, commits: Sequence[Commit]) -> Iterator[Finding[HistoryPlace]]:
    """Yield where the ledger of a commit that brings one stood before, or in what came into its history since, if it is the same one."""
    since = {given.hash}
    for commit in commits:
        if not since.isdisjoint(commit.parents):
            since.add(commit.hash)
    before = dict.fromkeys(each for commit in commits if commit.hash in since for each in commit.parents)
    own = f"{given.hash}:{git.text('rev-parse', '--show-prefix').strip()}"
    for folder, states, unchanged in elsewhere(git, given, [each for each in before if each not in since]):
        if _is_same_ledger(git, states, own):
            said = _("the ledger stood in {folder} before; its history until then is there, and it was changed when it was moved")  # fmt: skip
            if unchanged:
                said = _("the ledger stood in {folder} before; its history until then is there")
            place = HistoryPlace(given.hash, given.author, given.date, LEDGER_FILE)
            yield MOVED.at(place, said.format(folder=folder), "", "warning" if unchanged else "error")


def _is_same_ledger(git: Git, states: Sequence[str], own: str) -> bool:
    """Return whether two folders hold one ledger: of one organisation and one inspection, or with most titles in common, in any of some states."""
    settings = [read(each) for each in git.blobs(f"{name}{LEDGER_FILE}" for name in (own, *states))]
    facts = [(_plain(each.get("organisation")), _plain(each.get("inspection"))) for each in settings]
    if any(each == facts[0] for each in facts[1:] if any(each)):
        return True
    here = _titles(git, f"{own}{PROBLEMS}")
    told = (_titles(git, f"{name}{PROBLEMS}") for name in dict.fromkeys(states))
    return any(len(here & there) * 2 > min(len(here), len(there)) for there in told)


def _plain(value: object) -> str:
    """Return what a text says without what hardly anybody sees: marks and blanks, letter case, width."""
    said = sorted(map(str, value.items())) if isinstance(value, dict) else value or ""
    return named(str(said))


def _titles(git: Git, name: str) -> set[str]:
    """Return the titles of some problems and measures below a folder; no more than tell what it is."""

    def held(tree: str) -> Iterator[Leaf]:
        for line in islice(git.words("ls-tree", "-z", "--full-tree", tree), _TOLD):
            facts, _tab, path = line.partition("\t")
            mode, _kind, name = facts.split(" ")
            yield Leaf(mode, name, path)

    folders = (
        [leaf.name for leaf in held(name) if leaf.mode == "040000"] if git.kinds([name]) == ["tree"] else []
    )
    files = [
        leaf.name for folder in folders for leaf in held(folder) if leaf.is_file and is_record(leaf.path)
    ]
    records = (read(each.content) for each in stored(git, dict.fromkeys(files), LARGEST)) if files else ()
    return {title for each in records if (title := _plain(word(each, "title")))}


SECOND = RULES.declare(
    "second-beginning",
    why="What stands in the commit that brings a ledger is taken as given, so a ledger begins once; whatever came by another beginning has passed no check.",
    wrong="A commit without parents brings data/ledger.yaml and all measures, 2.3 closed among them, and is merged into the history. (Given is what the first anchor "
    "contains; without one, the oldest.)",
)


def beginnings(commits: Sequence[Commit], anchors: Iterable[Anchor]) -> list[Commit]:
    """Return the commits that bring the ledger where it was not there before; the one that is taken as given first."""
    held: set[str] = set()
    found = []
    for commit in commits:
        begins = any(each.path == LEDGER_FILE and each.blob for each in commit.touched)
        if begins and held.isdisjoint(commit.parents):
            found.append(commit)
        if begins or not held.isdisjoint(commit.parents):
            held.add(commit.hash)
    names = {each.hash for each in commits} if len(found) > 1 else set()
    first = min(
        (each for each in anchors if each.commit in names), key=lambda each: each.moment, default=None
    )
    led = {first.commit} if first else set()
    for commit in reversed(commits) if led else ():
        if commit.hash in led:
            led.update(commit.parents)
    return sorted(found, key=lambda each: (each.hash not in led, each.moment_committed))


def entered(
    commit: Commit, sides: list[State], result: State, files: Files
) -> Iterator[Finding[HistoryPlace]]:
    """Yield the links, pointers and look-alikes that a merge brings, and that stand on none of its sides."""
    for path, *_rest in commit.touched:
        version, held = result.get(path), [each for side in sides if (each := side.get(path))]
        if version and not any(version[:2] == each[:2] for each in held):
            place = HistoryPlace(commit.hash, commit.author, commit.date, path, number_of(path))
            if said := no_file(path, version.mode):
                yield link.at(place, said)
            if files.pointer(version.blob) and any(not files.pointer(each.blob) for each in held):
                yield RULES["evidence-changed"].at(place, elsewhere_now(path), "", "warning")
    added = [path for path, *_rest in commit.touched if result.get(path) and not sides[0].get(path)]
    for path, twin in _twins(added, sides[0], result):
        if not any(side.get(path) and side.get(twin) for side in sides):
            place = HistoryPlace(commit.hash, commit.author, commit.date, path, number_of(path))
            yield look_alike.at(place, _differs(path, twin), "", _weight(path))
