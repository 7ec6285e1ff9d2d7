"""Checks of paths: links and look-alikes at or beside the ledger's files, where the ledger stood before, and templates of its own."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.contents import pointer_message
from xuncha.audit.facts import Data, entries, is_record, mapping, name_key, number_of, read_data, text_of
from xuncha.audit.graph import Step
from xuncha.audit.joining import Joining
from xuncha.audit.replayed import MAX_DELAY, State
from xuncha.catalogue import Violations
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, FORMS, LEDGER_FILE, PARTS, PROBLEMS
from xuncha.model.source import MAX_SIZE
from xuncha.paper.own import FOLDER, is_template
from xuncha.trail.contents import read_objects
from xuncha.trail.git import Git
from xuncha.trail.limits import first_entries
from xuncha.trail.replay import SUBMODULE, Commit, Touched, commits_in, other_ledgers
from xuncha.trail.tags import Anchor

_LINK: Final = "120000"
_MAX_ENTRIES: Final = 20  # entries of a folder that are read to recognise a ledger
_LENGTH: Final = 4  # letters of a piece of text; even two ledgers of the same field share few pieces
_MAX_TEXT: Final = 2000
_SIMILAR: Final = 0.5  # share of titles or pieces above which two ledgers are the same one
_SIMILAR_GONE: Final = 0.2  # the same, if one of them disappeared within two weeks of the other's beginning


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
        return _("{path} is a link, not a file or folder of the ledger").format(path=path)
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
    for path, twin in _look_alike_pairs(added, step.before, step.after):
        yield step.at(added[path]), _look_alike_message(path, twin), "", _look_alike_severity(path)


def _look_alike_severity(path: str) -> Severity:
    """Return the severity of a look-alike: only a warning for evidence, because two offices may attach such files in good faith."""
    return "warning" if path.startswith(f"{EVIDENCE}/") else "error"


@lru_cache(maxsize=4096)
def _same_name(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _look_alike_pairs(added: Iterable[str], before: State, after: State) -> Iterator[tuple[str, str]]:
    """Yield each added file whose name or folder differs from another one only in letter case or composition; with that other one."""
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
                yield path, twins[0]


def _look_alike_message(path: str, twin: str) -> str:
    return _("{path} differs from {twin} only in letter case or composition").format(path=path, twin=twin)


def check_look_alikes(commits_by_path: Mapping[str, str], commits: Mapping[str, Commit]) -> Findings:
    """Yield files and folders beside the ledger's whose names differ only in letter case; `commits_by_path` gives the commit in which each first stood."""
    names = {_same_name(each): each for each in ("data", "templates", *PARTS)}
    for path, name in commits_by_path.items():
        own = names.get(_same_name(path))
        if own and own != path:
            yield look_alike.finding(HistoryPlace.at(commits[name], path), _look_alike_message(path, own))


MOVED = RULES.declare(
    "ledger-moved",
    why="The content of the commit that adds a ledger is taken as given. If the same ledger was in another folder before, its history "
    "is there, and this commit may have changed anything. If only its place has changed, it is a warning.",
    wrong="A commit moves data/ to new/data/ and closes 2.3 in it, even under other titles or another name of the organisation. Two "
    "ledgers count as one if they share the organisation and the day of the feedback, half of the titles, or half of the words; if "
    "the older one was removed within two weeks, a fifth of the words is enough. If the one removed in the same commit has nothing "
    "in common with it, it is a warning. (Ledgers of two organisations, or of two inspections, may exist side by side.)",
)


def check_former_places(git: Git, start: Commit, commits: Sequence[Commit]) -> Findings:
    """Yield each folder where the same ledger stood before the commit that brings it, or in history that was merged into it since."""
    later = {start.hash}
    for commit in commits:
        if not later.isdisjoint(commit.parents):
            later.add(commit.hash)
    parents = dict.fromkeys(each for commit in commits if commit.hash in later for each in commit.parents)
    before = [each for each in parents if each not in later]
    others = list(other_ledgers(git, start, before)) if before else []
    if not others:
        return
    [[own]] = _read_features(git, [[f"{start.hash}:{git.prefix}"]])
    place = HistoryPlace.at(start, LEDGER_FILE)
    versions = [list(dict.fromkeys(other.versions)) for other in others]
    for other, features in zip(others, _read_features(git, versions, alone=not own.pieces), strict=True):
        near = other.removed_at is not None and abs(other.removed_at - start.moment_committed) < MAX_DELAY
        is_same = any(own.is_similar(each, _SIMILAR_GONE if near else _SIMILAR) for each in features)
        text = ""
        if is_same and not other.is_copied:
            text = _("the ledger was in {folder} before; its history until then is there, and it was changed when it was moved")  # fmt: skip
        elif is_same:
            text = _("the ledger was in {folder} before; its history until then is there")
        elif other.removed_at == start.moment_committed:
            text = _("the ledger in {folder} disappeared when this one appeared; its history is there")
        if text:
            severity: Severity = "error" if is_same and not other.is_copied else "warning"
            yield MOVED.finding(place, text.format(folder=other.folder), "", severity)


class _Features(NamedTuple):
    """The features by which a ledger in another folder is recognised."""

    inspection: tuple[str, str]  # the organisation, and the day of the feedback
    titles: set[str]  # of some problems and measures, enough to recognise it
    pieces: set[str]  # their texts, in pieces of a few letters

    @classmethod
    def of(cls, settings: Data, records: Sequence[Data]) -> _Features:
        """Return the features of a ledger with these settings and records."""
        day = text_of(mapping(settings, "inspection"), "feedback")
        titles = {title for each in records if (title := _plain_text(each.get("title")))}
        texts = [text_of(each, key) for each in records for key in ("title", "goal", "finding")]
        texts += [text_of(entry, "text") for each in records for entry in entries(each, "progress")]
        plain = [text[:_MAX_TEXT] for each in texts if each and (text := _plain_text(each))]
        pieces = {each[at : at + _LENGTH] for each in plain for at in range(max(1, len(each) - _LENGTH + 1))}
        inspection = _plain_text(settings.get("organisation")), _plain_text(day or settings.get("inspection"))
        return cls(inspection, titles, pieces)

    def is_similar(self, other: _Features, share: float) -> bool:
        """Return whether two ledgers were made for one inspection, or have more than a share of their titles or texts in common."""
        pairs = ((self.titles, other.titles), (self.pieces, other.pieces))
        is_shared = any(len(first & second) > share * min(len(first), len(second)) for first, second in pairs)
        return is_shared or (all(self.inspection) and self.inspection == other.inspection)


def _plain_text(value: object) -> str:
    """Return a text without differences that readers hardly see: punctuation, blanks, letter case, width."""
    return name_key(str(value or ""))


def _read_features(
    git: Git, ledgers: Sequence[Sequence[str]], *, alone: bool = False
) -> Iterator[list[_Features]]:
    """Read several versions of each ledger, given by git's names for their folders; if `alone`, read only the settings.

    Git is asked once for all ledgers: a repository may hold hundreds.
    """
    names = [f"{folder}{part}" for each in ledgers for folder in each for part in (LEDGER_FILE, PROBLEMS)]
    found = git.objects(names)
    problems = first_entries(git, [name for kind, name in found[1::2] if kind == "tree" and not alone], _MAX_ENTRIES)  # fmt: skip
    folders = {tree: [leaf.name for leaf in leaves if leaf.mode == "40000"] for tree, leaves in problems.items()}  # fmt: skip
    inside = first_entries(git, [name for names in folders.values() for name in names], _MAX_ENTRIES)
    records = {name: [leaf.name for leaf in leaves if leaf.is_file and is_record(leaf.path)] for name, leaves in inside.items()}  # fmt: skip
    versions = (
        (settings if kind == "blob" else "", [name for folder in folders.get(tree, ()) for name in records[folder]])
        for (kind, settings), (_kind, tree) in zip(found[::2], found[1::2], strict=True)
    )  # fmt: skip
    groups = [list(islice(versions, len(each))) for each in ledgers]
    blobs = [{name for first, others in group for name in (first, *others) if name} for group in groups]
    contents = read_objects(git, [name for names in blobs for name in names], MAX_SIZE)
    for group, names_of_group in zip(groups, blobs, strict=True):
        data = {each.name: read_data(each.content) for each in islice(contents, len(names_of_group))}
        yield [_Features.of(data.get(first, {}), [data[name] for name in others]) for first, others in group]


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
    first_commits = []
    for commit in commits:
        begins = any(each.path == LEDGER_FILE and each.blob for each in commit.touched)
        if begins and with_ledger.isdisjoint(commit.parents):
            first_commits.append(commit)
        if begins or not with_ledger.isdisjoint(commit.parents):
            with_ledger.add(commit.hash)
    names = {each.hash for each in commits} if len(first_commits) > 1 else set()
    verified = [each for each in anchors if each.commit in names]
    accepted = ancestors(min(verified, key=lambda each: each.moment).commit, commits) if verified else set()
    return sorted(first_commits, key=lambda each: (each.hash not in accepted, each.moment_committed))


def ancestors(name: str, commits: Sequence[Commit]) -> set[str]:
    """Return the hashes of a commit and all its ancestors."""
    hashes = {name}
    for commit in reversed(commits):
        if commit.hash in hashes:
            hashes.update(commit.parents)
    return hashes


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
    for path, twin in _look_alike_pairs(added, sides[0], result):
        if not any(side.get(path) and side.get(twin) for side in sides):
            place = HistoryPlace.at(commit, path, number_of(path))
            yield look_alike.finding(place, _look_alike_message(path, twin), "", _look_alike_severity(path))


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
                    message = _("the ledger's own {path} was added or changed").format(path=touched.path)
                    yield OWN_TEMPLATE.finding(place, message)
            known_files.add(touched)
