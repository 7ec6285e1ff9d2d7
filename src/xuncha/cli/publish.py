"""What is made to be looked at: the notice, the dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xuncha.cli import screen
from xuncha.cli.context import of
from xuncha.cli.deliver import save
from xuncha.cli.options import guide
from xuncha.errors import SurroundingsError, UsageError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.trail.history import Event

_FORMS = ("txt", "md", "html", "docx", "pdf")
_FILES = ("docx", "pdf")
"""The forms that are no text."""
_Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        readable=False,
        help=_("Write it to a file, whole or not at all"),
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        "notice",
        help=guide(
            _("Render the public notice; without anything that is withheld."),
            "xuncha notice",
            "xuncha notice -f docx -o notice.docx",
        ),
        rich_help_panel=_("Check and publish"),
    )(notice)
    app.command(
        "dashboard",
        help=guide(
            _("Render how the ledger stands, on one page to look at; without anything that is withheld."),
            "xuncha dashboard -o index.html",
            "xuncha dashboard --internal -o 内部看板.html",
        ),
        rich_help_panel=_("Check and publish"),
    )(dashboard)


def notice(
    context: typer.Context,
    form: Annotated[
        str,
        typer.Option(
            "-f",
            "--format",
            metavar="txt|md|html|docx|pdf",
            help=_("The form"),
            autocompletion=lambda: list(_FORMS),
        ),
    ] = "txt",
    output: _Output = None,
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
    from xuncha.store.files import WorkingTree  # noqa: PLC0415
    from xuncha.store.loading import ledger  # noqa: PLC0415

    if output is None and form in _FILES and screen.is_terminal():
        raise UsageError(
            "no-output",
            _("a screen cannot show {form}").format(form=form),
            _("name a file: {option}").format(option=f"-o notice.{form}"),
        )
    suffix = output.suffix.lower().removeprefix(".") if output else ""
    if suffix in _FORMS and suffix != form:
        raise UsageError(
            "wrong-suffix",
            _("{path} is named as {suffix}, but the form is {form}").format(
                path=output, suffix=suffix, form=form
            ),
            _("type: -f {suffix}").format(suffix=suffix),
        )
    call = of(context)
    call.warn_of_leftovers()
    with screen.patience(_("The notice is being made")):
        made, warnings = render(content(ledger(WorkingTree(call.root)), call.today), form, call.root)
    for sentence in warnings:
        screen.warning(sentence)
    if _hand_over(made, output):
        screen.line(_("The notice is in {path}.").format(path=output))


def dashboard(
    context: typer.Context,
    output: _Output = None,
    internal: Annotated[
        bool,
        typer.Option("--internal", help=_("With names, and with what is withheld; not for the public")),
    ] = False,
) -> None:
    """Render the dashboard."""
    from xuncha.dashboard.content import content  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.dashboard.render import render  # noqa: PLC0415
    from xuncha.store.files import WorkingTree  # noqa: PLC0415
    from xuncha.store.loading import ledger  # noqa: PLC0415

    call = of(context)
    call.warn_of_leftovers()
    events = _events(call.root)
    with screen.patience(_("The dashboard is being made")):
        board = content(ledger(WorkingTree(call.root)), events, call.today, internal=internal)
        page = render(board, call.root).encode()
    if _hand_over(page, output):
        said = (
            _("The dashboard is in {path}. It is internal: do not publish it.")
            if internal
            else _("The dashboard is in {path}.")
        )
        screen.line(said.format(path=output))


def _events(root: Path) -> list[Event]:
    """The trail of the ledger, as far as that can be known: the dashboard is shown without git, too."""
    from xuncha.trail.history import history  # noqa: PLC0415

    try:
        return history(root)
    except SurroundingsError as error:
        screen.warning(_("the history cannot be shown: {reason}").format(reason=error.message), error.hint)
        return []


def _hand_over(made: bytes, output: Path | None) -> bool:
    """Print a document, or write it to a file; whether it was a file.

    Raises:
        SurroundingsError: the file cannot be written.
    """
    if output is None:
        screen.write(made)
        return False
    save(made, output)
    return True
