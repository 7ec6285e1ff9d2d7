"""Checks of the history as a whole: what was verified is still in it, and the ledger begins once and was nowhere else before."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.facts import Data, entries, is_record, mapping, name_key, read_data, text_of
from xuncha.audit.replayed import CLOCK_SKEW, MAX_DELAY
from xuncha.errors import RefusedError, Severity
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, PARTS, PROBLEMS
from xuncha.model.source import MAX_SIZE
from xuncha.trail.contents import read_objects
from xuncha.trail.git import Git
from xuncha.trail.limits import first_entries
from xuncha.trail.replay import RAW_OF_REPOSITORY, Commit, log
from xuncha.trail.tags import Anchor

_MAX_ENTRIES: Final = 20  # entries of a folder that are read to recognise a ledger
_LENGTH: Final = 4  # letters of a piece of text; even two ledgers of the same field share few pieces
_MAX_TEXT: Final = 2000
_SIMILAR: Final = 0.5  # share of titles or pieces above which two ledgers are the same one
_SIMILAR_GONE: Final = 0.2  # the same, if one of them disappeared within two weeks of the other's beginning
_MAX_SHOWN: Final = 20  # missing numbers are reported up to this many

REWRITTEN = RULES.declare(
    "history-rewritten",
    why="History grows and is never rewritten; what was verified once must still be there.",
    wrong="The commit of a tag `xuncha/audit/3-…`, or the one of `--since` (whose hash may come from a printed notice), is no longer in "
    "the history of the current commit; or the tag is at a commit other than its name says, or is older than its commit. If the "
    "second of three anchors is missing, it is a warning.",
)


def check_anchors(anchors: list[Anchor], commits: Mapping[str, Commit]) -> Findings:
    """Yield a finding for each anchor that history no longer contains, that was moved, is older than its commit, or is missing."""
    for anchor in anchors:
        commit, messages = commits.get(anchor.commit), list[str]()
        if anchor.is_moved:
            messages.append(_("verification no. {n} was of {named}, but its tag points to {commit}"))
        if commit is None:
            messages.append(_("history no longer contains {commit}, which was verified on {day} (no. {n})"))
        elif commit.moment_committed > anchor.moment + CLOCK_SKEW:
            messages.append(_("verification no. {n} is dated {day}, but {commit} was made later, on {made}"))
        names = {"n": anchor.number, "named": anchor.prefix, "commit": anchor.short, "day": anchor.day}
        names["made"] = commit.committed[:10] if commit else ""
        place = HistoryPlace(anchor.commit, anchor.author, anchor.date)
        yield from (REWRITTEN.finding(place, message.format(**names)) for message in messages)
    numbers = {anchor.number for anchor in anchors}
    missing = (number for number in range(1, max(numbers, default=0)) if number not in numbers)
    for number in islice(missing, _MAX_SHOWN):
        following = next(later for later in anchors if later.number > number)
        place = HistoryPlace(following.commit, following.author, following.date)
        yield REWRITTEN.finding(place, _("verification no. {n} is missing", n=number), "", "warning")


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
    changes = _settings_changes(git, *before) if before else {}
    changes.pop(git.prefix, None)
    if not changes:
        return
    places = [(commit, folder) for folder in changes for commit in (start.hash, "HEAD", *before)]
    kinds = git.kinds(f"{commit}:{folder}{LEDGER_FILE}" for commit, folder in places)
    holding = {place for place, kind in zip(places, kinds, strict=True) if kind}
    kept = {folder for folder in changes if {(start.hash, folder), ("HEAD", folder)} <= holding}
    later_changes = _settings_changes(git, "HEAD") if len(kept) < len(changes) else {}
    last = {
        folder: next((commit for commit in before if (commit, folder) in holding), f"{newest.hash}^")
        for folder, (newest, _oldest) in changes.items()
    }
    roots = [f"{start.hash}:{git.prefix}", *(f"{commit}:{folder}" for folder, commit in last.items())]
    parts = git.objects(f"{root}{part}" for root in roots for part in PARTS)
    own_parts, *other_parts = (parts[at : at + len(PARTS)] for at in range(0, len(parts), len(PARTS)))
    versions = [
        list(dict.fromkeys(f"{name}:{folder}" for name in (last[folder], f"{newest.hash}^", oldest.hash)))
        for folder, (newest, oldest) in changes.items()
    ]
    [[own]] = _read_features(git, [roots[:1]])
    features = _read_features(git, versions, alone=not own.pieces)
    for folder, held, candidates in zip(changes, other_parts, features, strict=True):
        removal: Commit | None = start
        if (start.hash, folder) in holding or last[folder] not in before:
            removal = later_changes[folder][0] if folder in later_changes else None
        removed_at = removal.moment_committed if removal else 0
        near = folder not in kept and abs(removed_at - start.moment_committed) < MAX_DELAY
        severity: Severity = "warning"
        if any(own.is_similar(each, _SIMILAR_GONE if near else _SIMILAR) for each in candidates):
            text = _("the ledger was in {folder} before; its history until then is there")
            if held != own_parts:
                text, severity = _("the ledger was in {folder} before; its history until then is there, and it was changed when it was moved"), "error"  # fmt: skip
        elif folder not in kept and removed_at == start.moment_committed:
            text = _("the ledger in {folder} disappeared when this one appeared; its history is there")
        else:
            continue
        place = HistoryPlace.at(start, LEDGER_FILE)
        yield MOVED.finding(place, text.format(folder=folder or "./"), "", severity)


def _settings_changes(git: Git, *tips: str) -> dict[str, tuple[Commit, Commit]]:
    """Return the newest and the oldest change of each ledger's settings in a history, by the ledger's folder, as far as git gets."""
    changes: dict[str, tuple[Commit, Commit]] = {}
    options = ("--full-history", "--diff-merges=first-parent", *RAW_OF_REPOSITORY)
    with contextlib.suppress(RefusedError):
        for each in log(git, *options, *tips, "--", f":(top,glob)**/{LEDGER_FILE}"):
            for touched in each.touched:
                folder = touched.path.removesuffix(LEDGER_FILE)
                changes[folder] = changes.get(folder, (each,))[0], each
    return changes


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
    found = git.objects(
        f"{folder}{part}" for each in ledgers for folder in each for part in (LEDGER_FILE, PROBLEMS)
    )
    problems = [tree for kind, tree in found[1::2] if kind == "tree" and not alone]
    folders = {
        tree: [each.name for each in entries_of_tree if each.mode == "40000"]
        for tree, entries_of_tree in first_entries(git, problems, _MAX_ENTRIES).items()
    }
    files = first_entries(git, [name for names in folders.values() for name in names], _MAX_ENTRIES)
    records = {
        tree: [each.name for name in names for each in files[name] if each.is_file and is_record(each.path)]
        for tree, names in folders.items()
    }
    versions = (
        (settings if kind == "blob" else "", records.get(tree, []))
        for (kind, settings), (_kind, tree) in zip(found[::2], found[1::2], strict=True)
    )
    groups = [list(islice(versions, len(each))) for each in ledgers]
    blobs = [{name for first, others in group for name in (first, *others) if name} for group in groups]
    contents = read_objects(git, [name for names in blobs for name in names], MAX_SIZE)
    for group, names in zip(groups, blobs, strict=True):
        data = {each.name: read_data(each.content) for each in islice(contents, len(names))}
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
