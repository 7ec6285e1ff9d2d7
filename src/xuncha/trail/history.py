"""The history of a ledger's files: who did what and when, from the commits and their trailers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from xuncha import system
from xuncha.language import gettext as _
from xuncha.model.identity import PROBLEMS, Identity
from xuncha.trail.contents import git_pipe, split_nul
from xuncha.trail.git import Git, GitError
from xuncha.trail.replay import RAW, Commit, log
from xuncha.trail.repository import git_dir
from xuncha.trail.runner import SlowError

_MAX_MOVES = 100  # renumberings that are followed; each takes a run of git


class Event(NamedTuple):
    """One action on one problem or measure; what the commit does not say is None."""

    commit: str
    date: str  # ISO 8601 with the offset
    author: str
    email: str
    action: str | None = None
    id: str | None = None
    from_: str | None = None
    to: str | None = None
    reason: str | None = None
    subject: str = ""
    undoes: tuple[str, ...] = ()  # the commits that this one took back
    new_number: str | None = None
    """The number that the problem or measure has now, if it is known to differ from the one it had then; empty if it was removed."""
    is_merge: bool = False  # whether it is a merge commit
    is_first: bool = False
    """Whether no earlier commit is known: this is the first one, or a shallow clone was cut off here."""
    account: str = ""  # who was signed in, where the change was made in a browser
    committer: str = ""  # the e-mail of the committer, who may have applied another person's work

    def as_json(self) -> dict[str, str | None]:
        """Return the form that `log --json` prints."""
        names = self._fields[: self._fields.index("undoes")]
        return {name.rstrip("_"): getattr(self, name) for name in names}

    @property
    def by_hand(self) -> bool:
        """Whether the commit was made by hand: it is neither from a command of ours nor a merge."""
        return self.action is None and not self.is_merge

    @property
    def renumbers(self) -> bool:
        """Whether this renumbers the problem or measure, and its old number is known."""
        renumbers = self.action == "renumber" and self.id != self.to and not self.is_first
        return renumbers and all(Identity.is_number(each or "") for each in (self.id, self.to))

    @property
    def removes(self) -> bool:
        """Whether the problem or measure was removed."""
        return self.action == "remove" and self.id is not None

    @property
    def number(self) -> str | None:
        """The present number of the problem or measure; None where it was removed."""
        return self.id if self.new_number is None else self.new_number or None

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

    Returns an event for each problem or measure that a commit names, in the commit's order; for a commit that names none,
    one event without an id. Empty outside a repository and before the first commit.
    """
    events = [event for commit in _commits(root, "data") for event in _events(commit)]
    if not events and git_dir(root) is not None:
        git = Git(root)
        if git.head() is not None and git.run("ls-tree", "HEAD", "--", "data"):
            raise GitError(_("it gave no answer"))  # files are committed, so there must be a history
    present, undone = _present_numbers(root, events), undone_commits(events)
    return [_with_number(event, present, event.commit in undone) for event in events]


def history_of_record(root: Path, identity: Identity, until: str = "HEAD") -> list[Event]:
    """Read what was done to one problem with its measures, or to one measure, up to a commit; newest first."""
    if identity.is_problem:
        return history_of_problem(root, identity, until)
    return history_of_measure(root, identity.path, str(identity), until)


def history_of_measure(root: Path, path: str, identity: str, until: str = "HEAD") -> list[Event]:
    """Read what was done to one measure, newest first; each event has the number that the measure had then.

    The history ends where the measure was entered: git would go on with the file from which it was copied.
    """
    events = []
    for commit, earlier in _follow(root, path, str(Identity.from_path(path) or ""), until):
        # Before a renumbering, its new number belonged to another measure.
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


def history_of_problem(root: Path, identity: Identity, until: str = "HEAD") -> list[Event]:
    """Read what was done to one problem and its measures, newest first; each event has the number of that time."""
    events: list[Event] = []
    number = str(identity)
    for commit, earlier in _follow(root, identity.folder, number, until):
        for event in _events(commit):
            is_own = not earlier and (event.id or number).partition(".")[0] == number
            if is_own or (earlier and event.action == "renumber" and event.to == number):
                events.append(event)
        number = earlier or number
    return events


def undone_commits(events: Iterable[Event]) -> set[str]:
    """Return the commits that later ones took back."""
    return {commit for event in events for commit in event.undoes}


def measures_with_line(root: Path, pattern: str) -> set[str]:
    """Return the present numbers of the measures into whose files any commit has ever written a line that matches a pattern."""
    options = (f"-G{pattern}", "--text", "--no-textconv", "--no-ext-diff", *RAW)
    written = [
        (commit.hash, str(identity))
        for commit in _commits(root, PROBLEMS, "HEAD", *options)
        for touched in commit.touched
        if touched.blob and (identity := Identity.from_path(touched.path)) and identity.measure
    ]
    present = _present_numbers(root, history(root))
    return {now for commit, number in written if (now := _present_number(present, commit, number))}


def newest_of(root: Path, commits: Iterable[str]) -> list[str]:
    """Return those of `commits` (oldest first) that are ancestors of no other of them: one, unless branches were merged."""
    newest = list(commits)[-_MAX_MOVES:]
    since = f"{newest[0]}..HEAD" if newest[1:] else ""
    if not since or not Git(root).run("rev-list", "--min-parents=2", "--max-count=1", since, "--"):
        return newest[-1:]
    return Git(root).text("merge-base", "--independent", *newest).split()


def last_entry_day(root: Path) -> str | None:
    """Return the day on which a measure was last entered, even if it was removed since; None where git knows of none."""
    for commit in _commits(root, PROBLEMS, "HEAD", "--diff-filter=A", *RAW):
        entered = (Identity.from_path(touched.path) for touched in commit.touched)
        if commit.trailers.action != "renumber" and any(each and each.measure for each in entered):
            return commit.day
    return None


_Numbers = dict[tuple[str, str], str]
"""By a commit and the number of a problem or measure after it: its present number; empty if it was removed."""


def _with_number(event: Event, present: _Numbers, undone: bool) -> Event:
    """Add the present number to an event whose problem or measure was renumbered or removed since; the old number may be reused."""
    if event.removes and not undone:
        return event._replace(new_number="")
    number = event.to if event.renumbers and not undone else event.id
    now = _present_number(present, event.commit, number or "")
    return event if now == (event.id or "") else event._replace(new_number=now)


def _present_number(present: _Numbers, commit: str, number: str) -> str:
    """Return the present number of the problem or measure that had `number` after `commit`; empty if it was removed."""
    if (commit, number) in present:
        return present[commit, number]
    problem, dot, measure = number.partition(".")
    above = present.get((commit, problem), problem)
    return f"{above}{dot}{measure}" if above else ""


def _present_numbers(root: Path, events: Iterable[Event]) -> _Numbers:
    """Find the present numbers of all that was renumbered or removed, for each earlier commit that touched it."""
    events = list(events)
    undone = undone_commits(events)
    moves: dict[str, list[Event]] = {}
    for event in events:
        removes = event.removes and not event.is_first and Identity.is_number(event.id or "")
        if (event.renumbers or removes) and event.commit not in undone:
            moves.setdefault(event.commit, []).append(event)
    present: _Numbers = {}
    # Newest first, so that what was renumbered twice gets its last number.
    for commit, concerned in list(moves.items())[:_MAX_MOVES]:
        new = {}
        for event in concerned:
            number = "" if event.removes else _present_number(present, commit, event.to or "")
            new[Identity.parse(event.id or "")] = number
        paths = [each.folder if each.is_problem else each.path for each in new]
        for earlier in _commits(root, paths, f"{commit}^", *(() if len(new) == 1 else RAW)):
            # Git does not list the files that a merge touched.
            touched = [each for file in earlier.touched if (each := Identity.from_path(file.path))]
            numbers = {number for each in touched for number in (each, Identity(each.problem))}
            for identity in [each for each in new if len(new) == 1 or each in numbers]:
                present[earlier.hash, str(identity)] = new[identity]
                if _gives_number(earlier, str(identity), undone):
                    del new[identity]
            if not new:
                break
    return present


def _gives_number(commit: Commit, number: str, undone: set[str]) -> bool:
    """Return whether this commit gave a number to a problem or measure: by entering it, or by renumbering it."""
    arrived = commit.hash not in undone and any(new == number for _old, new in _renumberings(commit))
    return arrived or (commit.trailers.action == "add" and number in commit.trailers.ids)


def _renumberings(commit: Commit) -> tuple[tuple[str, str], ...]:
    """Return the pairs of old and new number that a commit says it renumbered."""
    trailers = commit.trailers
    pairs = trailers.renumbered if trailers.action == "remove" else ()
    if trailers.action == "renumber":
        pairs = tuple((each.id, each.to) for each in trailers.changes if each.to)
    return tuple(each for each in pairs if each[0] != each[1] and all(map(Identity.is_number, each)))


def _events(commit: Commit) -> Iterator[Event]:
    """Yield an event for each problem or measure that a commit names or renumbered; if there is none, one without an id."""
    trailers = commit.trailers
    event = Event(
        commit.hash,
        commit.committed,
        commit.author,
        commit.email,
        trailers.action or None,
        reason=trailers.reason or None,
        subject=commit.subject,
        undoes=trailers.undoes,
        is_merge=len(commit.parents) > 1,
        is_first=not commit.parents,
        account=trailers.account,
        committer=commit.committer,
    )
    for identity, from_, to in trailers.changes or [(None, None, None)]:
        yield event._replace(id=identity, from_=from_, to=to)
    if trailers.action == "remove":
        moved = {old for old, _new in trailers.renumbered}
        for old, new in trailers.renumbered:
            if "." not in old or old.partition(".")[0] not in moved:  # else it is renumbered with its problem
                yield event._replace(action="renumber", id=old, to=new, reason=None)


def _follow(root: Path, path: str, number: str, until: str) -> Iterator[tuple[Commit, str]]:
    """Yield the commits that touched a measure's file or a problem's folder, newest first and through renumberings; with each, the number before it.

    The number is empty where git lists no file, as for a merge, and for a problem where it stays the same. Git's own --follow
    knows one name at a time for all branches: where two were merged, it would mix the records that had one number on different
    branches. So each name is queried by itself, from the commit where it appeared.
    """
    is_file = path.endswith(".yaml")
    for _move in range(_MAX_MOVES):
        name, undone = None, set[str]()
        for commit in (_commits_of_file if is_file else _commits)(root, path, until):
            undone.update(commit.trailers.undoes)  # a commit is older than the one that takes it back
            pairs = _renumberings(commit) if commit.hash not in undone else ()
            old = next((Identity.parse(old) for old, new in pairs if new == number), None)
            if old is None and commit.hash not in undone and commit.trailers.action == "remove":
                is_deleted = any(not touched.blob for touched in commit.touched)
                if is_deleted or number in {*commit.trailers.ids, *(before for before, _now in pairs)}:
                    return  # before this commit, the number belonged to another record
            if old:
                name = old.path if is_file else old.folder
            elif commit.adds_file:
                name = _old_names(root, commit.hash).get(path)
            yield commit, str(old) if old else PurePosixPath(name or path).stem if commit.touched else ""
            if name is not None:
                break
        if name is None or not commit.parents:
            return
        path, number, until = name, str(old or Identity.from_path(name) or ""), f"{commit.hash}^"


def _commits_of_file(root: Path, path: str, until: str) -> list[Commit]:
    """Read the commits that touched a file, also on the side of a merge whose version of it was not taken.

    By default git leaves that side out, for example where a merge keeps the earlier of two new time limits. What was done
    there to another record, which had the same number before it was renumbered, is left out here.
    """
    usual = list(_commits(root, path, until, *RAW))
    if not usual or not Git(root).run("rev-list", "--min-parents=2", "--max-count=1", until, "--"):
        return usual
    usual_hashes = {commit.hash for commit in usual}
    complete = list(_commits(root, path, until, "--full-history", *RAW))
    added = [each for each in complete if each.hash not in usual_hashes and len(each.parents) == 1]
    for gone in [each for each in added if any(not touched.blob for touched in each.touched)]:
        others = {each.hash for each in _commits(root, path, gone.hash)}
        added = [each for each in added if each.hash not in others]
    kept = usual_hashes | {each.hash for each in added}
    return [each for each in complete if each.hash in kept]


def _commits(root: Path, paths: str | Sequence[str], until: str = "HEAD", *options: str) -> Iterator[Commit]:
    """Yield the commits that touched a path, or one of several, newest first; `options` are those of `git log`.

    There are none outside a repository or before the first commit.
    """
    if git_dir(root) is None:
        return
    git, is_empty = Git(root), True
    names = [paths] if isinstance(paths, str) else paths
    arguments = [*(options or ["--no-patch"]), until, "--", *names]
    try:
        for commit in log(git, *arguments):
            is_empty = False
            yield commit
    except GitError:
        if not git.is_unborn():
            raise
    if is_empty:
        git.head()  # raises an error, unless nothing is committed yet


@lru_cache(maxsize=_MAX_MOVES)
def _old_names(root: Path, commit: str) -> dict[str, str]:
    """Return the names that files had before a commit that renamed them, by their new names.

    They are cached: one commit may have added most measures of a ledger, and the desk asks for each of them.
    """
    options = ("--no-commit-id", "--name-status", "--relative", "--diff-filter=R", "--find-renames=95%")
    arguments = ("diff-tree", "-r", "-z", *options, commit, "--", PROBLEMS)
    try:
        with git_pipe(Git(root), *arguments, limited=True) as pipe:
            words = [system.decoded(word) for word in split_nul(pipe)]
    except SlowError:  # more files than any ledger has
        return {}
    return dict(zip(words[2::3], words[1::3], strict=True))
