"""Serve the desk on a port of this machine."""

from __future__ import annotations

import gc
import secrets
import signal
import socket
import threading
import webbrowser
from typing import TYPE_CHECKING, Final

import uvicorn
from anyio.to_thread import current_default_thread_limiter

from xuncha.desk.application import application
from xuncha.desk.gate import Gate
from xuncha.desk.impatient import Impatient
from xuncha.desk.jobs import sweep
from xuncha.desk.ledger import Desk
from xuncha.errors import SurroundingsError, cause_of
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

_WEB: Final = 80
"""The port that browsers do not name."""
HERE: Final = "127.0.0.1"
_LAST_REQUESTS: Final = 30
"""Seconds that the requests in hand have when the desk is ended."""


_AT_ONCE: Final = 4
"""Pages that are made at once: more of them take no less time together, and the memory of each."""


class _Server(uvicorn.Server):
    """Makes only so many pages at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        current_default_thread_limiter().total_tokens = _AT_ONCE
        await super().startup(sockets)


class Server:
    """A desk that is about to be served: its port is taken, its address known."""

    def __init__(self, root: Path, port: int, clock: Callable[[], date]) -> None:
        """Take a port; 0 for any that is free. The clock tells the day as of which everything is counted.

        Raises:
            SurroundingsError: it is taken, or not for everybody.
        """
        self._desk = Desk(root, clock)
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((HERE, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            said = _("port {port} cannot be used: {reason}")
            reason = cause_of(error) if isinstance(error, OSError) else _("there is no such port")
            hint = _("name another one: --port 0 takes any that is free")
            raise SurroundingsError("port-taken", said.format(port=port, reason=reason), hint) from None
        self._socket.listen(128)
        self.port: int = self._socket.getsockname()[1]
        self._key = secrets.token_urlsafe(32)
        names = (HERE, "localhost")
        hosts = frozenset(
            {f"{name}:{self.port}" for name in names} | ({*names} if self.port == _WEB else set())
        )
        self._gate = Gate(application(self._desk), self._key, hosts)
        config = uvicorn.Config(
            self._gate,
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=_LAST_REQUESTS,
            lifespan="off",
            http=Impatient,
            ws="none",
        )
        self._server = _Server(config)
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(
                ending, self._end
            )  # uvicorn heeds them while it runs, and raises them again when all is done

    def _end(self, *_signal: object) -> None:
        self._server.should_exit = True

    @property
    def link(self) -> str:
        """The address that opens the desk; whoever has it may do everything."""
        return self._link(self._key)

    def _link(self, key: str) -> str:
        return f"http://{HERE}:{self.port}/?key={key}"

    def open_browser(self) -> None:
        """Open the desk in a browser, which is answered as soon as the desk runs.

        Some browsers end only when their user ends them: a thread waits for that. What programs are called with everybody on the
        machine can see, for hours: the link is good for once.
        """
        link = self._link(self._gate.ticket())
        threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM; the requests in hand are answered first."""
        sweep()
        gc.enable()  # what runs for days makes cycles
        try:
            self._server.run([self._socket])
        finally:
            self._desk.close()
