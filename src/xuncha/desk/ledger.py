"""Hold the ledger behind the desk: its last known state, and the queue of changes."""

from __future__ import annotations

import asyncio
import contextvars
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar, cast

from xuncha.accounts.account import not_allowed
from xuncha.desk.jobs import Jobs
from xuncha.desk.visitors import Visitor
from xuncha.errors import InvalidLedgerError, RefusedError, SurroundingsError, XunchaError
from xuncha.language import gettext as _
from xuncha.model.identity import CommentNumber, Identity
from xuncha.model.register import Register
from xuncha.model.source import Source
from xuncha.model.vocabulary import Action
from xuncha.requests import readers
from xuncha.requests.answers import file_version
from xuncha.requests.outcomes import Messages, result_messages, session_messages
from xuncha.requests.selection import Texts, text_reader
from xuncha.rules.names import no_such_record
from xuncha.store.cache import register, register_at
from xuncha.store.faults import UnreadableError
from xuncha.store.files import WorkingTree
from xuncha.store.reading import parse
from xuncha.trail.git import Git
from xuncha.trail.history import Event, history, history_of_record
from xuncha.trail.presence import check_files_present
from xuncha.trail.repository import git_dir
from xuncha.trail.tree import Tree
from xuncha.workflow.change import Session, begin
from xuncha.workflow.committer import addresses
from xuncha.workflow.differences import differences
from xuncha.workflow.perform import Result, perform
from xuncha.workflow.undo import is_undoable

T = TypeVar("T")
_HASH: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FRESH: Final = 1.0
"""Seconds for which a state is shown without checking the files again; a change by the desk ends it earlier."""
_CHECK_FACTOR: Final = 20
"""The least time between two checks, in multiples of a check's duration, so that a large ledger is not checked all the time."""
_MAX_WAIT: Final = 50.0
"""Seconds that a change waits for its turn: after sixty, usual proxies answer with an unhelpful error."""
MAX_KEPT: Final = 100
"""Commits whose messages and forms are kept, for the pages that show them, and against recording the same form twice."""
Stamp = tuple[int, int, int]


def _stamp(path: str) -> Stamp | None:
    """Return what changes with a file; None if it cannot be examined."""
    try:
        status = os.stat(path)  # noqa: PTH116  called ten thousand times
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size


class State(NamedTuple):
    """A state of the ledger, as it was read."""

    register: Register
    tip: str
    """The commit that was checked out; empty if nothing is committed."""
    number: int
    """A different number for each state seen since the desk started."""
    cache: dict[object, Any]
    """Values computed from this state, for other requests."""

    def cached(self, key: object, make: Callable[[], T]) -> T:
        """Compute a value of this state once, and return it again later."""
        if key not in self.cache:
            self.cache[key] = make()
        return cast("T", self.cache[key])


class Moment(NamedTuple):
    """The ledger now, or as it was at a commit."""

    register: Register
    texts: Texts
    today: date
    source: Source
    commit: str | None = None  # None for now


class Desk:
    """A ledger that several people read at once, and change one after the other."""

    def __init__(self, root: Path, clock: Callable[[], date]) -> None:
        """Keep the ledger's folder `root`, and the clock that returns the day of all counts."""
        self.root = root
        self._clock = clock
        self._reading = threading.RLock()
        self._state: State | None = None
        self._checked_at, self._fresh_for = 0.0, _FRESH
        self._changes, self._checked = 0, 0
        """The number of changes made, and what it was when the last check started."""
        self._read_texts = text_reader(WorkingTree(root))
        self._texts: dict[Identity, tuple[Stamp, str]] = {}
        self._stamps: tuple[float, dict[Identity, Stamp | None]] = (float("-inf"), {})
        self._outcomes: dict[str, Messages] = {}
        self.recorded: dict[bytes, str] = {}
        """The addresses that the last forms led to, by digests of the forms."""
        self._events: tuple[str, list[Event]] = ("", [])
        self._writers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self.jobs = Jobs(root, self._queue)

    @property
    def today(self) -> date:
        """The day of all counts."""
        return self._clock()

    def state(self) -> State:
        """Return the present state of the ledger; only changed files are read.

        Raises InvalidLedgerError, with every finding, if the ledger breaks rules; SurroundingsError if files or git are missing.
        """
        last = self._state
        if last and self._is_fresh():
            return last
        must_wait = last is None or self._checked != self._changes
        if not self._reading.acquire(blocking=must_wait) and last:
            return last  # another thread is checking, and nothing was changed here since
        try:
            last = self._state
            if last and self._is_fresh():
                return last
            start, changes = time.monotonic(), self._changes
            check_files_present(self.root)
            current, tip = register(self.root), self.tip()
            if last:  # the first check reads every file, later ones what has changed
                self._fresh_for = max(_FRESH, _CHECK_FACTOR * (time.monotonic() - start))
            if last is None or (last.register, last.tip) != (current, tip):
                last = self._state = State(current, tip, last.number + 1 if last else 1, {})
            self._checked_at, self._checked = start, changes
            return last
        finally:
            self._reading.release()

    def _is_fresh(self) -> bool:
        return self._checked == self._changes and time.monotonic() - self._checked_at <= self._fresh_for

    def valid_state(self) -> State:
        """Return the present state of the ledger; if it breaks rules now, the last valid one. Raises InvalidLedgerError if there was none since the desk started."""
        try:
            return self.state()
        except InvalidLedgerError:
            if self._state is None:
                raise
            return self._state

    @property
    def number(self) -> str:
        """The number of the present state; empty if the ledger breaks rules, and another number follows then."""
        try:
            return str(self.state().number)
        except XunchaError:
            return ""

    def record(self, commit: str, outcome: Messages) -> str:
        """Keep the messages about a commit for the page that the click leads to; return the commit."""
        self._outcomes[commit] = self.outcome(commit).combined_with(outcome)
        for old in [*self._outcomes][:-MAX_KEPT]:
            self._outcomes.pop(old, None)
        return commit

    def outcome(self, commit: str) -> Messages:
        """Return the messages about a commit; none for an older one."""
        return self._outcomes.get(commit, Messages())

    def recorded_before(self, sent: bytes) -> str:
        """Return the address that a form led to before, where a warning is shown now; empty if its records were changed since."""
        if not (start := (address := self.recorded.get(sent, "")).partition("?done=")[2]):
            return ""
        self._changes += 1  # its commit may have been made just before
        events = self.events()
        ids = {each.id for each in events if each.commit.startswith(start)}
        last = next((each for each in events if each.id in ids), None)
        if last is None or not last.commit.startswith(start):
            return ""
        message = _("this was recorded before; nothing was added")
        hint = _("to record the same once more, change something in it")
        self.record(last.commit, Messages(warnings=((message, hint),)))
        return address

    def texts(self, identities: Sequence[Identity]) -> Mapping[Identity, str]:
        """Return the searchable texts of existing measures; their files are examined once for each check, and read if they have changed."""
        if self._stamps[0] != self._checked_at:
            self._stamps = self._checked_at, {}
        seen, kept = self._stamps[1], self._texts
        for each in identities:
            if each not in seen:
                seen[each] = _stamp(f"{self.root}/{each.path}")
        stamps = {each: stamp for each in identities if (stamp := seen[each])}
        changed = [each for each, stamp in stamps.items() if each not in kept or kept[each][0] != stamp]
        for identity, text in self._read_texts(changed).items():
            kept[identity] = (stamps[identity], text)
        return {each: kept[each][1] for each in stamps if each in kept}

    def at_moment(self, moment: str | None) -> Moment:
        """Return the ledger at a day or revision; None: now. Raises RefusedError if history knows no such moment."""
        if not moment:
            return Moment(self.state().register, self.texts, self.today, WorkingTree(self.root))
        commit, day = readers.find_moment(self.root, moment, "at", self.today)
        tree = Tree(self.root, commit)
        return Moment(register_at(tree), text_reader(tree), day, tree, commit)

    def events(self) -> list[Event]:
        """Return the history of the whole ledger, newest first; empty outside a repository."""
        tip = self._state.tip if self._state and self._is_fresh() else self.tip()
        with self._reading:
            if tip and self._events[0] != tip:
                self._events = (tip, history(self.root))
            return self._events[1]

    def history(self, identity: Identity) -> list[Event]:
        """Return the history of a problem with its measures, or of a measure, newest first; empty outside a repository. Raises RefusedError if there is no such record."""
        if not (self.root / identity.path).is_file():
            raise no_such_record(identity)
        return history_of_record(self.root, identity) if git_dir(self.root) else []

    def tip(self) -> str:
        """Return the commit that is checked out; empty if nothing is committed."""
        with suppress(SurroundingsError):
            return Git(self.root).head() or ""
        return ""

    def undoable(self, event: Event | None, visitor: Visitor) -> str:
        """Return the commit of an event if the visitor may undo it: it is the last one, their own, and they still have the right; else an empty text."""
        with suppress(SurroundingsError):
            if not event or event.commit != self.tip() or not is_undoable(event):
                return ""
            if not visitor.may("undo"):
                rows = {row.id: row for row in self.valid_state().register.measures}
                for each in self.events():
                    row = rows.get(each.id or "")
                    if each.commit == event.commit and not (row and visitor.may(each.action or "", row)):
                        return ""
            account = visitor.account and visitor.account.author.email
            own_addresses = self.valid_state().cached(("addresses", account), partial(addresses, self.root))
            return event.commit if event.email.casefold() in own_addresses else ""
        return ""

    async def change(self, function: Callable[..., T], *arguments: Any, **kwargs: Any) -> T:  # noqa: ANN401
        """Queue a function that changes the ledger, and run it in the caller's language after all earlier changes.

        Raises SurroundingsError if these take longer than proxies wait; then the function was not called.
        """
        queued = self._queue(partial(contextvars.copy_context().run, function, *arguments, **kwargs))
        future = asyncio.wrap_future(queued)
        await asyncio.wait([future], timeout=_MAX_WAIT)
        if not future.done() and queued.cancel():
            job = self.jobs.writing
            message = _("the ledger is still being changed, so nothing was done: {what}")
            message = message.format(what=job.title if job else _("changes by others"))
            raise SurroundingsError("busy", message, _("wait until that has finished, and send this again"))
        return await future

    def _queue(self, function: Callable[[], T]) -> Future[T]:
        """Run a function that changes the ledger after all earlier changes."""

        def call() -> T:
            try:
                return function()
            finally:
                self._changes += 1

        return self._writers.submit(call)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Begin a change, as `begin` does; its messages are shown with the commit or with the refusal."""
        with begin(self.root) as session, _with_warning(session):
            yield session
            if session.commit_id:
                self.record(session.commit_id, session_messages(session))

    def call(self, function: Callable[..., T], *arguments: Any, **kwargs: Any) -> T:  # noqa: ANN401
        """Call a function of the workflow that takes the lock itself, after the same checks as in `session`."""
        with self.session() as session:
            notes = session_messages(session)
        with _with_warning(session):
            result = function(self.root, *arguments, **kwargs)
        if isinstance(result, Result):
            self.record(result.commit, notes)
        return result

    def perform(
        self,
        action: Action,
        ids: Sequence[str],
        values: Mapping[str, Any],
        versions: Mapping[str, str],
        get_visitor: Callable[[], Visitor],
    ) -> Result:
        """Do an action of the workflow on measures, or on problems if the verb takes them: on all in one commit, or on none.

        `values` are those for the verb, as `read_values` reads them; `versions` the hashes of the files that the user saw, by number;
        `get_visitor` returns the visitor with the state of their account at their turn. Raises XunchaError if it is refused; then
        nothing is written.
        """
        identities = [Identity.parse(each) for each in ids]
        with self.session() as session:
            if not (visitor := get_visitor()).may("all"):
                rows = {row.id: row for row in register(self.root).measures}
                pairs = [(str(each), rows.get(str(each))) for each in identities]
                if denied := [number for number, row in pairs if not row or not visitor.may(action, row)]:
                    raise not_allowed(*denied)
            self.check_versions({Identity.parse(number): version for number, version in versions.items()})
            result = perform(session, action, identities, self.today, **values)
            self.record(result.commit, result_messages(result))
        return result

    def check_versions(self, versions: Mapping[Identity | CommentNumber, str]) -> None:
        """Raise RefusedError if a file has changed since it was shown."""
        for number, shown_version in versions.items():
            if shown_version and file_version(self.root, number.path) != shown_version:
                name = str(number) if isinstance(number, Identity) else _("comment {n}", n=number)
                message = _("{id} was changed after it was shown here", id=name)
                self._changes += 1
                hint = _("look at its current state, and decide again")
                raise RefusedError("changed-meanwhile", message, hint, number.path)

    def changes_since(self, number: Identity | CommentNumber, shown_version: str) -> list[str]:
        """Return in words what changed in a file since the version shown; empty if no commit has that version."""
        if not _HASH.fullmatch(shown_version):
            return []
        with suppress(OSError, InvalidLedgerError, SurroundingsError, UnreadableError):
            [before] = Git(self.root).blobs([shown_version])
            return differences(parse(before or b""), parse(WorkingTree(self.root).read(number.path)))
        return []

    def close(self) -> None:
        """Stop the jobs, and wait for the running change."""
        self.jobs.close()
        self._writers.shutdown(wait=True)


@contextmanager
def _with_warning(session: Session) -> Iterator[None]:
    """Inside the block, add to a refusal the warning about an interrupted change that was undone before."""
    try:
        yield
    except XunchaError as error:
        if session.leftover:
            error.others += (RefusedError("interrupted", *session_messages(session).warnings[0]),)
        raise
