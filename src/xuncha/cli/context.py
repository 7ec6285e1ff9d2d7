"""One call of the program: its ledger, its day, and what commands read from them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.cli import screen
from xuncha.errors import InvalidLedgerError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.register import Register
from xuncha.rules.names import no_such_record
from xuncha.store import cache
from xuncha.store.files import WorkingTree, find_ledger
from xuncha.tally import tally
from xuncha.trail import presence
from xuncha.trail.repository import git_dir, private_path

if TYPE_CHECKING:
    from xuncha.model.records import Ledger
    from xuncha.paper.own import OwnFiles
    from xuncha.trail.history import Event
    from xuncha.trail.tree import Tree
    from xuncha.workflow.change import Session


@dataclass
class Context:
    """One call of the program, as commands receive it."""

    folder: Path | None
    today: date
    day_is_given: bool = False  # whether `today` was given, rather than read from the clock
    commit: str | None = None
    """The commit, if the ledger is read as of a commit; `today` is then the day of the commit."""
    clock: Callable[[], date] = field(kw_only=True)
    """Returns the present day, for a command that runs longer than a day; always the given day, if one was given."""

    @cached_property
    def root(self) -> Path:
        """Return the ledger's folder. Raises SurroundingsError if there is none."""
        return find_ledger(None, self.folder)

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Begin to change the ledger: take the lock, take back what an interrupted command left behind, and warn of that."""
        from xuncha.requests.outcomes import session_messages  # noqa: PLC0415  only commands that write
        from xuncha.workflow.change import begin  # noqa: PLC0415

        with begin(self.root) as session:
            screen.messages(session_messages(session))
            yield session

    def root_for_writing(self) -> Path:
        """Return the ledger's folder, for a command that takes the lock later; take back leftovers and warn as `session` does."""
        with self.session():
            return self.root

    def at(self, moment: str | None) -> Context:
        """Return this call with the ledger as it was on a day or at a revision; None: as it is. Raises RefusedError if history has no such moment."""
        if moment is None:
            return self
        from xuncha.requests.readers import find_moment  # noqa: PLC0415

        commit, day = find_moment(self.root, moment, "--at", self.today)
        self._warn_if_shallow()
        return replace(self, commit=commit, today=day)

    def register(self) -> Register:
        """Return the register of the ledger; warn of what an interrupted command left behind."""
        with self._reading():
            source = self.source()
            return cache.register(self.root) if isinstance(source, WorkingTree) else cache.register_at(source)

    def source(self) -> WorkingTree | Tree:
        """Return where the files are read from: the folder, or the commit that was chosen."""
        if self.commit is None:
            return WorkingTree(self.root)
        from xuncha.trail.tree import Tree  # noqa: PLC0415  only looking back needs git

        return Tree(self.root, self.commit)

    def ledger(self) -> Ledger:
        """Return the whole ledger as records, reading every file; warn of what an interrupted command left behind."""
        from xuncha.store.loading import load_ledger  # noqa: PLC0415

        with self._reading():
            return load_ledger(self.source())

    def history(self, identity: Identity | None = None) -> list[Event]:
        """Return the events of the whole ledger, or of one record up to the chosen commit (RefusedError if it does not exist); newest first."""
        from xuncha.trail.git import Git  # noqa: PLC0415  only what shows the history needs git
        from xuncha.trail.history import history, history_of_record  # noqa: PLC0415

        Git.in_repository(self.root)
        self._warn_if_shallow()
        if identity is None:
            return history(self.root)
        if not (self.commit or (self.root / identity.path).is_file()):
            raise no_such_record(identity)
        return history_of_record(self.root, identity, self.commit or "HEAD")

    def _warn_if_shallow(self) -> None:
        from xuncha.trail.git import Git  # noqa: PLC0415

        try:
            Git(self.root).check_complete()
        except SurroundingsError as error:
            screen.warning(error.message, error.hint)

    def history_if_any(self, identity: Identity | None = None) -> list[Event]:
        """Return what `history` does; an empty list outside a repository, or, with a warning, if git is not installed."""
        try:
            return self.history(identity) if git_dir(self.root) else []
        except SurroundingsError as error:
            if error.code != "no-git":
                raise
            screen.warning(_("the history cannot be shown: {reason}", reason=error.message), error.hint)
            return []

    def templates(self) -> OwnFiles:
        """Return the ledger's own templates, from its folder or from the chosen commit."""
        from xuncha.paper.own import at_commit, on_disk  # noqa: PLC0415

        return on_disk(self.root) if self.commit is None else at_commit(self.root, self.commit)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        if self.commit is None:
            self.must_be_here()
        try:
            with screen.show_activity(_("Reading the files")):
                yield
        except InvalidLedgerError as error:
            if self.commit is None:
                raise
            name = f"{self.commit[:10]}:./"  # as git names a file of a commit
            moved = [(each, each.place._replace(path=name + each.place.path)) for each in error.findings]
            raise InvalidLedgerError([each._replace(place=place) for each, place in moved]) from None

    def register_if_any(self) -> Register | None:
        """Return the register of the ledger; None if no ledger was named and there is none here. Raises InvalidLedgerError if it breaks rules."""
        try:
            return self.register()
        except SurroundingsError as error:
            if self.folder is not None or error.code != "no-ledger":
                raise
            return None

    def must_be_here(self) -> None:
        """Raise SurroundingsError if git leaves a file of the ledger out of the folder; warn of what an interrupted command left behind."""
        presence.check_files_present(self.root)
        self.warn_of_leftovers()

    def warn_of_leftovers(self) -> None:
        """Warn of what an interrupted command left without a commit, and say what to type."""
        journal = private_path(self.root, "journal")
        if journal is None or not journal.exists():
            return
        from xuncha.workflow.change import leftover  # noqa: PLC0415  only after a crash

        if interrupted := leftover(self.root):
            message = _("`{command}` was interrupted: {paths} is written but not committed")
            screen.warning(
                message.format(command=interrupted.command, paths=_(", ").join(interrupted.paths)),
                _("to complete it, type it again; to undo it: xuncha undo"),
            )

    def print_progress(self, register: Register | None) -> None:
        """Print how much of the ledger is complete, in one line; warn if it breaks rules."""
        if register is None:
            screen.warning(_("other files of the ledger break rules"), _("see `xuncha validate`"))
            return
        counts = tally(register, self.today)
        message = _("Problems complete {problems_closed}/{problems}, measures closed {closed}/{measures}")
        screen.line(message.format_map(vars(counts)))
