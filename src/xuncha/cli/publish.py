"""What is made to be looked at: the notice, the dashboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.deliver import check, deliver
from xuncha.cli.options import FORMS, option
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.trail.tags import Anchor


@command("notice")
def notice(
    call: Context,
    form: options.Form = "txt",
    output: options.Output = None,
    at: options.At = None,
    anchor: Annotated[
        bool,
        option(
            "--anchor",
            _("At the end, say up to which commit the history was verified (`xuncha audit --anchor`)"),
        ),
    ] = False,
) -> None:
    """Render the public notice; without anything that is withheld.

    Examples:
        xuncha notice
        xuncha notice -f docx -o notice.docx
        xuncha notice --at 2024-04-18
    """
    check(form, FORMS, output, "notice")
    from xuncha.notice.content import content  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.notice.render import render  # noqa: PLC0415

    call = call.at(at)
    found = call.ledger()
    with screen.patience(_("The notice is being made")), call.places_named():
        verified = _verified(call) if anchor else None
        made, warnings = render(content(found, call.today, verified), form, call.templates())
    deliver(made, warnings, output, _("The notice is in {path}."))


def _verified(call: Context) -> Anchor:
    """Return the last verification of the history before the moment that is looked at."""
    from xuncha.audit.anchors import latest  # noqa: PLC0415  for those alone who ask for it

    return latest(call.root, call.commit or "HEAD")


@command("dashboard")
def dashboard(
    call: Context,
    output: options.Output = None,
    internal: Annotated[
        bool, option("--internal", _("With names, and with what is withheld; not for the public"))
    ] = False,
) -> None:
    """Render how the ledger stands, on one page to look at; without anything that is withheld.

    Examples:
        xuncha dashboard -o index.html
        xuncha dashboard --internal -o 内部看板.html
    """
    from xuncha.dashboard.content import content  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.dashboard.render import render  # noqa: PLC0415

    found, events = call.ledger(), call.history_if_any()
    with screen.patience(_("The dashboard is being made")):
        board = content(found, events, call.today, internal=internal)
        page = render(board, call.root).encode()
    said = (
        _("The dashboard is in {path}. It is internal: do not publish it.")
        if internal
        else _("The dashboard is in {path}.")
    )
    deliver(page, (), output, said)
