"""Checks of the history as a whole: what was verified is still in it, and the ledger begins once and was nowhere else before."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.facts import entries, mapping, name_key, read_data, text_of
from xuncha.audit.replayed import CLOCK_SKEW, MAX_DELAY
from xuncha.errors import RefusedError, Severity
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, PARTS, Identity
from xuncha.model.source import MAX_SIZE
from xuncha.trail.contents import read_objects
from xuncha.trail.git import Git
from xuncha.trail.replay import RAW_OF_REPOSITORY, Commit, log
from xuncha.trail.tags import Anchor

_SAMPLE: Final = (
    *PARTS,
    *(Identity(problem, number).path for problem in range(1, 21) for number in range(6)),
)
"""The paths that are read to recognise a ledger: its parts, then those of the first problems and measures."""
_PIECE: Final = 4  # characters in a piece of text; even two ledgers of the same field share few pieces
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
    """Yield each folder where the same ledger was before: before the commit that adds it here, or in history that was merged later."""
    later = {start.hash}
    for commit in commits:
        if not later.isdisjoint(commit.parents):
            later.add(commit.hash)
    before = {parent for commit in commits if commit.hash in later for parent in commit.parents} - later
    changes = _settings_changes(git, *before) if before else {}
    changes.pop(git.prefix, None)
    if not changes:
        return
    places = [(tip, folder) for tip in ("HEAD", *sorted(before)) for folder in changes]
    kinds = git.kinds(f"{tip}:{folder}{LEDGER_FILE}" for tip, folder in places)
    holding = {place for place, kind in zip(places, kinds, strict=True) if kind}
    states = list[str]()
    for folder, (newest, oldest) in changes.items():
        before_newest = f"{newest.hash}^"
        last = next((tip for tip in before if (tip, folder) in holding), before_newest)
        # The last version may have been changed to hide which ledger it is, so older versions are compared, too.
        states += [f"{name}:{folder}" for name in (last, before_newest, oldest.hash)]
    all_changes = _settings_changes(git, "HEAD")
    own, *others = _read_features(git, [f"{start.hash}:{git.prefix}", *states])
    versions_of_each = zip(others[::3], others[1::3], others[2::3], strict=True)
    for folder, versions in zip(changes, versions_of_each, strict=True):
        is_gone = ("HEAD", folder) not in holding and folder in all_changes
        removed = all_changes[folder][0].moment_committed if is_gone else None
        is_near = removed is not None and abs(removed - start.moment_committed) < MAX_DELAY
        if any(own.is_similar(each, _SIMILAR_GONE if is_near else _SIMILAR) for each in versions):
            severity: Severity = "warning" if own.parts == versions[0].parts else "error"
            text = _("the ledger was in {folder} before; its history until then is there")
        elif removed == start.moment_committed:
            severity = "warning"
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
                newest, _oldest = changes.get(folder, (each, each))
                changes[folder] = newest, each
    return changes


class _Features(NamedTuple):
    """The features by which a ledger in another folder is recognised."""

    parts: list[tuple[str, str]]  # the kind and the hash of each part
    inspection: tuple[str, str]  # the organisation, and the day of the feedback
    titles: set[str]  # of some problems and measures, enough to recognise it
    pieces: set[str]  # their texts, in pieces of a few letters

    def is_similar(self, other: _Features, share: float) -> bool:
        """Return whether two ledgers were made for one inspection, or have more than a share of their titles or texts in common."""
        pairs = ((self.titles, other.titles), (self.pieces, other.pieces))
        is_shared = any(len(first & second) > share * min(len(first), len(second)) for first, second in pairs)
        return is_shared or (all(self.inspection) and self.inspection == other.inspection)


def _read_features(git: Git, folders: Sequence[str]) -> Iterator[_Features]:
    """Read ledgers, given by git's names for their folders. Git is asked once for all: a repository may hold hundreds."""
    found = git.objects(f"{folder}{path}" for folder in folders for path in _SAMPLE)
    contents = read_objects(git, [name for kind, name in found if kind == "blob"], MAX_SIZE)
    for start in range(0, len(found), len(_SAMPLE)):
        sample = found[start : start + len(_SAMPLE)]
        data = [read_data(next(contents).content) if kind == "blob" else {} for kind, _name in sample]
        settings, records = data[0], data[len(PARTS) :]
        texts = [text_of(each, key) for each in records for key in ("title", "goal", "finding")]
        texts += [text_of(entry, "text") for each in records for entry in entries(each, "progress")]
        plain = [text[:_MAX_TEXT] for each in texts if each and (text := name_key(each))]
        yield _Features(
            sample[: len(PARTS)],
            (str(settings.get("organisation", "")), str(mapping(settings, "inspection").get("feedback", ""))),
            {name_key(title) for each in records if (title := text_of(each, "title"))},
            {each[at : at + _PIECE] for each in plain for at in range(max(1, len(each) - _PIECE + 1))},
        )


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
        writes_settings = any(each.path == LEDGER_FILE and each.blob for each in commit.touched)
        if writes_settings and with_ledger.isdisjoint(commit.parents):
            first_commits.append(commit)
        if writes_settings or not with_ledger.isdisjoint(commit.parents):
            with_ledger.add(commit.hash)
    if len(first_commits) <= 1:  # the usual case
        return first_commits
    names = {each.hash for each in commits}
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
