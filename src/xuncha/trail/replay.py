"""The history of a ledger as `git log` tells it: every commit on every side of a merge, and what each did to the files.

Neither the working tree is looked at, nor what could make git show another history than it holds (replacements, settings).
Anyone may have made a commit, with any bytes in it: here they become texts of one line, days of the calendar and numbers,
so that nobody above meets what cannot be read, compared or printed.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from xuncha.chinese.characters import without_unsafe
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, PARTS
from xuncha.trail.contents import pieces, piped
from xuncha.trail.door import SlowError
from xuncha.trail.git import CutShortError, Git, GitError

RAW: Final = ("--raw", "--no-abbrev", "--no-renames", "--relative")
"""The options by which `log` tells of the files."""
# Neither a commit without changes of the ledger nor a side of a merge may be left out.
_WHOLE: Final = ("--full-history", "--sparse", "--topo-order", "--reverse", "--diff-merges=first-parent")
# Whatever the user of git has set up.
_NAMES: Final = ("Action", "Id", "From", "To", "Renumbered", "Reason", "Undoes", "Comment", "Account")
SETTINGS: Final = tuple(
    word
    for setting in (
        "trailer.separators=:", "log.showSignature=false", "log.showRoot=true", "core.commentChar=#",
        *(f"trailer.Xuncha-{name}.key=Xuncha-{name}" for name in _NAMES),
    )
    for word in ("-c", setting)
)  # fmt: skip
_FACTS: Final = ("mode before", "mode", "content before", "content", "letter")
"""What git tells of a touched file, before its path."""
_END: Final = b"\x1e"
_SAID_TWICE: Final = " / "  # between the values of a trailer that should be there once
# Asked for one by one the trailers would take git as long as all the rest.
_TRAILERS: Final = f"%(trailers:{','.join(f'key=Xuncha-{name}' for name in _NAMES)},unfold,separator=%x1e)"
_FIELDS: Final = ("%H", "%P", "%an", "%ae", "%at", "%aI", "%ct", "%cI", "%ce", "%s", _TRAILERS)
SUBMODULE: Final = "160000"  # the mode of an entry that stands for another repository
_LONGEST: Final = 1 << 16  # bytes that are read of a name or a trailer
_SUBJECT: Final = 1 << 12
"""Bytes that are read of a subject: every screen and paper that tells of the history shows it."""
_MOST_TOUCHED: Final = 4_000_000
"""Files that all commits together may touch; each takes some hundred bytes of memory."""
_PATIENCE: Final = 10.0  # seconds in which it is looked for another place of a ledger
_SECONDS: Final = re.compile(rb"-?[0-9]{1,15}")
_DATE: Final = re.compile(r"(.+)T.{8}([+-][0-9]+:[0-9]+)")
"""A date as git writes it: the day, and the zone."""
_BEGINNING: Final = "1970-01-01T00:00:00+00:00"  # the date of a commit whose own is none


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
    undoes: tuple[str, ...] = ()  # the commits that were taken back, the newest first
    comments: tuple[str, ...] = ()
    """The numbers of comments; of one that was renumbered, both, a blank between them."""
    renumbered: tuple[tuple[str, str], ...] = ()
    """What a `remove` has renumbered: the old number and the new one."""
    courses: tuple[Course, ...] = ()  # what became of each id
    account: str = ""  # who was signed in, where the change was made in a browser


class Touched(NamedTuple):
    """What a commit left of one file; of a merge, compared with its first parent. Where the file is gone, two are empty."""

    path: str
    mode: str  # as git writes it: `100644` a file, `120000` a link
    blob: str

    @property
    def is_here(self) -> bool:
        """Whether there is a content that this repository holds: not of what is gone, nor of another repository's commit."""
        return bool(self.blob) and self.mode != SUBMODULE


class Commit(NamedTuple):
    """One commit, and what it says of itself."""

    hash: str
    parents: tuple[str, ...]
    author: str
    email: str
    moment: int
    """When its author made it, in seconds since 1970; 0 where the commit says no time that the calendar has."""
    date: str  # the same as ISO 8601, on the author's own clock; in UTC where the offset is none
    committed: str  # when it was committed, as ISO 8601, on the committer's own clock; as `date`
    subject: str
    trailers: Trailers
    touched: tuple[Touched, ...]
    adds: bool  # whether one of these files is new
    committer: str = ""  # the e-mail of whoever made the commit, be it out of another's work
    moment_committed: int = 0  # when that was, as `moment`
    zones: tuple[tuple[str, ...], ...] = ()  # those that are none, each behind the day that git makes of it

    @property
    def day(self) -> str:
        """The day on the author's own clock."""
        return self.date[:10]


def log(git: Git, *asked: str, seconds: float | None = None) -> Iterator[Commit]:
    """Run `git log` with options, revisions and paths; with `RAW` the touched files are told.

    Raises GitError if there is no such revision; SlowError if git took more than these seconds; RefusedError if the
    commits touch more files than any ledger has.
    """
    form = "%x00".join(_FIELDS)  # no text of a commit can hold the NUL between them
    options = ("-z", "--encoding=UTF-8", "--no-color", "--no-show-signature", f"--format={form}")
    try:
        with piped(git, *SETTINGS, "log", *options, *asked, seconds=seconds) as pipe:
            yield from _read(pieces(pipe))
    except GitError:
        git.run("rev-parse", "--git-dir")  # where git opens no repository at all, it says so in other words
        raise


def _read(told: Iterator[bytes]) -> Iterator[Commit]:
    count, piece = 0, next(told, b"")
    while piece:
        fields = [piece, *islice(told, len(_FIELDS) - 1)]
        if len(fields) < len(_FIELDS):
            raise CutShortError
        touched = {}
        while (piece := next(told, b"")).lstrip(b"\n").startswith(b":"):
            facts = piece.decode("ascii", "replace").split(" ")
            if len(facts) != len(_FACTS):
                raise CutShortError
            _before, mode, _old, blob, letter = facts
            path = _path(next(told, b""))
            touched[Touched(path, "", "") if letter == "D" else Touched(path, mode, blob)] = letter
        count += len(touched)
        name, parents = (field.decode("ascii", "replace") for field in fields[:2])
        if count > _MOST_TOUCHED:
            said = _("up to commit {commit}, history touches more than {n} files, which no ledger has")
            raise RefusedError("history-too-large", said.format(commit=name[:10], n=f"{_MOST_TOUCHED:,}"))
        moment, date = _moment(*fields[4:6])
        then, committed = (moment, date) if fields[6:8] == fields[4:6] else _moment(*fields[6:8])
        yield Commit(
            name,
            tuple(parents.split()),
            _line(fields[2]),
            _line(fields[3]),
            moment,
            date,
            committed,
            _line(fields[9][:_SUBJECT]),
            _trailers(fields[10]),
            tuple(touched),
            "A" in touched.values(),
            _line(fields[8]),
            then,
            () if _has_zone(fields[5]) and _has_zone(fields[7]) else tuple(_zones(fields[5:8:2])),
        )


def _line(raw: bytes) -> str:
    """Read a text of one line, without what a terminal or a page would take for something else."""
    text = raw[:_LONGEST].decode("utf-8", "replace")
    if text.isascii() and text.isprintable():
        return text
    return without_unsafe(text.replace("\n", " "), "\N{REPLACEMENT CHARACTER}")


def _path(raw: bytes) -> str:
    """Read the path of a file; bytes that are no text, and ends of lines, are written with a backslash."""
    return raw.decode("utf-8", "backslashreplace").replace("\n", "\\n")


def _has_zone(date: bytes) -> bool:
    """Return whether a date is in UTC, or no more than 14 hours from it, as every place on earth is."""
    return (date[-6:-5] in b"+-" and date[-5:] <= b"14:00") or date[-1:] == b"Z"


def _zones(dates: Sequence[bytes]) -> Iterator[tuple[str, ...]]:
    """Yield the zones of dates that are none."""
    for date in dates:
        found = None if _has_zone(date) else _DATE.fullmatch(date.decode("ascii", "replace"))
        if found:
            yield found.groups()


def _moment(seconds: bytes, date: bytes) -> tuple[int, str]:
    """Read a time; beyond the calendar it is the beginning of 1970, and with an offset that is none it is in UTC."""
    moment = int(seconds) if _SECONDS.fullmatch(seconds) else 0
    text = date.decode("ascii", "replace")
    if not _has_zone(date):
        text = ""
    with contextlib.suppress(ValueError):
        if datetime.fromisoformat(text).timestamp() == moment:
            return moment, text
    try:
        return moment, datetime.fromtimestamp(moment, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return 0, _BEGINNING


def _trailers(raw: bytes) -> Trailers:
    found: dict[str, list[str]] = {name: [] for name in _NAMES}
    courses: list[Course] = []
    for line in filter(None, raw.split(_END)):
        key, _colon, value = _line(line).partition(":")
        name, value = key.strip()[len("Xuncha-") :], value.strip()
        if name not in found:
            name = name.capitalize()
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
    action, ids, sources, targets, renumbered, reason, undoes, comments, account = found.values()
    pairs = [tuple(each.split()) for each in renumbered]
    return Trailers(
        _SAID_TWICE.join(action),
        tuple(ids),
        tuple(sources),
        tuple(targets),
        _SAID_TWICE.join(reason),
        tuple(undoes),
        tuple(comments),
        tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2),  # noqa: PLR2004  the old number and the new
        tuple(courses),
        _SAID_TWICE.join(account),
    )


def names(root: Path) -> list[str]:
    """Return the hashes of all commits that led to the present one, parents first; none where nothing is committed yet.

    Raises SurroundingsError if the ledger is in no repository, or git is not installed.
    """
    git = Git.in_repository(root)
    if (head := git.head()) is None:
        return []
    found = git.text("rev-list", "--topo-order", "--reverse", "HEAD", "--").split()
    if found[-1:] != [head]:
        raise CutShortError
    return found


def commits(root: Path, *, last: bool = False, without: Sequence[str] = ()) -> list[Commit]:
    """Read every commit that led to the present one, parents before their children; or the present one alone.

    Folders that are too large to be listed (`trail.limits`) are left out. Raises SurroundingsError if the ledger is
    in no repository, git is not installed, or all are asked for and the history here was cut off by a shallow clone.
    """
    git = Git.in_repository(root)
    if not last:
        git.must_be_whole()
    if (head := git.head()) is None:
        return []
    folders = [f":(exclude,literal){folder}" for folder in without]
    once = ["--max-count=1"] if last else []
    found = list(log(git, *_WHOLE, *RAW, *once, "HEAD", "--", *PARTS, *folders))
    if not found or found[-1].hash != head:
        raise CutShortError
    return found


def touching(root: Path, folder: str) -> list[Commit]:
    """Read the commits that change files of a folder of the ledger, parents before their children; of others none."""
    options = ("--full-history", "--topo-order", "--reverse", "--diff-merges=first-parent", *RAW)
    return list(log(Git.in_repository(root), *options, "HEAD", "--", folder))


class Elsewhere(NamedTuple):
    """A ledger that stood in another folder of the repository, beside a commit that brings one."""

    folder: str
    states: list[str]
    """Git's names of how it stood last, before its settings were last changed, and when they came."""
    is_copied: bool  # whether all of the ledger is the same in the commit
    went: int | None  # when it was taken away, as `Commit.moment`; None where it is still there


def elsewhere(git: Git, commit: Commit, before: Sequence[str]) -> Iterator[Elsewhere]:
    """Yield the ledgers of other folders in what led to some commits, beside one that brings a ledger.

    Where the repository is too large to be looked through within some seconds, nothing is told of the rest.
    """
    own = git.text("rev-parse", "--show-prefix").strip()
    found: dict[str, tuple[str, str]] = {}
    """By folder, the newest commit that changed the settings there, and the oldest."""
    for place, each in _settings(git, *before) if before else ():
        found[place] = found.get(place, (each.hash, ""))[0], each.hash
    found.pop(own, None)
    here = git.kinds(f"{name}:{folder}{LEDGER_FILE}" for folder in found for name in (commit.hash, "HEAD")) if found else []  # fmt: skip
    went: dict[str, int] = {}
    """Only of those that are not there any more, at the commit or at the tip: the newest change of the settings took them away."""
    if "" in here:
        for place, each in _settings(git, "HEAD"):
            went.setdefault(place, each.moment_committed)
    for (folder, (newest, oldest)), at_commit, at_tip in zip(
        found.items(), here[::2], here[1::2], strict=True
    ):
        there = [git.object_of(f"{name}:{folder}{LEDGER_FILE}") for name in before]
        last = next((name for name, blob in zip(before, there, strict=True) if blob), f"{newest}^")
        parts = [[f"{where}{part}" for part in PARTS] for where in (f"{last}:{folder}", f"{commit.hash}:{own}")]  # fmt: skip
        was, now = ([git.object_of(each) for each in part] for part in parts)
        states = [f"{each}:{folder}" for each in (last, f"{newest}^", oldest)]
        gone = commit.moment_committed if any(there) and not at_commit else went.get(folder, 0)
        yield Elsewhere(folder or "./", states, was == now, None if at_commit and at_tip else gone)


def _settings(git: Git, *asked: str) -> Iterator[tuple[str, Commit]]:
    """Yield the changes of the settings of all ledgers of a repository, the newest first, each with the folder, within some seconds."""
    options = ("--full-history", "--diff-merges=first-parent", "--raw", "--no-abbrev", "--no-renames")
    with contextlib.suppress(SlowError):
        for each in log(git, *options, *asked, "--", f":(top,glob)**/{LEDGER_FILE}", seconds=_PATIENCE):
            for touched in each.touched:
                yield touched.path.removesuffix(LEDGER_FILE), each


def contains(root: Path, name: str, commit: str = "HEAD") -> bool:
    """Whether a commit is among those that led to the present one, or to another."""
    git = Git.in_repository(root)
    if git.kinds([name]) == [""]:
        return False  # history was rewritten, and git has thrown the old one away
    if commit == "HEAD" and git.head() is None:
        return False
    return git.bases(name, commit) == [name]
