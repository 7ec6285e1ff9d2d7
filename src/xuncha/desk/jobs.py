"""Run long work as child processes of our own command line, a few at once, each in its own folder, which is deleted when the desk ends."""

from __future__ import annotations

import contextvars
import logging
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from weakref import finalize

from fasteners import InterProcessLock

from xuncha.errors import RefusedError, XunchaError, bug_message, cause_of, crash_of
from xuncha.language import current_language
from xuncha.language import gettext as _
from xuncha.system import end_group, process_group, remove_tree
from xuncha.trail import author

_LOG = logging.getLogger(__name__)
State = Literal["waiting", "running", "done", "refused", "stopped"]
_WORKERS: Final = 2
_MAX_WAITING: Final = 20
_MAX_OF_ONE: Final = 3
"""Unfinished jobs of one account at most, so that nobody alone keeps the others waiting."""
_MAX_AGE: Final = 12 * 3600
"""Seconds for which the files of a job are kept after its end."""
_MAX_BYTES: Final = 1024**3
"""Bytes in the files of all ended jobs; beyond that, the oldest are deleted first."""
_GRACE: Final = 10
"""Seconds that a command has to end after it was told to."""
_PREFIX: Final = "xuncha-desk-"
_MAX_SECONDS: Final = 30 * 60
"""Seconds that one command may run."""
_LAST_SECONDS: Final = 30
"""Seconds that a running change may still take when the desk ends."""
_MAX_SHOWN: Final = 200_000
"""Bytes of a command's messages that are shown."""
_LOCK: Final = "lock"
"""The file whose lock a desk holds as long as it lives, in the desk's folder."""
_user = getattr(os, "getuid", None)
_LABEL: Final = re.compile(
    r"(?:\S+:1:1: |(?P<place>\S+:\d+:\d+: ))?(?:(?P<kind>error|warning|note)\[[a-z0-9-]+\]|warning|警告)[:：] ?"
)
"""The beginning of a message; the first line of a file stands for the whole file, and is left out."""


class Message(NamedTuple):
    """A message that a command printed besides its output: a refusal or a warning, with its hint."""

    is_error: bool
    message: str
    hints: list[str]


@dataclass
class Job:
    """Commands that run one after the other, until one fails."""

    number: int
    title: str
    """What the job does, in the language of the person who asked."""
    folder: Path
    commands: Sequence[Sequence[str]]
    files: Sequence[str] = ()
    """The names of the documents that it makes in its folder; only these can be downloaded."""
    next_page: str = ""
    """The address to continue at when the job is done."""
    writes: bool = False
    account: str = field(default_factory=author.account)
    """The account that started the job; empty on the own desk."""
    right: str = ""
    """The right that a visitor needs to see the job; empty if everybody may."""
    values: dict[str, Any] = field(default_factory=dict)
    """Values that the page which started the job needs later."""
    state: State = "waiting"
    to_stop: bool = False
    code: int = 0
    """The exit code of the last command."""
    failure: Message | None = None
    """Why the commands could not be run to their end."""
    start: float = field(default_factory=time.monotonic)
    seconds: float = 0
    process: subprocess.Popen[bytes] | None = None
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def elapsed(self) -> int:
        """Whole seconds from the request to the end, or to now."""
        return int(self.seconds if self.ended.is_set() else time.monotonic() - self.start)

    def fail(self, message: str, hint: str = "") -> State:
        """Keep why the commands could not be run to their end."""
        self.failure, self.state = Message(True, message, [hint] if hint else []), "refused"
        return self.state

    def output(self, number: int = -1) -> str:
        """Return the output of one of the commands."""
        return self._read(f"{range(len(self.commands) or 1)[number]}.out")

    @property
    def messages(self) -> list[Message]:
        """Refusals and warnings of the commands, and what prevented them from running."""
        messages = [self.failure] if self.failure else []
        for number in range(len(self.commands)):
            for line in self._read(f"{number}.err", _MAX_SHOWN).splitlines():
                if messages and line.startswith("  "):
                    is_hint = line.strip() != "^" and "--help" not in line  # nobody here can type that
                    messages[-1].hints.extend([line.strip()] if is_hint else [])
                elif label := _LABEL.match(line):
                    message = (label["place"] or "") + line[label.end() :]
                    messages.append(Message(label["kind"] == "error", message, []))
                elif line.strip():
                    messages.append(Message(self.code != 0, line, []))
        return messages

    def _read(self, name: str, limit: int = -1) -> str:
        with suppress(FileNotFoundError), (self.folder / name).open("rb") as stream:
            text = stream.read(limit).decode(errors="replace")
            # The names of our folders mean nothing to people.
            return text.replace(f"{self.folder}{os.sep}", "")
        return ""

    def document(self, name: str) -> Path | None:
        """Return the path of a document that the job made; None if there is none of this name."""
        path = self.folder / name
        return path if name in self.files and self.ended.is_set() and path.is_file() else None


class Jobs:
    """The jobs of a desk, in the order of their start."""

    def __init__(self, root: Path, queue: Callable[[Callable[[], None]], object]) -> None:
        """Keep the ledger's folder `root`, and `queue`, which queues a function that changes the ledger."""
        self._root = root
        self._queue = queue
        self._lock = threading.RLock()
        self._numbers = count(1)
        self._jobs: dict[int, Job] = {}
        self._recent: dict[object, list[tuple[object, Job]]] = {}
        self._folder: Path | None = None
        self._release: Callable[[], object] = bool
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="job")
        self._closed = False

    def get(self, number: int) -> Job | None:
        """Return a job; None if there is none of this number, or it was deleted."""
        return self._jobs.get(number)

    @property
    def all(self) -> list[Job]:
        """All jobs that are kept, newest first."""
        return [*reversed(self._jobs.values())]

    @property
    def writing(self) -> Job | None:
        """The job that is changing the ledger, or will do so next."""
        return next((job for job in [*self._jobs.values()] if job.writes and not job.ended.is_set()), None)

    def new(self, title: str, files: Sequence[str] = (), *, right: str = "") -> Job:
        """Make a job with a folder, where its input files may be put before it starts. Raises RefusedError if too many are waiting.

        `files` are the documents that it will make in its folder, `right` is the right that a visitor needs to see it.
        """
        with self._lock:
            unfinished = [job.account for job in self._jobs.values() if not job.ended.is_set()]
            own_count = unfinished.count(author.account()) if author.account() else 0
            if self._closed or own_count >= _MAX_OF_ONE or len(unfinished) >= _MAX_WAITING:
                message = _("too many jobs are waiting")
                raise RefusedError("too-busy", message, _("wait until some have finished, and try again"))
            if self._folder is None or not self._folder.is_dir():  # the system may delete temporary files
                self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
                lock = InterProcessLock(self._folder / _LOCK)
                lock.acquire(blocking=False)
                self._release = finalize(self, lock.release)
            number = next(self._numbers)
            folder = self._folder / str(number)
            folder.mkdir()
            job = self._jobs[number] = Job(number, title, folder, (), files, right=right)
            self._clear_up()
            return job

    def _clear_up(self) -> None:
        """Delete jobs that ended long ago, and the oldest ones while files take too much space."""
        size, now = 0, time.monotonic()
        for job in [each for each in self.all if each.ended.is_set()]:
            with suppress(OSError):  # the system may have deleted temporary files, too
                size += sum(file.stat().st_size for file in job.folder.iterdir())
            if size > _MAX_BYTES or now - job.start - job.seconds > _MAX_AGE:
                self._remove(job)

    def _remove(self, job: Job) -> None:
        del self._jobs[job.number]
        with suppress(OSError):
            remove_tree(job.folder)

    def start(self, job: Job, *commands: Sequence[str], check: Callable[[], None] | None = None) -> Job:
        """Start a job with the words of each command, as typed after `xuncha`; values from a form must follow `=` or `--`.

        Args:
            job: made by `new`.
            commands: run one after the other.
            check: given if they change the ledger and so wait for their turn; it is called when the turn has come, and
                raises a refusal if something has changed by then.
        """
        job.commands, job.writes = commands, check is not None
        environment = {
            **os.environ,
            **author.variables(),
            "XUNCHA_LANG": current_language(),
            "XUNCHA_LEDGER": str(self._root),
            "NO_COLOR": "1",
            # A mail server or remote that does not answer would block all changes.
            "GIT_HTTP_LOW_SPEED_LIMIT": "1",
            "GIT_HTTP_LOW_SPEED_TIME": "30",
        }

        def run() -> None:
            try:
                if check:
                    check()
                job.state = "running"
                job.state = self._run(job, environment)
            except OSError as error:
                job.fail(cause_of(error))
            except XunchaError as error:
                job.fail(error.message, error.hint)
            finally:
                if bug := sys.exception():
                    job.fail(bug_message(bug))
                    _LOG.error(job.title, exc_info=bug)
                job.seconds = time.monotonic() - job.start
                job.ended.set()

        in_context = partial(contextvars.copy_context().run, run)  # in the language of the person who asked
        self._queue(in_context) if check else self._pool.submit(in_context)
        return job

    def recent(self, kind: object, state: object, start: Callable[[], Job], max_age: float) -> Job:
        """Return the last job of a kind, if it was started for the same state and ended at most `max_age` seconds ago.

        Otherwise start another one. Of each kind that one and the previous one are kept, which open pages may show.
        """
        with self._lock:
            jobs = [each for each in self._recent.get(kind, ()) if each[1].number in self._jobs]
            if jobs:
                last_state, last = jobs[-1]
                is_old = last.ended.is_set() and time.monotonic() - last.start - last.seconds > max_age
                if last_state == state and not is_old:
                    return last
            self._recent[kind] = [*jobs, (state, start())]
            for _state, old in jobs[:-1]:
                if old.number in self._jobs and old.ended.is_set():
                    self._remove(old)
            return self._recent[kind][-1][1]

    def _run(self, job: Job, environment: Mapping[str, str]) -> State:
        """Run the commands of a job, and return the state in which it ends."""
        for number, words in enumerate(job.commands):
            out, err = (job.folder / f"{number}.{suffix}" for suffix in ("out", "err"))
            with out.open("wb") as stdout, err.open("wb") as stderr:
                with self._lock:
                    if self._closed or job.to_stop:
                        return "stopped"
                    job.process = subprocess.Popen(
                        # -P: a module in the ledger's folder must not replace one of ours.
                        [sys.executable, "-P", "-X", "utf8", "-m", "xuncha", *words],
                        cwd=self._root,
                        env=environment,
                        stdin=subprocess.DEVNULL,
                        stdout=stdout,
                        stderr=stderr,
                        **process_group(),  # Ctrl-C is for the desk, which ends its jobs itself
                    )
                try:
                    job.code = job.process.wait(_MAX_SECONDS)
                except subprocess.TimeoutExpired:
                    job.fail(_("it took more than {n} seconds", n=_MAX_SECONDS))
                    self.stop(job)
                    job.code = job.process.wait()
            if job.to_stop:
                return "stopped"
            if crash := crash_of(job.code):
                return job.fail(crash)
            if job.code not in {0, 1} or (job.code and any(each.is_error for each in job.messages)):
                return "refused"  # exit code 1 without an error: an audit, for example, has findings
        return "done"

    def stop(self, job: Job) -> None:
        """Stop a job, with every process that it started."""
        with self._lock:
            if job.ended.is_set():
                return
            job.to_stop = True
            if not job.commands:  # it was never started
                job.state = "stopped"
                job.ended.set()
            if job.process and job.process.poll() is None:
                end_group(job.process)
                timer = threading.Timer(_GRACE, partial(end_group, job.process, force=True))
                timer.daemon = True
                timer.start()

    def close(self) -> None:
        """Stop reading jobs at once, wait for one that changes the ledger, and delete all files."""
        with self._lock:
            self._closed = True
        for job in self.all:
            if not (job.writes and job.state == "running" and job.ended.wait(_LAST_SECONDS)):
                self.stop(job)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._release()
        if self._folder:
            with suppress(OSError):
                remove_tree(self._folder)


def sweep() -> None:
    """Delete the folders of this user's desks that were killed; a running desk holds the lock of its folder."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        path = folder / _LOCK
        with suppress(OSError):
            of_this_process = folder.name.startswith(f"{_PREFIX}{os.getpid()}-")
            if of_this_process or not path.is_file() or (_user and folder.lstat().st_uid != _user()):
                continue
            lock = InterProcessLock(path)
            if lock.acquire(blocking=False):
                lock.release()
                remove_tree(folder)
            else:
                lock.lockfile.close()
