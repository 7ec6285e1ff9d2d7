"""The trail: log and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.language import gettext as _
from xuncha.model.identity import Identity

if TYPE_CHECKING:
    from rich.table import Table

    from xuncha.trail.history import Event


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


def events_table(events: list[Event]) -> Table:
    """Lay out events as a table: when, who, what."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    table.add_column(_("When"), no_wrap=True)
    table.add_column(_("Who"), no_wrap=True, max_width=16)
    table.add_column(_("What"), overflow="fold")
    for event in events:
        what = Text(screen.clean(_what(event)))
        if event.reason:
            what.append(_(" ({reason})").format(reason=screen.clean(event.reason)), "dim")
        if event.by_hand:
            what.append(_(" [by hand]"), "yellow")
        table.add_row(event.minute, Text(screen.clean(event.author)), what)
    return table


def _what(event: Event) -> str:
    """Say what was done, as the commit's subject does; of one that did it to several, for this one alone."""
    done, _blank, rest = event.subject.partition(" ")
    several = rest.split("、")
    return f"{done} {event.id}" if len(several) > 1 and event.id in several else event.subject


@command("undo")
def undo(call: Context) -> None:
    """Take back the last thing that was done, by a new commit.

    History keeps both. What others have done elsewhere and a sync brought here is left to them.

    Examples:
        xuncha undo
        xuncha undo && xuncha log
    """
    from xuncha.workflow.perform import Result  # noqa: PLC0415
    from xuncha.workflow.undo import undo as take_back  # noqa: PLC0415

    done = take_back(call.root)
    if not isinstance(done, Result):
        screen.line(_("Taken back: {what}, which had been interrupted").format(what=f"`{done.command}`"))
        return
    screen.line(_("Taken back: {what}").format(what=done.titles[0]))
    call.say_counts(done)
