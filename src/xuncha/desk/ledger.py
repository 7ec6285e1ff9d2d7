"""Hold the ledger behind the desk: its last known state, and the queue of changes."""

from __future__ import annotations

import asyncio
import contextvars
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from xuncha.accounts.account import not_allowed
from xuncha.desk.jobs import Jobs
from xuncha.desk.texts import Texts
from xuncha.errors import InvalidLedgerError, RefusedError, SurroundingsError, XunchaError
from xuncha.language import gettext as _
from xuncha.model.identity import CommentNumber, Identity
from xuncha.requests import given, moments
from xuncha.requests.answers import rows_of, version
from xuncha.requests.outcomes import Outcome, about_beginning, outcome
from xuncha.requests.selection import texts_in
from xuncha.store.cache import register, register_at
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import parse
from xuncha.trail.git import Git
from xuncha.trail.history import Event, history, history_of_measure, history_of_problem
from xuncha.trail.presence import must_be_here
from xuncha.trail.repository import git_dir
from xuncha.trail.tree import Tree
from xuncha.workflow.change import Session, begin
from xuncha.workflow.committer import addresses
from xuncha.workflow.differences import differences
from xuncha.workflow.perform import Result, perform
from xuncha.workflow.undo import can_be_taken_back

if TYPE_CHECKING:
    from xuncha.desk.gate import Visitor
    from xuncha.model.register import Register
    from xuncha.model.vocabulary import Action
    from xuncha.requests.selection import Texts as ReadTexts

T = TypeVar("T")
_HASH: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FRESH: Final = 1.0
"""Seconds for which a state is shown without checking the files again; a change by the desk ends it earlier."""
_LOOKS: Final = 20
"""The least time between two checks, in multiples of a check's duration, so that a large ledger is not checked all the time."""
_IN_THE_QUEUE: Final = 50.0
"""Seconds that a change waits for its turn: after sixty, usual proxies answer with an unhelpful error."""
_OUTCOMES: Final = 100
"""Commits whose messages are kept, for the pages that show them."""


class Look(NamedTuple):
    """A state of the ledger, as it was read."""

    register: Register
    tip: str
    """The commit that was checked out; empty if nothing is committed."""
    number: int
    """A different number for each state seen since the desk started."""
    kept: dict[object, Any]
    """Values computed from this state, for other requests."""

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Compute a value of this state once, and return it again later."""
        if key not in self.kept:
            self.kept[key] = make()
        value: T = self.kept[key]
        return value


class Desk:
    """A ledger that several people read at once, and change one after the other."""

    def __init__(self, root: Path, clock: Callable[[], date]) -> None:
        """Keep the ledger's folder `root`, and the clock that returns the day of all counts."""
        self.root = root
        self._clock = clock
        self._reading = threading.RLock()
        self._look: Look | None = None
        self._looked_at, self._fresh_for = 0.0, _FRESH
        self._changes, self._seen = 0, 0
        """The number of changes made, and what it was when the last check started."""
        self.texts = Texts(root, lambda: self._looked_at)
        self._outcomes: dict[str, Outcome] = {}
        self._events: tuple[str, list[Event]] = ("", [])
        self._writers = ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer")
        self.jobs = Jobs(root, self._in_turn)

    @property
    def today(self) -> date:
        """The day of all counts."""
        return self._clock()

    def look(self) -> Look:
        """Return the present state of the ledger; only changed files are read.

        Raises:
            InvalidLedgerError: the ledger breaks rules; carries every finding.
            SurroundingsError: files or git are missing.
        """
        last = self._look
        if last and self._is_fresh():
            return last
        if not self._reading.acquire(blocking=last is None or self._seen != self._changes):
            assert last is not None  # noqa: S101  for the type checker
            return last  # another thread is checking, and nothing was changed here since
        try:
            if self._look is None or not self._is_fresh():
                began, seen = time.monotonic(), self._changes
                must_be_here(self.root)
                found, tip = register(self.root), self.tip()
                last = self._look
                if last is None or (last.register, last.tip) != (found, tip):
                    self._look = Look(found, tip, last.number + 1 if last else 1, {})
                self._looked_at, self._seen = began, seen
                self._fresh_for = max(_FRESH, _LOOKS * (time.monotonic() - began))
            assert self._look is not None  # noqa: S101
            return self._look
        finally:
            self._reading.release()

    def _is_fresh(self) -> bool:
        return self._seen == self._changes and time.monotonic() - self._looked_at <= self._fresh_for

    def seen(self) -> Look:
        """Return the present state of the ledger; if it breaks rules now, the last valid one.

        Raises:
            InvalidLedgerError: it has broken rules since the desk started.
        """
        try:
            return self.look()
        except InvalidLedgerError:
            if self._look is None:
                raise
            return self._look

    @property
    def number(self) -> str:
        """The number of the present state; empty if the ledger breaks rules, and another number follows then."""
        try:
            return str(self.look().number)
        except XunchaError:
            return ""

    def keep(self, commit: str, said: Outcome) -> str:
        """Keep the messages about a commit for the page that the click leads to; return the commit."""
        self._outcomes[commit] = self.outcome(commit).and_then(said)
        for old in [*self._outcomes][:-_OUTCOMES]:
            self._outcomes.pop(old, None)
        return commit

    def outcome(self, commit: str) -> Outcome:
        """Return the messages about a commit; none for an older one."""
        return self._outcomes.get(commit, Outcome())

    def at(self, moment: str | None) -> tuple[Register, Texts | ReadTexts, date]:
        """Return the register at a day or revision (None: now), the reader of its texts, and the day.

        Raises:
            RefusedError: history knows no such moment.
        """
        if not moment:
            return self.look().register, self.texts, self.today
        commit, day = moments.moment(self.root, moment, "at", self.today)
        tree = Tree(self.root, commit)
        return register_at(tree), texts_in(tree), day

    def events(self) -> list[Event]:
        """Return the history of the whole ledger, newest first; empty outside a repository."""
        tip = self._tip_as_seen()
        with self._reading:
            if tip and self._events[0] != tip:
                self._events = (tip, history(self.root))
            return self._events[1]

    def _tip_as_seen(self) -> str:
        """Return the commit of the last check if that is still recent, else the one checked out now."""
        return self._look.tip if self._look and self._is_fresh() else self.tip()

    def history(self, which: Identity) -> list[Event]:
        """Return the history of a problem with its measures, or of a measure, newest first; empty outside a repository.

        Raises:
            RefusedError: there is no such problem or measure.
        """
        rows_of(self.look().register, which)
        if not git_dir(self.root):
            return []
        if which.is_problem:
            return history_of_problem(self.root, which)
        return history_of_measure(self.root, which.path, str(which))

    def tip(self) -> str:
        """Return the commit that is checked out; empty if nothing is committed."""
        with suppress(SurroundingsError):
            return Git(self.root).head() or ""
        return ""

    def may_be_taken_back(self, event: Event | None, visitor: Visitor) -> str:
        """Return the commit of an event if the visitor may undo it: it is the last one, their own, and they still have the right; else an empty text."""
        with suppress(SurroundingsError):
            if not event or event.commit != self.tip() or not can_be_taken_back(event):
                return ""
            if not visitor.may("undo"):
                rows = {row.id: row for row in self.seen().register.measures}
                for each in self.events():
                    row = rows.get(each.id or "")
                    if each.commit == event.commit and not (row and visitor.may(each.action or "", row)):
                        return ""
            account = visitor.account and visitor.account.author.email
            own = self.seen().once(("addresses", account), partial(addresses, self.root))
            return event.commit if event.email.casefold() in own else ""
        return ""

    async def change(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:  # noqa: ANN401
        """Queue a function that changes the ledger, and run it in the caller's language after all earlier changes.

        Raises:
            SurroundingsError: earlier changes take longer than proxies wait; the function was not called.
        """
        queued = self._writers.submit(partial(contextvars.copy_context().run, function, *arguments, **named))
        ended = asyncio.wrap_future(queued)
        try:
            await asyncio.wait([ended], timeout=_IN_THE_QUEUE)
            if not ended.done() and queued.cancel():
                job = self.jobs.writing
                message = _("the ledger is still being changed, so nothing was done: {what}")
                message = message.format(what=job.title if job else _("changes by others"))
                raise SurroundingsError(
                    "busy", message, _("wait until that has finished, and send this again")
                )
            return await ended
        finally:
            self._changes += 1

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Begin a change, as `begin` does; its messages are shown with the commit or with the refusal."""
        with begin(self.root) as session, _telling(session):
            yield session
            if session.made:
                self.keep(session.made, about_beginning(session))

    def apart(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:  # noqa: ANN401
        """Call a function of the workflow that takes the lock itself, after the same checks as in `session`."""
        with self.session() as session:
            beginning = about_beginning(session)
        with _telling(session):
            result = function(self.root, *arguments, **named)
        if isinstance(result, Result):
            self.keep(result.commit, beginning)
        return result

    def _in_turn(self, function: Callable[[], None]) -> None:
        """Run a function that changes the ledger after all earlier changes, and wait for it."""

        def call() -> None:
            try:
                function()
            finally:
                self._changes += 1

        self._writers.submit(call)

    def perform(
        self,
        action: Action,
        ids: Sequence[str],
        typed: Mapping[str, Any],
        versions: Mapping[str, str],
        asks: Callable[[], Visitor],
    ) -> Result:
        """Do an action of the workflow on measures: on all in one commit, or on none.

        Args:
            action: the verb.
            ids: the numbers of measures, or of problems if the verb takes them.
            typed: the values for the verb, by parameter.
            versions: the hashes of the files that the user saw, by number; a file that has changed since is refused.
            asks: returns the visitor with the state of their account at their turn.

        Raises:
            XunchaError: the action is refused; nothing is written.
        """
        today = self.today
        values = given.read(typed, today, prefix="")
        identities = [Identity.parse(each) for each in ids]
        with self.session() as session:
            self.must_be_as_shown({Identity.parse(number): shown for number, shown in versions.items()})
            if not (visitor := asks()).may("all"):
                rows = {row.id: row for row in register(self.root).measures}
                pairs = [(str(each), rows.get(str(each))) for each in identities]
                if denied := [number for number, row in pairs if not row or not visitor.may(action, row)]:
                    raise not_allowed(*denied)
            result = perform(session, action, identities, today, **values)
            self.keep(result.commit, outcome(result))
        return result

    def must_be_as_shown(self, versions: Mapping[Identity | CommentNumber, str]) -> None:
        """Refuse to change a file that has changed since it was shown.

        Raises:
            RefusedError: a file has changed since.
        """
        for number, shown in versions.items():
            if shown and version(self.root, number.path) != shown:
                name = str(number) if isinstance(number, Identity) else _("comment {n}").format(n=number)
                message = _("{id} was changed after it was shown here").format(id=name)
                self._changes += 1
                hint = _("look at its current state, and decide again")
                raise RefusedError("changed-meanwhile", message, hint, number.path)

    def changes_since(self, number: Identity | CommentNumber, shown: str) -> list[str]:
        """Return in words what changed in a file since the version shown; empty if no commit has that version."""
        if not _HASH.fullmatch(shown):
            return []
        with suppress(OSError, InvalidLedgerError, SurroundingsError, UnreadableError):
            [before] = Git(self.root).blobs([shown])
            return differences(parse(before or b""), parse((self.root / number.path).read_bytes()))
        return []

    def close(self) -> None:
        """Stop the jobs, and wait for the running change."""
        self.jobs.close()
        self._writers.shutdown(wait=True)


@contextmanager
def _telling(session: Session) -> Iterator[None]:
    """Inside the block, add to a refusal the warning about an interrupted change that was undone before."""
    try:
        yield
    except XunchaError as error:
        if session.leftover:
            error.also += (RefusedError("interrupted", *about_beginning(session).warnings[0]),)
        raise
