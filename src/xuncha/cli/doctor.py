"""Doctor: what is wrong around the ledger, and what to type."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.language import ngettext

if TYPE_CHECKING:
    from rich.table import Table

    from xuncha.doctor.examination import Diagnosis, State

_STYLES = {"well": "green", "note": "cyan", "warning": "yellow", "error": "bold red", "unknown": "dim"}
_INDENT = "      "


@command("doctor")
def doctor(call: Context, as_json: options.Json = False) -> None:
    """Check the ledger's surroundings (git, leftovers of a crash, line ends, the clock), and say what to type.

    It changes nothing.

    Examples:
        xuncha doctor
    """
    from xuncha.doctor.examination import examine  # noqa: PLC0415

    with screen.patience(_("Checking the ledger's surroundings")):
        root = call.root
        found = examine(root, time.time_ns() / 1e9)
    if as_json:
        screen.data([each.as_json() for each in found])
    else:
        _show(found, root)
    if any(each.git_fails for each in found):
        raise typer.Exit(SurroundingsError.exit_code)
    raise typer.Exit(1 if any(each.state == "error" for each in found) else 0)


def _show(found: list[Diagnosis], root: Path) -> None:
    """Print a line for each check; below what is wrong, what to type."""
    for each in found:
        if each.state != "unknown":
            screen.show(_marked(each.state, each.message), wide=True)
        if each.mend:
            screen.line(f"{_INDENT}{each.mend}")
    if unknown := [each.code for each in found if each.state == "unknown"]:
        said = _("until that is mended, not looked at: {codes}").format(codes=_(", ").join(unknown))
        screen.show(_marked("unknown", said), wide=True)
    if any(each.mend for each in found) and not root.samefile("."):
        screen.line(_("Type the commands above in the folder {path}.").format(path=root))
    if wrong := sum(each.state in {"error", "warning"} for each in found):
        said = ngettext("{n} item needs attention.", "{n} items need attention.", wrong)
        screen.line(said.format(n=wrong))
    else:
        screen.line(_("All is well around the ledger. To check what is in it: xuncha validate"))


def _marked(state: State, message: str) -> Table:
    """Put a sentence behind its mark, which is a word: it says the same in a pipe, and without colours."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    marks = {"well": _("ok"), "note": _("note"), "warning": _("warn"), "error": _("error"), "unknown": "-"}
    table = Table.grid()
    table.add_column(width=len(_INDENT), no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(Text(marks[state], style=_STYLES[state]), Text(screen.clean(message)))
    return table
