"""The history of a ledger's files: who did what, when, out of the commits and their trailers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from xuncha.language import gettext as _
from xuncha.model.identity import PROBLEMS, Identity
from xuncha.trail.door import SlowError
from xuncha.trail.git import Git, GitError
from xuncha.trail.limits import fits, swollen
from xuncha.trail.replay import RAW, Commit, log
from xuncha.trail.repository import git_dir

_MOST_MOVES = 100  # renumberings that are followed: git is asked once for each
PATIENCE = 20.0
"""Seconds that git may take for the history of a folder before it is looked at what is in it."""


class Event(NamedTuple):
    """One thing done to one problem or measure; what a commit does not say is None."""

    commit: str
    date: str  # ISO 8601 with the offset
    author: str
    email: str
    action: str | None
    id: str | None
    from_: str | None
    to: str | None
    reason: str | None
    subject: str
    undoes: tuple[str, ...] = ()  # the commits that this one took back
    now: str | None = None
    """The number that the problem or measure has now, where that is known to be another one than it had then; empty where it was removed."""
    joins: bool = False  # whether the commit joins two histories
    begins: bool = False
    """Whether nothing before the commit is known: it is the first one, or a shallow clone was cut off there."""
    account: str = ""  # who was signed in, where the change was made in a browser
    committer: str = ""  # the e-mail of whoever made the commit, be it out of another's work

    def as_json(self) -> dict[str, str | None]:
        """Give the form of `log --json`."""
        names = self._fields[: self._fields.index("undoes")]
        return {name.rstrip("_"): getattr(self, name) for name in names}

    @property
    def by_hand(self) -> bool:
        """Whether no command of ours made the commit, and git did not make it to join what others had done."""
        return self.action is None and not self.joins

    @property
    def moves(self) -> bool:
        """Whether the problem or measure has another number from then on, and it is known which it had before."""
        told = self.action == "renumber" and self.id != self.to and not self.begins
        return told and all(Identity.is_number(each or "") for each in (self.id, self.to))

    @property
    def removed(self) -> bool:
        """Whether the problem or measure was removed."""
        return self.action == "remove" and self.id is not None

    @property
    def number(self) -> str | None:
        """The number under which the problem or measure is found now; None where it was removed."""
        return self.id if self.now is None else self.now or None

    @property
    def day(self) -> str:
        """The day on the committer's own clock."""
        return self.date[:10]

    @property
    def minute(self) -> str:
        """Day and time to the minute, on the committer's own clock."""
        return self.date[:16].replace("T", " ")


def history(root: Path) -> list[Event]:
    """Read what was done to the ledger, newest first.

    Returns an event for each problem or measure that a commit names, in the commit's order; one without an id for a commit
    that names none. Empty outside a repository and before the first commit.
    """
    events = [event for commit in _commits(root, "data") for event in _events(commit)]
    if not events and git_dir(root) is not None:
        git = Git(root)
        if git.head() is not None and git.run("ls-tree", "HEAD", "--", "data"):
            raise GitError(_("it gave no answer"))  # somebody has committed what is there
    later, undone = _later(root, events), taken_back(events)
    return [_as_now(event, later, event.commit in undone) for event in events]


def history_of_measure(root: Path, path: str, identity: str) -> list[Event]:
    """Read what was done to one measure, newest first, under the number that it had then.

    It begins where the measure was entered: what git goes on to show is of the file from which it was copied.
    """
    events = []
    for commit, earlier in _followed(root, path):
        # Where numbers change, the new one was another's before.
        numbers = {earlier or identity} if _renumberings(commit) else {identity, earlier}
        problems = {number.partition(".")[0] for number in numbers}
        for event in _events(commit):
            with_its_problem = event.action == "renumber" and event.id in problems
            if event.id is None or event.id in numbers or with_its_problem:
                events.append(event)
                if event.action == "add":
                    return events
        identity = earlier or identity
    return events


def history_of_problem(root: Path, identity: Identity) -> list[Event]:
    """Read what was done to one problem and its measures, newest first, under the number that it had then."""
    events: list[Event] = []
    before: Identity | None = identity
    until = "HEAD"
    for _move in range(_MOST_MOVES):
        if before is None:
            break
        number, folder, before = str(before), before.folder, None
        undone: set[str] = set()
        for commit in _commits(root, folder, until):
            undone.update(commit.trailers.undoes)  # what is taken back is older
            here, stands = list(_events(commit)), commit.hash not in undone
            came = next((each for each in here if stands and each.moves and each.to == number), None)
            if came:
                events.append(came)
                before, until = Identity.perhaps(came.id), f"{commit.hash}^"
                break
            removes = stands and any(each.removed for each in here)
            if removes and any(each.id == number for each in here):
                break  # what stood under this number before was another one
            events += [
                each
                for each in here
                if (each.id or number).partition(".")[0] == number
                or (stands and each.action == "renumber" and each.to == number)
            ]
    return events


def taken_back(events: Iterable[Event]) -> set[str]:
    """Return the commits that later ones took back."""
    return {commit for event in events for commit in event.undoes}


def ever(root: Path, line: str) -> set[str]:
    """Return the measures, by their present numbers, into whose files any commit has ever written a line of this pattern."""
    options = (f"-G{line}", "--text", "--no-textconv", "--no-ext-diff", *RAW)
    found = [
        (commit.hash, str(identity))
        for commit in _commits(root, PROBLEMS, "HEAD", *options)
        for touched in commit.touched
        if touched.blob and (identity := Identity.of_file(touched.path)) and identity.measure
    ]
    later = _later(root, history(root))
    return {now for commit, number in found if (now := _number_after(later, commit, number))}


def last_of(root: Path, commits: Iterable[str]) -> list[str]:
    """Return those of some commits, the oldest first, that no other one of them stands on: one, but where branches have met."""
    told = list(commits)[-_MOST_MOVES:]
    since = f"{told[0]}..HEAD" if told[1:] else ""
    if not since or not Git(root).run("rev-list", "--min-parents=2", "--max-count=1", since, "--"):
        return told[-1:]
    return Git(root).text("merge-base", "--independent", *told).split()


def last_entered(root: Path) -> str | None:
    """Return the day on which the last of the measures was entered, that are there now or were; None where git tells of none."""
    options = ("--diff-filter=A", *RAW)
    for commit in _commits(root, PROBLEMS, "HEAD", *options):
        entered = (Identity.of_file(touched.path) for touched in commit.touched)
        if commit.trailers.action != "renumber" and any(each and each.measure for each in entered):
            return commit.day
    return None


_Later = dict[tuple[str, str], str]
"""By a commit and the number that something had after it: the number that it has now; empty where it was removed."""


def _as_now(event: Event, later: _Later, undone: bool) -> Event:
    """Add the present number of what was renumbered or removed since; the old number may be another's now."""
    if event.removed and not undone:
        return event._replace(now="")
    number = event.to if event.moves and not undone else event.id
    now = _number_after(later, event.commit, number or "")
    return event if now == (event.id or "") else event._replace(now=now)


def _number_after(later: _Later, commit: str, number: str) -> str:
    """Return the present number of what had a number after a commit; empty where it was removed."""
    if (commit, number) in later:
        return later[commit, number]
    problem, dot, measure = number.partition(".")
    above = later.get((commit, problem), problem)
    return f"{above}{dot}{measure}" if above else ""


def _later(root: Path, events: Iterable[Event]) -> _Later:
    """Find the present numbers of what was renumbered or removed, for each commit that it went through before."""
    events = list(events)
    undone = taken_back(events)
    moves: dict[str, list[Event]] = {}
    for event in events:
        moved = event.moves or (event.removed and not event.begins and Identity.is_number(event.id or ""))
        if moved and event.commit not in undone:
            moves.setdefault(event.commit, []).append(event)
    later: _Later = {}
    # The newest first, so that what was moved twice is known under its last number.
    for commit, concerned in list(moves.items())[:_MOST_MOVES]:
        now = {}
        for event in concerned:
            number = "" if event.removed else _number_after(later, commit, event.to or "")
            now[Identity.parse(event.id or "")] = number
        paths = [each.folder if each.is_problem else each.path for each in now]
        for earlier in _commits(root, paths, f"{commit}^", *(() if len(now) == 1 else RAW)):
            # What a merge has touched is not told.
            touched = [each for file in earlier.touched if (each := Identity.of_file(file.path))]
            here = {number for each in touched for number in (each, Identity(each.problem))}
            for identity in [each for each in now if len(now) == 1 or each in here]:
                later[earlier.hash, str(identity)] = now[identity]
                if _begins(earlier, str(identity), undone):
                    del now[identity]
            if not now:
                break
    return later


def _begins(commit: Commit, number: str, undone: set[str]) -> bool:
    """Return whether with this commit something came under a number: it was entered, or had another number before."""
    came = commit.hash not in undone and any(new == number for _old, new in _renumberings(commit))
    return came or (commit.trailers.action == "add" and number in commit.trailers.ids)


def _renumberings(commit: Commit) -> tuple[tuple[str, str], ...]:
    """Return the old and the new numbers of what a commit says that it has renumbered."""
    said = commit.trailers
    found = said.renumbered if said.action == "remove" else ()
    if said.action == "renumber":
        found = tuple((each.id, each.to) for each in said.courses if each.to)
    return tuple(each for each in found if each[0] != each[1] and all(map(Identity.is_number, each)))


def _events(commit: Commit) -> Iterator[Event]:
    """Give an event for each problem or measure that a commit names or has renumbered; or one without an id."""
    said = commit.trailers
    whole = Event(
        commit.hash,
        commit.committed,
        commit.author,
        commit.email,
        said.action or None,
        None,
        None,
        None,
        said.reason or None,
        commit.subject,
        said.undoes,
        joins=len(commit.parents) > 1,
        begins=not commit.parents,
        account=said.account,
        committer=commit.committer,
    )
    for identity, from_, to in said.courses or [(None, None, None)]:
        yield whole._replace(id=identity, from_=from_, to=to)
    if said.action == "remove":
        moved = {old for old, _new in said.renumbered}
        for old, new in said.renumbered:
            if "." not in old or old.partition(".")[0] not in moved:  # else it moves with its problem
                yield whole._replace(action="renumber", id=old, to=new, reason=None)


def _followed(root: Path, path: str) -> Iterator[tuple[Commit, str]]:
    """Find the commits that touched a file, newest first, and behind renames; with each the file's number before it.

    The number is empty where git names no file, as of a merge. Git's own --follow knows one name at a time for all
    branches: where two have met, it would mix what stood on either under one number. So each name is asked for by itself,
    from where it came up.
    """
    name: str | None = path
    until = "HEAD"
    while name is not None:
        path, name = name, None
        number, undone = str(Identity.of_file(path) or ""), set[str]()
        for commit in _on_all_sides(root, path, until):
            undone.update(commit.trailers.undoes)  # what is taken back is older
            stands = commit.hash not in undone
            moved = _renumberings(commit) if stands else ()
            old = next((Identity.perhaps(old) for old, new in moved if new == number), None)
            gone = any(not touched.blob for touched in commit.touched)
            if old is None and gone and stands and commit.trailers.action == "remove":
                return  # what stood under this number before was another one
            name = old.path if old else None
            if name is None and commit.adds:
                name = _names_before(root, commit.hash).get(path)
            yield commit, PurePosixPath(name or path).stem if commit.touched else ""
            if name is not None:
                if not commit.parents:
                    return
                until = f"{commit.hash}^"
                break


def _on_all_sides(root: Path, path: str, until: str) -> list[Commit]:
    """Read the commits that touched a file, also on the side of a merge from which nothing of it was taken.

    Git leaves that side out by itself, as where the earlier of two new time limits holds. What another record did there
    under the same number, before it took another one, is left out here.
    """
    # Where somebody has put a folder in the place of the file, git need not walk what is in it.
    beneath = [f":(exclude,literal){path}/"]
    usual = list(_commits(root, path, until, *RAW, without=beneath))
    if not usual or not Git(root).run("rev-list", "--min-parents=2", "--max-count=1", until, "--"):
        return usual
    known = {commit.hash for commit in usual}
    every = list(_commits(root, path, until, "--full-history", *RAW, without=beneath))
    beside = [each for each in every if each.hash not in known and len(each.parents) == 1]
    for gone in [each for each in beside if any(not touched.blob for touched in each.touched)]:
        others = {each.hash for each in _commits(root, path, gone.hash, without=beneath)}
        beside = [each for each in beside if each.hash not in others]
    wanted = known | {each.hash for each in beside}
    return [each for each in every if each.hash in wanted]


def _commits(
    root: Path,
    paths: str | Sequence[str],
    until: str = "HEAD",
    *options: str,
    without: Sequence[str] = (),
    hurried: bool = True,
) -> Iterator[Commit]:
    """Find the commits that touched a path, or one of several, newest first; with options, as `git log` tells them.

    There are none outside a repository and before the first commit.
    """
    if git_dir(root) is None:
        return
    git, told = Git(root), set()
    of = [paths] if isinstance(paths, str) else paths
    asked = [*(options or ["--no-patch"]), until, "--", *of, *without]
    try:
        for commit in log(git, *asked, seconds=PATIENCE if hurried else None):
            told.add(commit.hash)
            yield commit
    except SlowError:  # folders of nothing but folders, without end: see `trail.limits`
        known = git.text("rev-list", until, "--").split()
        large = [f":(exclude,literal){each.path}" for each in swollen(git, known)]
        for commit in _commits(root, paths, until, *options, without=[*without, *large], hurried=False):
            if commit.hash not in told:
                yield commit
    except GitError:
        if not git.is_unborn():
            raise
    if not told:
        git.head()  # which must be known, if it is not that nothing is committed


@lru_cache(maxsize=_MOST_MOVES)
def _names_before(root: Path, commit: str) -> dict[str, str]:
    """Find the names that files had before a commit that renamed them, by the new ones.

    One commit has brought most measures of a ledger, and a desk is asked for each of them.
    """
    options = ("-r", "-z", "--no-commit-id", "--name-status", "--relative")
    renames = ("--diff-filter=R", "--find-renames=95%")
    if not all(fits(Git(root), each, PROBLEMS) for each in (commit, f"{commit}^")):
        return {}
    words = Git(root).words("diff-tree", *options, *renames, commit, "--", PROBLEMS, by=3)
    return dict(zip(words[2::3], words[1::3], strict=True))
