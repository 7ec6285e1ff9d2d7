"""Commands of the trail: log, undo, and audit, which checks whether history kept the rules."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.deliver import check_output, deliver
from xuncha.cli.options import optional
from xuncha.errors import Finding, RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import Identity

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.audit.catalogue import Audit, HistoryPlace


@command("log")
def log(call: Context, identity: options.OptionalRecord = None, as_json: options.Json = False) -> None:
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
        from xuncha.cli.tables import events_table  # noqa: PLC0415

        screen.show(events_table(events), wide=True)
    else:
        screen.line(_("Nothing has been committed yet."))


@command("undo")
def undo(
    call: Context,
    count: int = optional("N", _("How many commits; default: 1"), default=1),
    others: bool = optional("--others", _("Also what other people did")),
) -> None:
    """Undo the latest actions by a new commit: all of them, or none.

    History keeps both. What other people did is not undone, unless --others is given; `people` in the ledger says
    which addresses belong to one person.

    Examples:
        xuncha undo
        xuncha undo 2
        xuncha undo && xuncha log
    """
    from xuncha.workflow.perform import Result  # noqa: PLC0415
    from xuncha.workflow.undo import undo as take_back  # noqa: PLC0415

    if count < 1:
        raise UsageError("usage", _("N must be 1 or more, not {n}", n=count), _("type: xuncha undo 2"))
    result = take_back(call.root, count, others=others)
    if not isinstance(result, Result):
        screen.line(_("Undone: {what}, which had been interrupted", what=f"`{result.command}`"))
        return
    for title in result.titles:
        screen.line(_("Undone: {what}", what=title))
    call.print_progress(result.register)


@command("audit")
def audit(
    call: Context,
    since: str | None = optional(
        "--since DATE|REV", _("Only what came later; a hash from a printed notice must be in the history")
    ),
    anchor: bool = optional(
        "--anchor",
        _("Keep what was verified in a tag, so that a later audit knows whether it is still there"),
    ),
    page: Path | None = optional("--html FILE", _("Also write a page for the inspectors")),
    as_json: options.Json = False,
) -> None:
    """Replay the history in git, and report every breach of the rules.

    It reports who closed what without meeting the requirements, what was changed afterwards or by hand, and whether
    history is still the one that was verified. The files themselves are not checked: `xuncha validate` does that.

    Examples:
        xuncha audit
        xuncha audit --since 2024-04-12
        xuncha audit --html audit.html
        xuncha audit --anchor
    """
    from xuncha.audit.examine import audit as examine  # noqa: PLC0415  for this command alone
    from xuncha.requests.readers import read_moment  # noqa: PLC0415
    from xuncha.trail.tags import add_anchor  # noqa: PLC0415

    if anchor and since is not None:
        message = _("--anchor covers the whole history, but --since asks for a part")
        raise UsageError("usage", message, _("leave one of them out"))
    check_output(page, "html")
    call.warn_of_leftovers()
    moment = None if since is None else read_moment(since, "--since", call.today, future=True)
    with screen.show_activity(_("Replaying the history")):
        result = examine(call.root, since=moment)
    if anchor and not result.tip:
        raise RefusedError("nothing-committed", _("nothing is committed yet, so there is nothing to keep"))
    if page:
        from xuncha.audit.page import render  # noqa: PLC0415  templates are for this alone

        told = None if as_json else _("The page is in {path}.")
        deliver(render(call.root, result).encode(), page, told)
    tag_anchor = add_anchor(call.root, result.tip, result.counts) if anchor else None
    if as_json:
        screen.data(result.as_json())
    else:
        _show(result, since)
        if tag_anchor:
            screen.line(tag_anchor.line)
            screen.line(_("It is kept in a tag, which xuncha sync sends."))
    raise typer.Exit(1 if result.errors else 0)


def _show(result: Audit, since: str | None) -> None:
    """Print the findings, commit by commit, and how much was checked."""
    if not result.tip and not result.findings:
        screen.line(_("Nothing has been committed yet."))
        return
    for _commit, findings in groupby(result.findings, key=lambda finding: finding.place.commit):
        screen.show(*_commit_table(list(findings)))
    checked = _(
        "{commits} and {changes} checked",
        commits=ngettext("{n} commit", "{n} commits", result.commits),
        changes=ngettext("{n} change of a file", "{n} changes of files", result.changes),
    )
    if since is not None:
        if not (result.commits or result.findings):
            screen.line(_("Nothing was committed since {since}, so nothing was checked.", since=since))
            return
        checked = _("since {since}: {checked}", since=since, checked=checked)
    if result.relies_on_claims:
        screen.line(
            _("Who applied to close is known only from what commits claim: applications are not signed.")
        )
    if not (result.errors or result.warnings):
        screen.line(_("{checked}: history follows the rules.", checked=checked))
        return
    counted = screen.count_texts(finding.severity for finding in result.findings)
    screen.line()
    screen.line(_("{checked}: {found}.", checked=checked, found=_(", ").join(counted)))


def _commit_table(findings: list[Finding[HistoryPlace]]) -> list[RenderableType]:
    """Return the findings of one commit, below a line that names the commit."""
    from rich.text import Text  # noqa: PLC0415

    from xuncha.cli.columns import FIXED, Column, Columns  # noqa: PLC0415

    first = findings[0].place
    heading = "  ".join(filter(None, (first.commit[:10], first.date[:10], first.author)))
    table = Columns(FIXED, Column(), gap=2)
    for each in findings:
        text = Text(screen.clean(each.message))
        text.append(f" {each.severity}[{each.code}]", "red" if each.severity == "error" else "yellow")
        table.add(f"  {each.place.id or '':4}", text)
    return [Text(screen.clean(heading), "bold"), table]
