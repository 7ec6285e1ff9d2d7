"""The history of a ledger as `git log` tells it: every commit on every side of a merge, and what each did to the files.

Neither the working tree is looked at, nor what could make git show another history than it holds (replacements, settings).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import PARTS
from xuncha.trail.git import Git, GitError, common_dir, git_dir

RAW: Final = ("--raw", "--no-abbrev", "--no-renames", "--relative")
"""The options by which `log` tells of the files."""
# Neither a commit without changes of the ledger nor a side of a merge may be left out.
_WHOLE: Final = ("--full-history", "--sparse", "--topo-order", "--reverse", "--diff-merges=first-parent")
# Whatever the user of git has set up.
_SETTINGS: Final = ("-c", "trailer.separators=:", "-c", "log.showSignature=false", "-c", "log.showRoot=true")
_NAMES: Final = ("Action", "Id", "From", "To", "Renumbered", "Reason", "Undoes")
_END: Final = "\x1e"
# Asked for one by one the trailers would take git as long as all the rest.
_TRAILERS: Final = f"%(trailers:{','.join(f'key=Xuncha-{name}' for name in _NAMES)},unfold,separator=%x1e)"
_FIELDS: Final = ("%H", "%P", "%an", "%ae", "%at", "%aI", "%cI", "%s", _TRAILERS)
_LONGEST_HEADER: Final = 1 << 16
"""Bytes of a commit in which its signature stands."""


class Course(NamedTuple):
    """What a commit says of one problem or measure; a status is None where it says none."""

    id: str
    from_: str | None = None
    to: str | None = None


class Trailers(NamedTuple):
    """What a commit says for programs, as `workflow.change.Message` writes it; empty where it does not."""

    action: str
    ids: tuple[str, ...]
    sources: tuple[str, ...]
    """The values of `Xuncha-From`, in the order of the ids; shorter where some had no status. So are the targets."""
    targets: tuple[str, ...]
    reason: str
    undoes: tuple[str, ...] = ()
    """The commits that were taken back, the newest first."""
    renumbered: tuple[tuple[str, str], ...] = ()
    """What a `remove` has renumbered: the old number and the new one."""
    courses: tuple[Course, ...] = ()
    """What became of each id."""


class Touched(NamedTuple):
    """What a commit left of one file; of a merge, compared with its first parent. Where the file is gone, two are empty."""

    path: str
    mode: str
    """As git writes it: `100644` a file, `120000` a link."""
    blob: str


class Commit(NamedTuple):
    """One commit, and what it says of itself."""

    hash: str
    parents: tuple[str, ...]
    author: str
    email: str
    moment: int
    """When its author made it, in seconds since 1970."""
    date: str
    """The same as ISO 8601, on the author's own clock."""
    committed: str
    """When it was committed, as ISO 8601, on the committer's own clock."""
    subject: str
    trailers: Trailers
    touched: tuple[Touched, ...]
    adds: bool
    """Whether one of these files is new."""

    @property
    def day(self) -> str:
        """The day on the author's own clock."""
        return self.date[:10]


def log(git: Git, *asked: str) -> Iterator[Commit]:
    """Run `git log` with options, revisions and paths; with `RAW` the touched files are told.

    Raises:
        GitError: there is no such revision.
    """
    form = "%x00".join(_FIELDS)  # no text of a commit can hold the NUL between them
    options = ("-z", "--encoding=UTF-8", "--no-color", "--no-show-signature", f"--format={form}")
    told = git.run(*_SETTINGS, "log", *options, *asked).split(b"\0")
    place = 0
    while place + len(_FIELDS) <= len(told):
        texts = [text.decode("utf-8", "replace") for text in told[place : place + len(_FIELDS)]]
        name, parents, author, email, moment, date, committed, subject, trailers = texts
        place += len(_FIELDS)
        touched = {}
        while place + 1 < len(told) and told[place].lstrip(b"\n").startswith(b":"):
            _before, mode, _old, blob, letter = told[place].decode("ascii").split(" ")
            path = told[place + 1].decode("utf-8", "backslashreplace")
            touched[Touched(path, "", "") if letter == "D" else Touched(path, mode, blob)] = letter
            place += 2
        yield Commit(
            name,
            tuple(parents.split()),
            author,
            email,
            int(moment) if moment.lstrip("-").isdigit() else 0,
            date,
            committed,
            subject,
            _trailers(trailers),
            tuple(touched),
            adds="A" in touched.values(),
        )


def _trailers(text: str) -> Trailers:
    found: dict[str, list[str]] = {name: [] for name in _NAMES}
    courses: list[Course] = []
    for line in filter(None, text.split(_END)):
        key, _colon, value = line.partition(":")
        name, value = key.strip()[len("Xuncha-") :].capitalize(), value.strip()
        if not value or name not in found:
            continue
        found[name].append(value)
        # From and To stand behind their id, and of what has no status there is neither.
        if name == "Id":
            courses.append(Course(value))
        elif courses and name == "From":
            courses[-1] = courses[-1]._replace(from_=value)
        elif courses and name == "To":
            courses[-1] = courses[-1]._replace(to=value)
    action, ids, sources, targets, renumbered, reason, undoes = found.values()
    pairs = [tuple(each.split()) for each in renumbered]
    return Trailers(
        _END.join(action),
        tuple(ids),
        tuple(sources),
        tuple(targets),
        _END.join(reason),
        tuple(undoes),
        tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2),  # noqa: PLR2004  the old number and the new
        tuple(courses),
    )


def commits(root: Path, *, last: bool = False) -> list[Commit]:
    """Read every commit that led to the present one, parents before their children; or the present one alone.

    Raises:
        SurroundingsError: the ledger is in no repository, git is not installed, or all are asked for and the history here was
            cut off by a shallow clone or joined anew by grafts.
    """
    git = Git.in_repository(root)
    folder = git_dir(root)
    grafts = folder and common_dir(folder) / "info/grafts"
    if not last:
        git.must_be_whole()
    if not last and grafts and grafts.is_file():
        said = _("git is told here to show another history than it holds: {path}").format(path=grafts)
        raise SurroundingsError("grafted-history", said, _("take that file away"))
    try:
        return list(log(git, *_WHOLE, *RAW, *(["--max-count=1"] if last else []), "HEAD", "--", *PARTS))
    except GitError:
        if git.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", answers=(0, 1)):
            raise
        return []  # nothing is committed yet


def contains(root: Path, name: str, commit: str = "HEAD") -> bool:
    """Whether a commit is among those that led to the present one, or to another."""
    try:
        Git.in_repository(root).run("merge-base", "--is-ancestor", name, commit)
    except GitError:
        return False
    return True


class Signature(NamedTuple):
    """What git says of a commit's signature."""

    verdict: str
    """The letter of git's `%G?`: G good, B bad, U by a key that is not known, N none, E not to be verified."""
    there: bool
    ssh: bool


def signatures(root: Path, commits: Iterable[str]) -> dict[str, Signature]:
    """Ask git to judge the signatures of commits, by their hashes."""
    from xuncha.trail.contents import stored  # noqa: PLC0415  who only reads the log need not wait for it

    names, git = list(commits), Git(root)
    if not names:
        return {}
    held = {each.name: each.content.partition(b"\n\n")[0] for each in stored(git, names, _LONGEST_HEADER)}
    options = ("--no-show-signature", "--no-walk=unsorted", "--stdin", "--format=%H %G?")
    judged = git.text(*_SETTINGS, "log", *options, stdin="".join(f"{name}\n" for name in names).encode())
    return {
        name: Signature(verdict, b"\ngpgsig" in held[name], b"BEGIN SSH SIGNATURE" in held[name])
        for name, verdict in (line.split(" ") for line in judged.splitlines())
        if name in held
    }
