"""The desk: the ledger in a browser."""

from __future__ import annotations

import os
from typing import Annotated

from xuncha.cli import screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import option
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.parts import needs


@command("serve")
def serve(
    call: Context,
    host: Annotated[
        str | None, option("--host ADDRESS", _("Open the desk to other machines; needs accounts"))
    ] = None,
    port: Annotated[int, option("--port NUMBER", _("The port; 0 takes any that is free"))] = 8420,
    open_: Annotated[bool, option("--open/--no-open", _("Whether a browser is opened"))] = True,
) -> None:
    """Open the desk: the ledger in a browser of this machine. Ctrl-C ends it.

    Each click that changes something is a commit, as each command is. Whoever has the link that is printed may do everything;
    it is good until the desk ends.

    Examples:
        xuncha serve
        xuncha serve --port 0 --no-open
    """
    if host is not None:
        said = _("there are no accounts, so the desk is not opened to other machines")
        raise RefusedError("no-accounts", said, _("leave --host out to open it on this machine alone"))
    call.must_be_here()
    with needs("desk"):
        from xuncha.desk.serve import Server  # noqa: PLC0415  a server is for this command alone
    if call.day_is_given:
        os.environ["XUNCHA_TODAY"] = call.today.isoformat()  # for the commands that the desk runs
    server = Server(call.root, port, call.clock)
    screen.line_at_once(server.link)
    if open_:
        server.open_browser()
    server.run()
