"""Working on one ledger in several places: sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from xuncha.cli import screen
from xuncha.cli.context import of
from xuncha.cli.options import guide
from xuncha.cli.work import say_standing
from xuncha.errors import UsageError
from xuncha.language import gettext as _
from xuncha.language import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.cli.context import Context
    from xuncha.workflow.sync import Synced
    from xuncha.workflow.uniting import Side


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    panel = _("Share")
    app.command(
        "sync",
        help=guide(
            _(
                "Bring together what was recorded here and what was recorded elsewhere, through a git remote, and send it. A number that was given twice is changed here, where it is not sent yet."
            ),
            "xuncha sync",
            "xuncha sync --take theirs",
        ),
        rich_help_panel=panel,
    )(sync)


def sync(
    context: typer.Context,
    take: Annotated[
        str | None,
        typer.Option(
            "--take",
            metavar="ours|theirs",
            help=_("Whose word counts where both sides have changed the same thing in different ways"),
            autocompletion=lambda: ["ours", "theirs"],
        ),
    ] = None,
) -> None:
    """Bring together and send."""
    from xuncha.workflow.sync import sync as bring_together  # noqa: PLC0415

    if take not in {None, "ours", "theirs"}:
        raise UsageError("unknown-word", _("--take is ours or theirs, not “{word}”").format(word=take))
    call = of(context)
    _say(call, bring_together(call.root_for_writing(), take=cast("Side | None", take)))


def _say(call: Context, done: Synced) -> None:
    """What came of it, a sentence each."""
    if done.rewritten:
        screen.warning(
            _("somebody has rewritten the history of {name}: commits that were there had gone").format(
                name=done.name
            ),
            _("ask who did it; what this clone held of them is kept, and sent again"),
        )
    _say_what_was_mended(done)
    for sentence in _counts(done):
        screen.line(sentence)
    if done.by_hand:
        screen.warning(
            _("not sent, since it was changed by hand and is not committed: {paths}").format(
                paths=_(", ").join(done.by_hand)
            ),
            _("keep a change with xuncha edit"),
        )
    if done.received:
        say_standing(call, done.register)


def _say_what_was_mended(done: Synced) -> None:
    """What took another number or another name, and what was not taken back."""
    for each in done.renumbered:
        said = (
            _("Renumbered {old} → {new} {title}: the number {old} was given elsewhere meanwhile")
            if each.move.up
            else _("Renumbered {old} → {new} {title}: the one before it was taken back elsewhere")
        )
        screen.line(said.format(old=each.move.old, new=each.move.new, title=each.title))
    for identity, old, new in done.renamed:
        screen.line(
            _(
                "Evidence of {id} renamed {old} → {new}: elsewhere, another file of this name was attached"
            ).format(id=identity, old=old, new=new)
        )
    for identity in done.kept:
        screen.line(
            _("{id} stays: one side had taken it back, the other had gone on with it").format(id=identity)
        )


def _counts(done: Synced) -> Iterator[str]:
    """What came and what went."""
    if done.received:
        yield ngettext(
            "Received {n} commit from {name}", "Received {n} commits from {name}", done.received
        ).format(n=done.received, name=done.name)
    if done.woven:
        yield _("Brought together with what was recorded here")
    if done.sent:
        yield ngettext("Sent {n} commit to {name}", "Sent {n} commits to {name}", done.sent).format(
            n=done.sent, name=done.name
        )
    if not (done.received or done.sent):
        yield _("Nothing to do: here and at {name} all is the same").format(name=done.name)
