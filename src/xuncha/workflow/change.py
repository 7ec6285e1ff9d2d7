"""One change of a ledger: under a lock, all files and one commit are written, or everything stays as it was.

A change has not happened until its commit exists. A journal records what a killed command left behind, and the
next command that writes takes that back (docs/adr/0004-one-change-one-commit.md).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from fasteners import InterProcessLock

from xuncha import system
from xuncha.errors import RefusedError, SurroundingsError, cause_of
from xuncha.language import gettext as _
from xuncha.model.identity import COMMENTS, EVIDENCE, PROBLEMS, CommentNumber, Identity
from xuncha.model.vocabulary import Action, StatusChange
from xuncha.store import files
from xuncha.trail import author, locks, objects
from xuncha.trail.git import Git, GitError, TruncatedError, is_hash, literals, no_user_error
from xuncha.trail.presence import check_files_present
from xuncha.trail.repository import checked_out, git_dir
from xuncha.workflow import journal
from xuncha.workflow.journal import FileChange

_SIGNAL_CODE = 129
"""The lowest exit code that reports the end of a program by a signal, if another program has started it (128 + the signal)."""
Contents = Mapping[str, bytes | None]
"""The new contents of files, by their paths in the ledger; None for a file that is deleted."""
TIMEOUT = 60.0  # seconds to wait for another command to finish

_thread_lock = threading.Lock()
"""Held by the thread of this process that holds the lock of a repository, or waits for it."""
_last_changed: list[Git] = []  # the repository of the last commit that this run of the program has made


def note_commit(git: Git) -> None:
    """Note that a commit was made, to report it even if nothing else could be printed."""
    _last_changed[:] = [git]


def last_commit() -> str | None:
    """Return the short hash of the last commit of this run of the program, `HEAD` if git cannot tell; None without a commit."""
    try:
        return _last_changed[-1].text("rev-parse", "--short=10", "HEAD") if _last_changed else None
    except SurroundingsError:
        return "HEAD"


@dataclass(frozen=True)
class Message:
    """The message of a commit: a readable subject, and trailers for programs."""

    subject: str
    action: Action
    steps: Sequence[StatusChange] = ()
    reason: str = ""
    undoes: Sequence[str] = ()  # the commits that are taken back, the newest first
    renumbered: Mapping[Identity, Identity] = field(default_factory=dict)
    """The new numbers of records that were renumbered because one was removed, by their old numbers."""
    comments: Sequence[str] = ()
    """The numbers of comments; for a renumbered comment the old and the new number, with a blank between them."""

    def text(self) -> str:
        """Return subject, blank line and trailers; each value is on one line, so that none can look like another trailer."""
        trailers: list[tuple[str, str | None]] = [("Action", self.action)]
        trailers += [("Comment", number) for number in self.comments]
        for step in self.steps:
            trailers += [("Id", step.id), ("From", step.from_), ("To", step.to)]
        trailers += [("Renumbered", f"{old} {new}") for old, new in self.renumbered.items()]
        trailers += [("Reason", self.reason), *(("Undoes", commit) for commit in self.undoes)]
        trailers += [("Account", author.account())]
        lines = [self.subject, "", *(f"Xuncha-{name}: {value}" for name, value in trailers if value)]
        return "".join(" ".join(line.split()) + "\n" for line in lines)


class Leftover(NamedTuple):
    """What an interrupted command left behind: the command as it was typed, and the files."""

    command: str
    paths: list[str]


class Session:
    """The right to change one ledger, which holds its lock. Use `begin` to make one."""

    def __init__(self, root: Path, git: Git, leftover: Leftover | None) -> None:
        self.root = root
        self.git = git
        self.leftover = leftover  # what `begin` took back
        self.source = files.WorkingTree(root)
        self.commit_id = ""  # the full hash of the last commit made in this session
        self._clean: set[str] = set()
        """Files whose content is that of the last commit, so that git knows them."""

    def must_be_clean(self, *paths: str) -> None:
        """Refuse to mix a change with someone's uncommitted one.

        Raises RefusedError if a file was changed by hand and not committed.
        """
        self._clean.update(path for path in paths if (self.root / path).is_file())
        for path in self.git.uncommitted_or_staged(*paths):
            number = Identity.from_path(path) or (path if CommentNumber.from_path(path) else "")
            if self.git.blobs([f"HEAD:./{path}"]) == [None]:
                self.git.head()  # raises if another branch holds the ledger: then that is the cause
                hint = _("enter it with `xuncha edit {id}`, or move the file away")
            elif path.startswith((PROBLEMS, COMMENTS)) and (self.root / path).exists():
                hint = _(
                    "keep the change with `xuncha edit {id}`, or discard it with `git checkout -- {path}`"
                )
            elif not path.startswith(EVIDENCE):
                hint = _("keep the change with `xuncha edit`, or discard it with `git checkout -- {path}`")
            else:
                hint = _("discard the change with `git checkout -- {path}`")
            message = _("{path} was changed by hand and is not committed", path=path)
            raise RefusedError("uncommitted", message, hint.format(id=number, path=path), path)

    def must_be_no_links(self, paths: Iterable[str]) -> None:
        """Refuse to read or write outside the ledger. Raises RefusedError if a file is a link, or is reached through one."""
        for path in paths:
            if link := self.source.behind_link(path):
                message, hint = _("{path} is a link", path=link), _("put the file itself here")
                raise RefusedError("symbolic-link", message, hint, link)

    def commit(self, contents: Contents, message: Message, *, signed: bool = False) -> None:
        """Write the files and commit them; what is written already is only committed.

        Raises RefusedError if git or one of its hooks refuses, a path leads through a link, or the desk would have to sign;
        SurroundingsError if a file cannot be written, or another branch holds the ledger. Then every file is as it was.
        """
        if signed and author.account():  # on the office desk, git would sign with the machine's key
            text = _("the policy requires a signature, and your key is not on this machine")
            hint = _("close it with xuncha on the machine that has the key, and sync")
            raise RefusedError("signed-elsewhere", text, hint)
        self.must_be_no_links(contents)
        maybe_new = [
            path for path, after in contents.items() if after is not None and path not in self._clean
        ]
        if self._tip()[1] is None:
            self.git.head()  # raises if another branch holds the ledger: no first commit then
        with self._journaled(contents) as changes:
            _write_all(self.root, changes)
            tracked = self.git.staged(*maybe_new) if maybe_new else {}
            new = [path for path in maybe_new if path not in tracked]
            old_tip = self._tip()
            self.git.commit(message.text(), [change.path for change in changes], new=new, signed=signed)
            if self._tip() == old_tip and not self._committed(changes, []):
                raise TruncatedError
            if (tip := locks.branch_file(self.root)) is not None:
                # Git brings the branch file's content to the disk, not its name.
                files.sync_folder(tip.parent)
        name, tip_now = self._tip()
        hash_or_ref = (tip_now.decode("ascii", "replace") if tip_now else name).strip()
        with contextlib.suppress(GitError):  # the commit is made, even if git cannot name it
            self.commit_id = hash_or_ref if is_hash(hash_or_ref) else self.git.text("rev-parse", "HEAD")
        note_commit(self.git)

    def _tip(self) -> tuple[str, bytes | None]:
        """Return what git's files say is checked out, and the content of the branch's file; no git is run."""
        place = locks.branch_file(self.root)
        return checked_out(self.root), _read(place) if place else None

    def advance(self, before: str, after: str) -> None:
        """Move the branch and the files from one commit to a later one that follows it.

        Raises RefusedError if git refuses; then everything is as it was.
        """
        with self._journaled({}, [before, after]):
            objects.fast_forward(self.git, after)
            if not self._committed([], [before, after]):
                raise TruncatedError
        note_commit(self.git)

    @contextlib.contextmanager
    def _journaled(self, contents: Contents, commits: Sequence[str] = ()) -> Iterator[list[FileChange]]:
        """Keep a journal during a change; if the change fails without a commit, take it back and raise the reason."""
        changes: list[FileChange] = []
        try:
            changes += [FileChange(path, _read(self.root / path), after) for path, after in contents.items()]
            # New files first and deletions last, so that no reader finds an entry whose evidence is missing.
            changes.sort(key=lambda change: (change.before is not None, change.after is None))
            journal.write(self.root, changes, commits)
            yield changes
        except BaseException as error:
            # If this fails too, the journal stays, and the next command takes the change back.
            with contextlib.suppress(OSError, GitError):
                _roll_back(self.root, self.git)
            if isinstance(error, GitError):
                if self._committed(changes, commits):
                    return  # git died, or a hook failed, after the commit was made
                raise _commit_error(self.root, error) from error
            if isinstance(error, OSError):
                raise _write_error(self.root, error) from error
            raise
        journal.drop(self.root)

    def _committed(self, changes: Sequence[FileChange], commits: Sequence[str]) -> bool:
        """Return whether a commit holds the change, whatever git reported."""
        if commits:
            return self.git.text("rev-parse", "HEAD") == commits[-1]
        written = all(_read(self.root / change.path) == change.after for change in changes)
        return written and not self.git.uncommitted(*[change.path for change in changes])


@contextlib.contextmanager
def begin(root: Path) -> Iterator[Session]:
    """Take the ledger's lock, and take back what an interrupted command left behind; yield the session.

    Raises SurroundingsError if there is no git or no repository, another command holds the lock for a
    minute, or git's own lock is held for too long.
    """
    git = Git.in_repository(root, writes=True)
    with _try_lock(root, TIMEOUT) as locked:
        if isinstance(locked, OSError):
            raise _write_error(root, locked) from locked
        if not locked:
            text = _("another command has been changing this ledger for {n} seconds", n=int(TIMEOUT))
            raise SurroundingsError("locked", text, _("wait until it has finished, or end it"))
        locks.wait_for_git(root)
        check_files_present(root)
        try:
            rolled_back = _roll_back(root, git) if journal.place(root).exists() else None
        except OSError as error:
            raise _write_error(root, error) from error
        yield Session(root, git, rolled_back)


def leftover(root: Path) -> Leftover | None:
    """Return what an interrupted command left in the files without a commit; None if nothing is left.

    If all is well, this costs one look for a file. A command that still runs is not an interrupted one.
    """
    if git_dir(root) is None or not journal.place(root).exists():
        return None
    with _try_lock(root) as is_free:
        if is_free is not True:
            return None
        command, changes, commits = journal.read(root)
        paths = [change.path for change in _uncommitted(root, Git(root), changes)]
        paths += objects.fast_forward_remains(Git(root), *commits) if commits else []
        return Leftover(command, paths) if paths else None


def is_busy(root: Path) -> bool:
    """Return whether another command is changing a ledger of this repository right now. Creates no file."""
    if git_dir(root) is None or not journal.place(root).with_name("lock").exists():
        return False
    with _try_lock(root) as is_free:
        return is_free is False


@contextlib.contextmanager
def _try_lock(root: Path, timeout: float = 0) -> Iterator[bool | OSError]:
    """Try for `timeout` seconds to take the lock of a repository; yield whether it was free, or the system's error.

    A process loses the lock when any of its threads closes the file: so only one thread at a time opens it.
    """
    start = time.monotonic()
    if not _thread_lock.acquire(timeout=timeout):
        yield False
        return
    try:
        lock = _lock(root)
        try:
            acquired: bool | OSError = lock.acquire(timeout=max(0, timeout - (time.monotonic() - start)))
        except OSError as error:
            acquired = error
        try:
            yield acquired
        finally:
            if acquired is True:
                lock.release()
            elif lock.lockfile:
                lock.lockfile.close()
    finally:
        _thread_lock.release()


def _uncommitted(root: Path, git: Git, changes: Sequence[FileChange]) -> list[FileChange]:
    """Return the changes of the journal that are in the files but in no commit."""
    written = [change for change in changes if _read(root / change.path) == change.after != change.before]
    uncommitted = git.uncommitted(*[change.path for change in written]) if written else []
    return [change for change in written if change.path in uncommitted]


def _roll_back(root: Path, git: Git) -> Leftover | None:
    """Restore the old content of the journal's files, unless a commit holds the change."""
    command, changes, commits = journal.read(root)
    if commits:
        arrived = objects.fast_forward_remains(git, *commits)
        objects.undo_fast_forward(git, arrived)
        journal.drop(root)
        return Leftover(command, list(arrived)) if arrived else None
    uncommitted = _uncommitted(root, git, changes)
    # If the disk kept the commit but lost the files, write the committed content: the user may have seen it confirmed.
    missing = [change for change in changes if _read(root / change.path) == change.before != change.after]
    committed = zip(missing, git.blobs(f"HEAD:./{change.path}" for change in missing), strict=True)
    _write_all(root, [change for change, blob in committed if blob == change.after])
    for change in changes:
        files.temporary_path(root / change.path).unlink(missing_ok=True)
    _write_all(root, [FileChange(path, after, before) for path, before, after in uncommitted])
    made = [PurePosixPath(change.path) for change in changes if change.before is None]
    for folder in (folder for path in made for folder in path.parents[:-1]):
        # It may have been made for the file; if it holds others, it stays.
        with contextlib.suppress(OSError):
            (root / folder).rmdir()
    _settle_index(git, [change.path for change in changes])
    journal.drop(root)
    return Leftover(command, [change.path for change in uncommitted]) if uncommitted else None


def _settle_index(git: Git, paths: Sequence[str]) -> None:
    """Bring the index up to the last commit, if git was killed before it did so.

    Only for files that are as in the last commit while the index is as before it: nothing that someone has staged is lost.
    """
    blobs = git.blobs(f"{where}:./{path}" for path in paths for where in ("HEAD", "HEAD^", ""))
    behind = [
        path
        for path, now, before, staged in zip(paths, blobs[::3], blobs[1::3], blobs[2::3], strict=True)
        if staged != now and (staged or None) == (before or None)
    ]
    behind = sorted(set(behind) - set(git.uncommitted(*behind)))
    if behind:
        git.run("reset", "--quiet", "--", *literals(behind))


def _write_error(root: Path, error: OSError) -> SurroundingsError:
    path = error.filename2 or error.filename if isinstance(error, PermissionError) else None
    shown = system.decoded(path) if isinstance(path, bytes) else path
    reason = f"{shown}: {cause_of(error)}" if path else cause_of(error)
    message = _("the change could not be written: {reason}", reason=reason)
    hint = _("see whether the disk is full, or {path} is read-only", path=root)
    return SurroundingsError("not-written", message, hint)


def _commit_error(root: Path, error: GitError) -> RefusedError | SurroundingsError:
    text = error.reason or _("git gave no reason")
    if places := locks.locks_in(root, text):
        return locks.git_running_error(places)
    if "user.email" in text or "user.name" in text:
        return no_user_error()
    if not 0 < error.returncode < _SIGNAL_CODE:
        text = _("git failed, and nothing was changed: {said}", said=text)
        return SurroundingsError("git-failed", text, _("see what is wrong with it: git status"))
    message = _("git refused the commit, and nothing was changed: {said}")
    return RefusedError("commit-refused", message.format(said=text))


def _write_all(root: Path, changes: Sequence[FileChange]) -> None:
    """Write the new contents; then remove the files that are to go."""
    contents = {
        path: after for path, _before, after in changes if after is not None and _read(root / path) != after
    }
    for folder in sorted({folder for path in contents for folder in PurePosixPath(path).parents}):
        # Not with `parents=True`, for which Python calls itself for each level.
        (root / folder).mkdir(exist_ok=True)
    files.replace_all({root / path: after for path, after in contents.items()})
    for change in changes:
        if change.after is None:
            files.remove(root / change.path)


def _read(target: Path) -> bytes | None:
    try:
        return system.retry_locked(target.read_bytes, system.READ_TIMEOUT)
    except FileNotFoundError:
        return None


def _lock(root: Path) -> InterProcessLock:
    """Return the one lock of a repository, whose commits must follow each other; the system frees it when its holder dies."""
    return InterProcessLock(journal.place(root).with_name("lock"))
