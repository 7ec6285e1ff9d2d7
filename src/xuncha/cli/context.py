"""One call of the program: which ledger, which day, and what commands read of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.cli import screen
from xuncha.errors import InvalidLedgerError, RefusedError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.store.files import find

if TYPE_CHECKING:
    from xuncha.model.records import Ledger
    from xuncha.model.register import Register
    from xuncha.paper.own import Own
    from xuncha.trail.history import Event
    from xuncha.workflow.change import Session


@dataclass
class Context:
    """One call of the program."""

    named: Path | None
    today: date
    day_is_given: bool = False
    """Whether `today` was said, rather than asked of the clock."""
    commit: str | None = None
    """Where the ledger is looked at as it stood: the commit; then `today` is the day of it."""

    @cached_property
    def root(self) -> Path:
        """The ledger's folder.

        Raises:
            SurroundingsError: there is none.
        """
        return find(Path.cwd(), self.named)

    @contextlib.contextmanager
    def session(self) -> Iterator[Session]:
        """Begin to change the ledger, after taking back what an interrupted command left behind; warn of it."""
        from xuncha.trail.git import detached  # noqa: PLC0415  only commands that write
        from xuncha.workflow.change import begin  # noqa: PLC0415

        with begin(self.root) as session:
            if session.leftover:
                screen.warning(
                    _(
                        "`{command}` had been interrupted before its commit; what it wrote was taken back"
                    ).format(command=session.leftover.command),
                    _("to have it done, type it again"),
                )
            if detached(self.root):
                screen.warning(
                    _("no branch is checked out in git: what is done now is on none of them"),
                    _("go back to one first, such as git switch main, or make one: git switch -c NAME"),
                )
            yield session

    def root_for_writing(self) -> Path:
        """Return the ledger's folder, for a command that takes the lock later, after the same look at leftovers."""
        with self.session():
            return self.root

    def at(self, moment: str | None) -> Context:
        """Return the call with the ledger as it stood on a day or at a revision; with None, as it stands.

        Raises:
            RefusedError: history knows no such moment.
            SurroundingsError: the ledger is in no repository, or git is not installed.
        """
        if moment is None:
            return self
        from xuncha.trail.tree import commit_at, day_of  # noqa: PLC0415  only looking back needs git

        commit = commit_at(self.root, moment)
        return replace(self, commit=commit, today=day_of(self.root, commit, moment))

    def register(self) -> Register:
        """Return the register of the ledger; warn of what an interrupted command left behind."""
        from xuncha.store import cache  # noqa: PLC0415  `init` and `--help` need no ledger

        if self.commit is None:
            self.warn_of_leftovers()
        with screen.patience(_("The files are being read")), self.places_named():
            if self.commit is None:
                return cache.register(self.root)
            from xuncha.trail.tree import Tree  # noqa: PLC0415

            return cache.register_at(Tree(self.root, self.commit))

    def ledger(self) -> Ledger:
        """Return the whole ledger as records, every file read anew; warn of what an interrupted command left behind."""
        from xuncha.store.files import WorkingTree  # noqa: PLC0415
        from xuncha.store.loading import ledger  # noqa: PLC0415
        from xuncha.trail.tree import Tree  # noqa: PLC0415

        if self.commit is None:
            self.warn_of_leftovers()
        with screen.patience(_("The files are being read")), self.places_named():
            return ledger(WorkingTree(self.root) if self.commit is None else Tree(self.root, self.commit))

    def history_if_any(self) -> list[Event]:
        """Return what was done in the ledger, newest first; with a warning, nothing where git cannot tell."""
        from xuncha.trail.history import history  # noqa: PLC0415

        try:
            return history(self.root)
        except SurroundingsError as error:
            screen.warning(
                _("the history cannot be shown: {reason}").format(reason=error.message), error.hint
            )
            return []

    def past_day(self, text: str, option: str) -> date:
        """Read a day of an option that is not still to come.

        Raises:
            UsageError: it is no day.
            RefusedError: it is still to come.
        """
        day = screen.day(text, option)
        if day > self.today:
            raise RefusedError(
                "day-to-come",
                _("{day} is still to come").format(day=day),
                _("give a day up to {today}").format(today=self.today),
            )
        return day

    def templates(self) -> Path | Own:
        """Return where the ledger's own templates are: its folder, or what a commit holds of them."""
        if self.commit is None:
            return self.root
        from xuncha.paper.own import AtCommit  # noqa: PLC0415

        return AtCommit(self.root, self.commit)

    @contextlib.contextmanager
    def places_named(self) -> Iterator[None]:
        """Name files as git names them, `1a2b3c4d5e:./data/…`, in errors of a ledger at a commit."""
        try:
            yield
        except InvalidLedgerError as error:
            found = [
                each._replace(place=each.place._replace(path=self._then(each.place.path)))
                for each in error.findings
            ]
            raise InvalidLedgerError(found) from None
        except RefusedError as error:
            error.path = self._then(error.path)
            raise

    def _then(self, path: str) -> str:
        return f"{self.commit[:10]}:./{path}" if self.commit and path else path

    def register_if_any(self) -> Register | None:
        """Return the register of the ledger; None where none was named and there is none here.

        Raises:
            InvalidLedgerError: there is one, and it breaks rules.
        """
        try:
            return self.register()
        except SurroundingsError as error:
            if self.named is not None or error.code != "no-ledger":
                raise
            return None

    def warn_of_leftovers(self) -> None:
        """Warn of what an interrupted command left without a commit, and say what to type."""
        from xuncha.trail.git import private  # noqa: PLC0415

        journal = private(self.root, "journal")
        if journal is None or not journal.exists():
            return
        from xuncha.workflow.change import leftover  # noqa: PLC0415  only after a crash

        if found := leftover(self.root):
            screen.warning(
                _("`{command}` was interrupted: {paths} is written but not committed").format(
                    command=found.command, paths=_(", ").join(found.paths)
                ),
                _("to have it done, type it again; to take it back: xuncha undo"),
            )
