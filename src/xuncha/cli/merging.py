"""What git is taught of a ledger: setup, and the driver that it calls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xuncha.cli import screen
from xuncha.cli.context import of
from xuncha.cli.options import guide
from xuncha.errors import RefusedError, SurroundingsError, cause_of
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.merge.driver import Merged
    from xuncha.merge.values import Dispute


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(
        "setup",
        help=guide(
            _("Teach git, in this clone, to merge the ledger's files field by field. Once in each clone."),
            "xuncha setup",
        ),
        rich_help_panel=_("Share"),
    )(setup)
    app.command("merge-driver", hidden=True, help=_("What git calls to merge a file of the ledger"))(
        merge_driver
    )


def setup(context: typer.Context) -> None:
    """Register the merge driver."""
    from xuncha.trail import driver  # noqa: PLC0415
    from xuncha.trail.git import Git  # noqa: PLC0415

    git = Git.for_writing(of(context).root)
    try:
        new = driver.register(git)
        if claimed := not driver.effective(git):
            driver.claim(git)
    except OSError as error:
        raise SurroundingsError(
            "not-written", _("git's settings cannot be written: {reason}").format(reason=cause_of(error))
        ) from error
    if claimed:
        screen.line(_("Entered in this clone alone: {line}").format(line=driver.LINE))
        screen.line(_("For every clone: put that line into .gitattributes, and commit it."))
    screen.line(
        _("Git merges the ledger's files field by field now.")
        if new or claimed
        else _("Nothing to do: git merges the ledger's files field by field already.")
    )


def merge_driver(
    base: Annotated[Path, typer.Argument(metavar="%O", readable=False)],
    ours: Annotated[Path, typer.Argument(metavar="%A", readable=False)],
    theirs: Annotated[Path, typer.Argument(metavar="%B", readable=False)],
    width: Annotated[str, typer.Argument(metavar="%L")] = "7",
    path: Annotated[str, typer.Argument(metavar="%P")] = "",
) -> None:
    """Merge three files into the second."""
    from xuncha.merge.driver import three_way  # noqa: PLC0415
    from xuncha.store.faults import UnreadableError  # noqa: PLC0415

    size = int(width) if width.isdigit() and 0 < int(width) < 100 else 7  # noqa: PLR2004  as git's own are
    try:
        merged = three_way(base.read_bytes(), ours.read_bytes(), theirs.read_bytes(), width=size)
        ours.write_bytes(merged.content)
    except OSError as error:
        raise SurroundingsError(
            "not-written", _("{path} cannot be merged: {reason}").format(path=path, reason=cause_of(error))
        ) from error
    except UnreadableError as error:
        _by_lines(base, ours, theirs, str(size), path, error.fault.message)
        return
    _say(merged, path)


def _by_lines(base: Path, ours: Path, theirs: Path, width: str, path: str, reason: str) -> None:
    """Leave to git what is no record.

    Raises:
        RefusedError: git leaves a conflict too.
    """
    from xuncha.trail.driver import merge_by_lines  # noqa: PLC0415
    from xuncha.trail.git import Git  # noqa: PLC0415

    screen.warning(_("{path} is merged by lines, not by field: {reason}").format(path=path, reason=reason))
    if not merge_by_lines(Git(Path.cwd()), ours, base, theirs, width):
        raise RefusedError("merge-conflict", _("both sides have changed the same lines of it"), path=path)


def _say(merged: Merged, path: str) -> None:
    """Name what is in dispute.

    Raises:
        RefusedError: something is.
    """
    if not merged.disputes:
        return
    for dispute in merged.disputes[:-1]:
        screen.error(_disputed(dispute, path))
    raise _disputed(merged.disputes[-1], path)


def _disputed(dispute: Dispute, path: str) -> RefusedError:
    ours, theirs = (_("nothing") if value is None else str(value) for value in dispute[1:])
    return RefusedError(
        "merge-conflict",
        _("both sides have changed `{key}`: here “{ours}”, there “{theirs}”").format(
            key=".".join(map(str, dispute.location)), ours=ours, theirs=theirs
        ),
        _("keep the line that holds, take out the marks, and conclude it with git"),
        path=path,
    )
