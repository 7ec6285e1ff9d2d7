"""Checks of paths: links and look-alikes at or beside the ledger's files, where the ledger stood before, and templates of its own."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.contents import elsewhere_now
from xuncha.audit.facts import Data, entries, is_record, mapping, number_of, read, word
from xuncha.audit.joining import Joining
from xuncha.audit.lines import Step
from xuncha.audit.people import named
from xuncha.audit.replayed import BELIEVED, State
from xuncha.catalogue import Broken
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PARTS, PROBLEMS
from xuncha.model.source import LARGEST
from xuncha.paper.own import FOLDER, is_template
from xuncha.trail.contents import stored
from xuncha.trail.git import Git, Leaf
from xuncha.trail.replay import SUBMODULE, Commit, Touched, elsewhere, touching
from xuncha.trail.tags import Anchor

_LINK: Final = "120000"
_TOLD: Final = 20  # entries of a folder that are read to recognise a ledger
_PIECE: Final = 4  # letters of a piece of text; even two ledgers of the same field share few pieces
_LONG: Final = 2000
_LIKE: Final = 0.5  # share of titles or pieces above which two ledgers are the same one
_LIKE_ONE_GONE: Final = 0.2  # the same, if one of them disappeared within two weeks of the other's beginning


@RULES.rule(
    "link",
    why="A link shows content from elsewhere, and another repository is not in this history: there is no record of what it contained.",
    wrong="data/evidence/2.3 is a link to a folder outside, or a submodule; or templates/ is one.",
)
def link(step: Step) -> Broken[HistoryPlace]:
    """Find links and submodules among the files of the ledger."""
    for change in step.changes:
        message = no_file(change.path, change.after.mode) if change.after else ""
        if message and change.after and change.after[:2] != (change.before or ())[:2]:
            yield step.at(change), message, ""


def no_file(path: str, mode: str) -> str:
    """Return the message that a path is a link or another repository instead of a file or folder; else empty."""
    if mode == _LINK:
        return _("{path} is a link, not a file or folder of the ledger").format(path=path)
    message = _("{path} is another repository, not a folder of the ledger") if mode == SUBMODULE else ""
    return message.format(path=path)


@RULES.rule(
    "look-alike",
    why="If two paths differ only in letter case, or in how a letter is composed, some systems show only one of them, perhaps not the "
    "one that was examined.",
    wrong="Data/problems/01/1.1.yaml exists beside data/problems/01/1.1.yaml; or data/evidence/2.3/a.PDF beside a.pdf, which is a warning.",
)
def look_alike(step: Step) -> Broken[HistoryPlace]:
    """Find files whose path differs from another one only in letter case or composition."""
    added = {each.path: each for each in step.changes if each.before is None and each.after is not None}
    for path, twin in _twins(added, step.before, step.after):
        yield step.at(added[path]), _differs(path, twin), "", _weight(path)


def _weight(path: str) -> Severity:
    """Return the severity of a look-alike: only a warning for evidence, because two offices may attach such files in good faith."""
    return "warning" if path.startswith(f"{EVIDENCE}/") else "error"


@lru_cache(maxsize=4096)
def _same_name(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _twins(added: Iterable[str], before: State, after: State) -> Iterator[tuple[str, str]]:
    """Yield each added file whose name or folder differs from another one only in letter case or composition; with that other one."""
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


def look_alikes(seen: Mapping[str, str], commits: Mapping[str, Commit]) -> Findings:
    """Yield files and folders beside the ledger's whose names differ only in letter case; `seen` gives the commit in which each first stood."""
    names = {_same_name(each): each for each in ("data", "templates", *PARTS)}
    for path, name in seen.items():
        own = names.get(_same_name(path))
        if own and own != path:
            yield look_alike.at(HistoryPlace.of(commits[name], path), _differs(path, own))


MOVED = RULES.declare(
    "ledger-moved",
    why="The content of the commit that adds a ledger is taken as given. If the same ledger was in another folder before, its history "
    "is there, and this commit may have changed anything. If only its place has changed, it is a warning.",
    wrong="A commit moves data/ to new/data/ and closes 2.3 in it, even under other titles or another name of the organisation. Two "
    "ledgers count as one if they share the organisation and the day of the feedback, half of the titles, or half of the words; if "
    "the older one was removed within two weeks, a fifth of the words is enough. If the one removed in the same commit has nothing "
    "in common with it, it is a warning. (Ledgers of two organisations, or of two inspections, may exist side by side.)",
)


def moved(git: Git, given: Commit, commits: Sequence[Commit]) -> Findings:
    """Yield each folder where the same ledger stood before the commit that brings it, or in history that was merged into it since."""
    since = {given.hash}
    for commit in commits:
        if not since.isdisjoint(commit.parents):
            since.add(commit.hash)
    before = dict.fromkeys(each for commit in commits if commit.hash in since for each in commit.parents)
    ours = _Told.of(git, f"{given.hash}:{git.text('rev-parse', '--show-prefix').strip()}")
    place = HistoryPlace.of(given, LEDGER_FILE)
    for other in elsewhere(git, given, [each for each in before if each not in since]):
        near = other.went is not None and abs(other.went - given.moment_committed) < BELIEVED
        features = (_Told.of(git, each, alone=not ours.pieces) for each in dict.fromkeys(other.states))
        is_one = any(ours.is_like(each, _LIKE_ONE_GONE if near else _LIKE) for each in features)
        text = ""
        if is_one and not other.is_copied:
            text = _("the ledger was in {folder} before; its history until then is there, and it was changed when it was moved")  # fmt: skip
        elif is_one:
            text = _("the ledger was in {folder} before; its history until then is there")
        elif other.went == given.moment_committed:
            text = _("the ledger in {folder} disappeared when this one appeared; its history is there")
        if text:
            weight: Severity = "error" if is_one and not other.is_copied else "warning"
            yield MOVED.at(place, text.format(folder=other.folder), "", weight)


class _Told(NamedTuple):
    """The features by which a ledger in another folder is recognised."""

    inspected: tuple[str, str]  # the organisation, and the day of the feedback
    titles: set[str]  # of some problems and measures, enough to recognise it
    pieces: set[str]  # their texts, in pieces of a few letters

    @classmethod
    def of(cls, git: Git, folder: str, *, alone: bool = False) -> _Told:
        """Read a ledger from a folder, given by git's name for it; if `alone`, read only its settings."""
        settings = read(git.blobs([f"{folder}{LEDGER_FILE}"])[0])
        day = word(mapping(settings, "inspection"), "feedback")
        records = [] if alone else list(_records(git, f"{folder}{PROBLEMS}"))
        titles = {title for each in records if (title := _plain(each.get("title")))}
        texts = [word(each, key) for each in records for key in ("title", "goal", "finding")]
        texts += [word(entry, "text") for each in records for entry in entries(each, "progress")]
        plain = [text[:_LONG] for each in texts if each and (text := _plain(each))]
        pieces = {each[at : at + _PIECE] for each in plain for at in range(max(1, len(each) - _PIECE + 1))}
        inspected = _plain(settings.get("organisation")), _plain(day or settings.get("inspection"))
        return cls(inspected, titles, pieces)

    def is_like(self, other: _Told, share: float) -> bool:
        """Return whether two ledgers were made for one inspection, or have more than a share of their titles or texts in common."""
        pairs = ((self.titles, other.titles), (self.pieces, other.pieces))
        is_shared = any(len(one & two) > share * min(len(one), len(two)) for one, two in pairs)
        return is_shared or (all(self.inspected) and self.inspected == other.inspected)


def _plain(value: object) -> str:
    """Return a text without differences that readers hardly see: punctuation, blanks, letter case, width."""
    return named(str(value or ""))


def _records(git: Git, name: str) -> Iterator[Data]:
    """Yield the data of some problems and measures below a folder."""

    def held(tree: str) -> Iterator[Leaf]:
        for line in islice(git.words("ls-tree", "-z", "--full-tree", tree), _TOLD):
            facts, _tab, path = line.partition("\t")
            mode, _kind, name = facts.split(" ")
            yield Leaf(mode, name, path)

    if git.kinds([name]) != ["tree"]:
        return
    folders = [leaf.name for leaf in held(name) if leaf.mode == "040000"]
    leaves = [leaf for folder in folders for leaf in held(folder)]
    files = [leaf.name for leaf in leaves if leaf.is_file and is_record(leaf.path)]
    for content in stored(git, dict.fromkeys(files), LARGEST) if files else ():
        yield read(content.content)


SECOND = RULES.declare(
    "second-beginning",
    why="The content of the commit that adds a ledger is taken as given, so a ledger begins only once; what came by another beginning "
    "has not been checked.",
    wrong="A commit without parents brings data/ledger.yaml and all measures, including 2.3 as closed, and is merged into the history. "
    "(What the first anchor contains is taken as given; without an anchor, what the oldest such commit contains.)",
)


def beginnings(commits: Sequence[Commit], anchors: Iterable[Anchor]) -> list[Commit]:
    """Return the commits that bring the ledger where it did not exist before; first the one that is accepted as the beginning."""
    with_ledger: set[str] = set()
    found = []
    for commit in commits:
        begins = any(each.path == LEDGER_FILE and each.blob for each in commit.touched)
        if begins and with_ledger.isdisjoint(commit.parents):
            found.append(commit)
        if begins or not with_ledger.isdisjoint(commit.parents):
            with_ledger.add(commit.hash)
    names = {each.hash for each in commits} if len(found) > 1 else set()
    verified = [each for each in anchors if each.commit in names]
    led = ancestors(min(verified, key=lambda each: each.moment).commit, commits) if verified else set()
    return sorted(found, key=lambda each: (each.hash not in led, each.moment_committed))


def ancestors(name: str, commits: Sequence[Commit]) -> set[str]:
    """Return the hashes of a commit and all its ancestors."""
    found = {name}
    for commit in reversed(commits):
        if commit.hash in found:
            found.update(commit.parents)
    return found


def entered(joining: Joining) -> Findings:
    """Yield the links, pointers and look-alikes that a merge brings and none of its sides has."""
    commit, sides, result = joining.commit, [side.state for side in joining.sides], joining.result
    files = joining.lines.files
    for path, *_rest in commit.touched:
        version, held = result.get(path), [each for side in sides if (each := side.get(path))]
        if version and not any(version[:2] == each[:2] for each in held):
            place = HistoryPlace.of(commit, path, number_of(path))
            if message := no_file(path, version.mode):
                yield link.at(place, message)
            if files.pointer(version.blob) and any(not files.pointer(each.blob) for each in held):
                yield RULES["evidence-changed"].at(place, elsewhere_now(path), "", "warning")
    added = [path for path, *_rest in commit.touched if result.get(path) and not sides[0].get(path)]
    for path, twin in _twins(added, sides[0], result):
        if not any(side.get(path) and side.get(twin) for side in sides):
            place = HistoryPlace.of(commit, path, number_of(path))
            yield look_alike.at(place, _differs(path, twin), "", _weight(path))


OWN_TEMPLATE: Final = RULES.declare(
    "own-template",
    "note",
    why="The ledger's own template can make a notice say what the records do not, such as that everything is complete. Check it like a record.",
    wrong="A commit adds or changes `templates/notice.txt.j2`. (This blocks nothing, and `audit --json` does not list it.)",
)


def templates(root: Path) -> Findings:
    """Yield each commit that adds or changes a template or a link; a merge only if it brings what none of its sides had."""
    seen: set[Touched] = set()
    for commit in touching(root, FOLDER):
        for touched in commit.touched:
            if touched.blob and (len(commit.parents) < 2 or touched not in seen):  # noqa: PLR2004
                place = HistoryPlace.of(commit, touched.path)
                if message := no_file(touched.path, touched.mode):
                    yield link.at(place, message)
                elif is_template(touched.path):
                    message = _("the ledger's own {path} was added or changed").format(path=touched.path)
                    yield OWN_TEMPLATE.at(place, message)
            seen.add(touched)
