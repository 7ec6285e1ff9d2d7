"""What leaves the office: the notice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xuncha.cli import screen
from xuncha.cli.context import of
from xuncha.cli.options import guide
from xuncha.errors import SurroundingsError, UsageError, cause_of
from xuncha.language import gettext as _

_FORMS = ("txt", "md", "html")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "notice",
        help=guide(
            _("Render the public notice; without anything that is withheld."),
            "xuncha notice",
            "xuncha notice -f html -o notice.html",
        ),
        rich_help_panel=_("Check and publish"),
    )(notice)


def notice(
    context: typer.Context,
    form: Annotated[
        str,
        typer.Option(
            "-f", "--format", metavar="txt|md|html", help=_("The form"), autocompletion=lambda: list(_FORMS)
        ),
    ] = "txt",
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            readable=False,
            help=_("Write it to a file, whole or not at all"),
        ),
    ] = None,
) -> None:
    """Render the notice."""
    if form not in _FORMS:
        raise UsageError(
            "unknown-format",
            _("there is no format “{form}”").format(form=form),
            _("known are: {names}").format(names=_(", ").join(_FORMS)),
        )
    from xuncha.notice.content import content  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.notice.render import render  # noqa: PLC0415
    from xuncha.store.files import WorkingTree, replace  # noqa: PLC0415
    from xuncha.store.loading import ledger  # noqa: PLC0415

    call = of(context)
    call.warn_of_leftovers()
    text = render(content(ledger(WorkingTree(call.root)), call.today), form, call.root)
    if output is None:
        screen.write(text)
        return
    try:
        replace(output.resolve(), text.encode())
    except OSError as error:
        raise SurroundingsError(
            "not-written", _("{path} cannot be written: {reason}").format(path=output, reason=cause_of(error))
        ) from None
    screen.line(_("The notice is in {path}.").format(path=output))
