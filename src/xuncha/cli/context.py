"""What the global options say, and what commands ask of it: which ledger, which day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.cli import screen
from xuncha.language import gettext as _
from xuncha.store.files import find

if TYPE_CHECKING:
    from datetime import date

    import typer

    from xuncha.model.register import Register


@dataclass
class Context:
    """One call of the program."""

    named: Path | None
    today: date
    day_is_given: bool = False
    """Whether `today` was said, rather than asked of the clock."""

    @cached_property
    def root(self) -> Path:
        """The ledger's folder.

        Raises:
            SurroundingsError: there is none.
        """
        return find(Path.cwd(), self.named)

    def root_for_writing(self) -> Path:
        """The ledger's folder, after taking back, and naming, what an interrupted command left behind."""
        from xuncha.trail.git import detached  # noqa: PLC0415  only commands that write
        from xuncha.workflow.change import recover  # noqa: PLC0415

        if found := recover(self.root):
            screen.warning(
                _("`{command}` had been interrupted before its commit; what it wrote was taken back").format(
                    command=found.command
                ),
                _("to have it done, type it again"),
            )
        if detached(self.root):
            screen.warning(
                _("no branch is checked out in git: what is done now is on none of them"),
                _("go back to one first, such as git switch main, or make one: git switch -c NAME"),
            )
        return self.root

    def register(self) -> Register:
        """The register of the ledger; says what an interrupted command left behind."""
        from xuncha.store.cache import register  # noqa: PLC0415  `init` and `--help` need no ledger

        self.warn_of_leftovers()
        with screen.patience(_("The files are being read")):
            return register(self.root)

    def register_if_any(self) -> Register | None:
        """The register of the ledger; None where none was named and there is none here.

        Raises:
            InvalidLedgerError: there is one, and it breaks rules.
        """
        from xuncha.errors import SurroundingsError  # noqa: PLC0415

        try:
            return self.register()
        except SurroundingsError as error:
            if self.named is not None or error.code != "no-ledger":
                raise
            return None

    def warn_of_leftovers(self) -> None:
        """Name what an interrupted command left without a commit, and say what to type."""
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


def of(context: typer.Context) -> Context:
    """What the global options said."""
    found = context.obj
    assert isinstance(found, Context)  # noqa: S101  the callback of the program sets it
    return found
