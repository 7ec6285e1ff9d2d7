"""What is due, for the calendar of an office."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.deliver import save
from xuncha.cli.options import option
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.parts import how_to_add
from xuncha.requests import selection

_NAMED = 10
"""Measures that a warning names; who wants to know all of them sees it in the entries."""


@command("calendar")
def calendar(
    call: Context,
    output: Annotated[Path, option("-o --output FILE", _("Write it to a file, whole or not at all"))],
    office: options.OfOffice = None,
    leader: options.OfLeader = None,
    closed: Annotated[
        bool,
        option(
            "--closed",
            _("Also what was closed before its time limit, as cancelled, to import over an older file"),
        ),
    ] = False,
) -> None:
    """Write what is due as a calendar file (iCalendar): time limits, and the next look at what is kept up.

    It is internal: it names leaders and offices, and holds what is withheld.

    Examples:
        xuncha calendar -o deadlines.ics
        xuncha calendar -o 规划科.ics --office 规划科
    """
    from xuncha.deadlines.content import Workdays, entries  # noqa: PLC0415  dates and their words are for this command alone
    from xuncha.deadlines.ics import ics  # noqa: PLC0415

    found = call.register()
    office, leader = selection.known(found, office=office, leader=leader)
    workdays = Workdays()
    rows = entries(found, call.today, workdays, office=office, leader=leader, closed=closed)
    whose = "，".join(filter(None, [office, leader]))
    save(ics(found.frame, rows, call.today, workdays.last_year, whose), output, call.root)
    if unchecked := [row.measure.id for row in rows if row.unchecked]:
        said = ngettext(
            "the days off are known up to {year}: whether {n} day is a working day was not checked ({ids})",
            "the days off are known up to {year}: whether {n} days are working days was not checked ({ids})",
            len(unchecked),
        )
        named = _(", ").join(unchecked[:_NAMED]) + (" …" if len(unchecked) > _NAMED else "")
        hint = _("once the days off of the next year are announced: {hint}")
        screen.warning(
            said.format(year=workdays.last_year, n=len(unchecked), ids=named),
            hint.format(hint=how_to_add("office", upgrade=True)),
        )
    said = ngettext(
        "The calendar is in {path}: {n} entry. It is internal.",
        "The calendar is in {path}: {n} entries. It is internal.",
        len(rows),
    )
    screen.line(said.format(path=output, n=len(rows)))
