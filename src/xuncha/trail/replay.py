"""The history of a ledger, read with `git log`: every commit on every side of a merge, and the files that it changed.

The working tree is not read, and whatever makes git show another history than it holds (replacements, settings) is ignored.
Anyone may have made a commit, with any bytes in it. Here they become texts of one line, days of the calendar and numbers,
so that callers never meet anything that cannot be read, compared or printed.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Final, NamedTuple

from xuncha.chinese.characters import without_unsafe
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import PARTS
from xuncha.model.vocabulary import StatusChange
from xuncha.trail.contents import git_pipe, split_nul
from xuncha.trail.git import Git, TruncatedError
from xuncha.trail.runner import SlowError

RAW_OF_REPOSITORY: Final = ("--raw", "--no-abbrev", "--no-renames")
"""The options with which `log` lists the touched files of the whole repository; `RAW`, those of the ledger."""
RAW: Final = (*RAW_OF_REPOSITORY, "--relative")
# Leave out no side of a merge, and list parents before their children.
_ALL: Final = ("--full-history", "--topo-order", "--reverse", "--diff-merges=first-parent")
_KEYS: Final = ("Action", "Id", "From", "To", "Renumbered", "Reason", "Undoes", "Comment", "Account")
# They override what the user of git has set up.
LOG_SETTINGS: Final = tuple(
    word
    for setting in (
        "trailer.separators=:", "log.showSignature=false", "log.showRoot=true", "core.commentChar=#",
        *(f"trailer.Xuncha-{name}.key=Xuncha-{name}" for name in _KEYS),
    )
    for word in ("-c", setting)
)  # fmt: skip
_RAW_FIELDS: Final = 5  # fields that git prints for a touched file, before its path
_JOINER: Final = " / "  # joins the values of a trailer that should occur only once
# One query for all trailers: one by one, they would take git as long as all the rest.
_TRAILERS: Final = f"%(trailers:{','.join(f'key=Xuncha-{name}' for name in _KEYS)},unfold,separator=%x1e)"
_LOG_FIELDS: Final = ("%H", "%P", "%an", "%ae", "%at", "%aI", "%ct", "%cI", "%ce", "%s", _TRAILERS)
SUBMODULE: Final = "160000"  # the mode of an entry that is another repository
_MAX_TOUCHED: Final = 1_000_000
"""Files that all commits together may touch; each takes some hundred bytes of memory."""
_MAX_TEXT: Final = 1 << 16  # bytes that are read of a name or a trailer
_MAX_SUBJECT: Final = 1 << 12
"""Bytes that are read of a subject: every screen and paper about the history shows it."""
_SECONDS: Final = re.compile(rb"-?[0-9]{1,15}")
_DATE: Final = re.compile(r"(.+)T.{8}([+-][0-9]+:[0-9]+)")  # a date as git writes it: the day, and the zone
_EPOCH: Final = "1970-01-01T00:00:00+00:00"  # the date of a commit whose own is invalid


class Trailers(NamedTuple):
    """The trailers of a commit, as `workflow.change.Message` writes them; empty where they are missing."""

    action: str
    ids: tuple[str, ...]
    sources: tuple[str, ...]
    """The values of `Xuncha-From`, in the order of the ids; fewer where some had no status. `targets` likewise."""
    targets: tuple[str, ...]
    reason: str
    undoes: tuple[str, ...]  # the commits that were taken back, newest first
    comments: tuple[str, ...]
    """The numbers of comments; for a renumbered one, old and new number with a blank between them."""
    renumbered: tuple[tuple[str, str], ...]
    """The old and the new number of everything that a `remove` renumbered."""
    changes: tuple[StatusChange, ...]  # the change of status of each id
    account: str  # who was signed in, where the change was made in a browser


class Touched(NamedTuple):
    """A file that a commit changed; for a merge, compared with its first parent. `mode` and `blob` are empty if it was deleted."""

    path: str
    mode: str  # as git writes it: `100644` a file, `120000` a link
    blob: str

    @property
    def has_content(self) -> bool:
        """Whether this repository holds the content: not for a deleted file, nor for a commit of another repository."""
        return bool(self.blob) and self.mode != SUBMODULE


class Commit(NamedTuple):
    """One commit with its metadata, trailers and touched files."""

    hash: str
    parents: tuple[str, ...]
    author: str
    email: str
    moment: int
    """When its author made it, in seconds since 1970; 0 where the time is missing or beyond the calendar."""
    date: str  # the same as ISO 8601, on the author's own clock; in UTC where the offset is invalid
    committed: str  # when it was committed, on the committer's own clock; form as `date`
    subject: str
    trailers: Trailers
    touched: tuple[Touched, ...]
    adds_file: bool  # whether one of these files is new
    committer: str  # the e-mail of the committer, who may have applied another person's work
    moment_committed: int  # when it was committed, as `moment`
    invalid_offsets: tuple[tuple[str, ...], ...]  # day and UTC offset of each date whose offset is invalid

    @property
    def day(self) -> str:
        """The day on the author's own clock."""
        return self.date[:10]


def log(git: Git, *arguments: str) -> Iterator[Commit]:
    """Run `git log` with options, revisions and paths, and yield the commits; with `RAW`, they list the touched files.

    Raises GitError if there is no such revision; RefusedError if the commits touch more files than any ledger has.
    """
    last = ""
    form = "%x00".join(_LOG_FIELDS)  # no text of a commit can hold the NUL between them
    options = ("-z", "--encoding=UTF-8", "--no-color", "--no-show-signature", f"--format={form}")
    try:
        with git_pipe(git, *LOG_SETTINGS, "log", *options, *arguments, limited=True) as pipe:
            for commit in _parse_log(split_nul(pipe)):
                last = commit.hash
                yield commit
    except SlowError as error:
        message = _("the history holds more files than any ledger has; it was read up to commit {commit}")
        raise RefusedError("too-many-files", message.format(commit=last[:10] or "-")) from error


def _parse_log(pieces: Iterator[bytes]) -> Iterator[Commit]:
    """Yield the commits. Each has its fields, then two pieces for each touched file: its facts, which begin with a colon, and its path."""
    count, piece = 0, next(pieces, b"")
    while piece:
        fields = [piece, *islice(pieces, len(_LOG_FIELDS) - 1)]
        if len(fields) < len(_LOG_FIELDS):
            raise TruncatedError
        touched = {}
        while (piece := next(pieces, b"")).lstrip(b"\n").startswith(b":"):
            facts = piece.decode("ascii", "replace").split(" ")
            if len(facts) != _RAW_FIELDS:
                raise TruncatedError
            _before, mode, _old, blob, letter = facts
            path = _path(next(pieces, b""))
            count += 1
            if count > _MAX_TOUCHED:
                raise SlowError(path)
            touched[Touched(path, "", "") if letter == "D" else Touched(path, mode, blob)] = letter
        name, parents = (field.decode("ascii", "replace") for field in fields[:2])
        moment, date = _moment(*fields[4:6])
        moment_committed, committed = (moment, date) if fields[6:8] == fields[4:6] else _moment(*fields[6:8])
        yield Commit(
            hash=name,
            parents=tuple(parents.split()),
            author=_line(fields[2]),
            email=_line(fields[3]),
            moment=moment,
            date=date,
            committed=committed,
            subject=_line(fields[9][:_MAX_SUBJECT]),
            trailers=_trailers(fields[10]),
            touched=tuple(touched),
            adds_file="A" in touched.values(),
            committer=_line(fields[8]),
            moment_committed=moment_committed,
            invalid_offsets=_invalid_offsets([fields[5], fields[7]]),
        )


def _line(raw: bytes) -> str:
    """Read a text of one line; replace characters that a terminal or a web page would interpret."""
    text = raw[:_MAX_TEXT].decode("utf-8", "replace")
    if text.isascii() and text.isprintable():
        return text
    return without_unsafe(text.replace("\n", " "), "\N{REPLACEMENT CHARACTER}")


def _path(raw: bytes) -> str:
    """Read the path of a file; bytes that are not UTF-8, and line ends, are written with a backslash."""
    return raw.decode("utf-8", "backslashreplace").replace("\n", "\\n")


def _has_valid_offset(date: bytes) -> bool:
    """Return whether the UTC offset of a date is valid: at most 14 hours, as everywhere on earth."""
    return (date[-6:-5] in b"+-" and date[-5:] <= b"14:00") or date[-1:] == b"Z"


def _invalid_offsets(dates: Sequence[bytes]) -> tuple[tuple[str, ...], ...]:
    """Return day and UTC offset of each date whose offset is invalid."""
    texts = (date.decode("ascii", "replace") for date in dates if not _has_valid_offset(date))
    return tuple(match.groups() for text in texts if (match := _DATE.fullmatch(text)))


def _moment(seconds: bytes, date: bytes) -> tuple[int, str]:
    """Read a time. Beyond the calendar it becomes the beginning of 1970; if the offset is invalid, or date and seconds differ, it is in UTC."""
    moment = int(seconds) if _SECONDS.fullmatch(seconds) else 0
    text = date.decode("ascii", "replace") if _has_valid_offset(date) else ""
    with contextlib.suppress(ValueError):
        if datetime.fromisoformat(text).timestamp() == moment:
            return moment, text
    try:
        return moment, datetime.fromtimestamp(moment, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return 0, _EPOCH


def _trailers(raw: bytes) -> Trailers:
    values: dict[str, list[str]] = {name: [] for name in _KEYS}
    changes: list[StatusChange] = []
    for line in filter(None, raw.split(b"\x1e")):
        key, _colon, value = _line(line).partition(":")
        name, value = key.strip()[len("Xuncha-") :], value.strip()
        if name not in values:
            name = name.capitalize()
        if not value or name not in values:
            continue
        values[name].append(value)
        # From and To come after their id; an id without a status has neither.
        if name == "Id":
            changes.append(StatusChange(value))
        elif changes and name == "From":
            changes[-1] = changes[-1]._replace(from_=value)
        elif changes and name == "To":
            changes[-1] = changes[-1]._replace(to=value)
    action, reason, account = (_JOINER.join(values[name]) for name in ("Action", "Reason", "Account"))
    lists = (tuple(values[name]) for name in ("Id", "From", "To", "Undoes", "Comment"))
    ids, sources, targets, undoes, comments = lists
    words = (each.split() for each in values["Renumbered"])
    pairs = tuple((each[0], each[1]) for each in words if len(each) == 2)  # noqa: PLR2004  the old number and the new
    return Trailers(action, ids, sources, targets, reason, undoes, comments, pairs, tuple(changes), account)


def commits(git: Git, head: str) -> list[Commit]:
    """Read a commit and all its ancestors, parents before their children.

    Raises RefusedError as `log`; SurroundingsError if a shallow clone has cut the history off.
    """
    git.check_complete()
    # With `--sparse`, git does not leave out the commits without changes of the ledger.
    history = list(log(git, *_ALL, "--sparse", *RAW, head, "--", *PARTS))
    if not history or history[-1].hash != head:
        raise TruncatedError
    return history


def commits_in(git: Git, *paths: str, head: str = "HEAD", relative: bool = True) -> list[Commit]:
    """Read only the commits up to `head` that change some files, parents before their children; paths are `relative` to the ledger or to the repository."""
    return list(log(git, *_ALL, *(RAW if relative else RAW_OF_REPOSITORY), head, "--", *paths))
