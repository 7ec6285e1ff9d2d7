"""What is made to be looked at: the notice, the dashboard."""

from __future__ import annotations

from typing import Annotated

from xuncha.cli import options, screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.deliver import check, deliver
from xuncha.cli.options import FORMS, option
from xuncha.language import gettext as _
from xuncha.model.vocabulary import UNSAID


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
    from xuncha.notice.content import content, told_after  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.notice.render import render  # noqa: PLC0415

    call = call.at(at)
    found = call.ledger()
    with screen.patience(_("Making the notice")), call.places_named():
        verified = None
        if anchor:
            from xuncha.audit.anchors import latest  # noqa: PLC0415

            verified = latest(call.root, call.commit or "HEAD")
        made, warnings = render(content(found, call.today, verified), form, call.templates())
    if unsorted := [str(n) for n, each in found.problems.items() if each.publish and each.category is None]:
        said = _("no category is said of problem {ids}; the notice shows it under “{word}”")
        warnings = [*warnings, said.format(ids=_(", ").join(unsorted), word=UNSAID)]
    if later := told_after(found):
        said = _(
            "`notice.date` is {date}, and the notice prints later progress of {ids}; write the day of issue"
        )
        warnings = [*warnings, said.format(date=found.settings.notice.date, ids=_(", ").join(later))]
    deliver(made, warnings, output, call.root, _("The notice is in {path}."))


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
    from xuncha.dashboard.board import render  # noqa: PLC0415
    from xuncha.dashboard.content import content  # noqa: PLC0415  templates and models are for this command alone
    from xuncha.paper.own import remark  # noqa: PLC0415

    found, events = call.ledger(), call.history_if_any()
    with screen.patience(_("Making the dashboard")):
        board = content(found, events, call.today, internal=internal)
        templates = call.templates()
        page = render(board, templates).encode()
    warned = _("The dashboard is in {path}. It is internal: do not publish it.")
    deliver(
        page, remark(templates), output, call.root, warned if internal else _("The dashboard is in {path}.")
    )
