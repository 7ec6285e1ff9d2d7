"""The rules: validate and schema."""

from __future__ import annotations

import typer

from xuncha.cli import options, screen
from xuncha.cli.context import of
from xuncha.cli.options import guide
from xuncha.language import gettext as _
from xuncha.language import ngettext


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    panel = _("Check and publish")
    app.command(
        "validate",
        help=guide(_("Check every rule, and show every place where one is broken."), "xuncha validate"),
        rich_help_panel=panel,
    )(validate)
    app.command(
        "schema",
        help=guide(
            _("Print the JSON Schema of the ledger's files, for editors."), "xuncha schema > schema.json"
        ),
        rich_help_panel=panel,
    )(schema)


def validate(context: typer.Context, as_json: options.Json = False) -> None:
    """Check every rule."""
    from xuncha.store.cache import register  # noqa: PLC0415
    from xuncha.store.files import WorkingTree  # noqa: PLC0415
    from xuncha.store.loading import check  # noqa: PLC0415

    call = of(context)
    call.warn_of_leftovers()
    with screen.patience(_("Every file is being checked")):
        found = check(WorkingTree(call.root))
    if as_json:
        keys = ("path", "line", "column", "severity", "code", "message")
        screen.data([{key: getattr(finding, key) for key in keys} for finding in found])
    elif found:
        screen.findings(found)
    else:
        rows = register(call.root).measures
        screen.line(
            ngettext("{n} measure checked: no errors.", "{n} measures checked: no errors.", len(rows)).format(
                n=len(rows)
            )
        )
    raise typer.Exit(1 if found else 0)


def schema() -> None:
    """Print the JSON Schema."""
    from xuncha.store.schema import whole  # noqa: PLC0415

    screen.data(whole())
