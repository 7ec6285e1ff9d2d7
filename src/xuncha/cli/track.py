"""The trail: log and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import optional
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity

if TYPE_CHECKING:
    from xuncha.cli.columns import Columns
    from xuncha.trail.history import Event

_WIDEST_AUTHOR = 16


@command("log")
def log(call: Context, identity: options.Perhaps = None, as_json: options.Json = False) -> None:
    """Show who did what when, newest first.

    Examples:
        xuncha log
        xuncha log 2.3
    """
    call.warn_of_leftovers()
    events = call.history(Identity.parse(identity) if identity else None)
    if as_json:
        screen.data([event.as_json() for event in events])
    elif events:
        screen.show(events_table(events), wide=True)
    else:
        screen.line(_("Nothing has been committed yet."))


def events_table(events: list[Event]) -> Columns:
    """Lay out events as a table: when, who, what."""
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from xuncha.cli.columns import FIXED, Column, Columns  # noqa: PLC0415
    from xuncha.requests.outcomes import what_was_done  # noqa: PLC0415

    table = Columns(FIXED, FIXED, Column(), headings=(_("When"), _("Who"), _("What")), gap=2)
    for event in events:
        author = screen.clean(event.author)
        if cell_len(author) > _WIDEST_AUTHOR:
            author = set_cell_size(author, _WIDEST_AUTHOR - 1) + "…"
        what = Text(screen.clean(what_was_done(event)))
        if event.reason:
            what.append(_(" ({reason})").format(reason=screen.clean(event.reason)), "dim")
        if event.by_hand:
            what.append(_(" [by hand]"), "yellow")
        table.add(event.minute, author, what)
    return table


@command("undo")
def undo(
    call: Context,
    count: int = optional("N", _("How many commits"), default=1),
    others: bool = optional("--others", _("Also what other people did")),
) -> None:
    """Take back the last things that were done, by a new commit: all of them, or nothing.

    History keeps both. What other people did is left to them, unless --others asks for it; the ledger's `people` say which
    addresses are one person's.

    Examples:
        xuncha undo
        xuncha undo 2
        xuncha undo && xuncha log
    """
    from xuncha.workflow.perform import Result  # noqa: PLC0415
    from xuncha.workflow.undo import undo as take_back  # noqa: PLC0415

    if count < 1:
        raise UsageError("usage", _("N is 1 or more, not {n}").format(n=count), _("type: xuncha undo 2"))
    done = take_back(call.root, count, others=others)
    if not isinstance(done, Result):
        screen.line(_("Taken back: {what}, which had been interrupted").format(what=f"`{done.command}`"))
        return
    for title in done.titles:
        screen.line(_("Taken back: {what}").format(what=title))
    call.say_counts(done)
