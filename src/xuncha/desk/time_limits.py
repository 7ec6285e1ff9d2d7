"""Limit the time of connections: uvicorn itself lets a visitor send the head of a request for ever."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from xuncha.desk.gate import PATIENCE
from xuncha.language import gettext as _

if TYPE_CHECKING:
    import asyncio

MAX_OPEN: Final = 500
"""Connections at once; files and git need some of the process's open files, too."""
MAX_OF_ONE: Final = 100
"""Connections from one address, so that no visitor takes all of them."""


class TimedProtocol(H11Protocol):
    """Closes a connection if the head of a request, or the rest of a body that nobody reads, does not arrive in time."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer for a request."""
        super().connection_made(transport)
        clients = [getattr(each, "client", None) for each in self.connections]
        own = [each for each in clients if each and self.client and each[0] == self.client[0]]
        # A proxy on this machine connects for all visitors.
        from_here = not self.client or ip_address(self.client[0]).is_loopback
        if len(self.connections) > MAX_OPEN or (len(own) > MAX_OF_ONE and not from_here):
            transport.abort()
        else:
            self._wait()

    def handle_events(self) -> None:
        """Stop the timer once a request has arrived, and restart it afterwards."""
        super().handle_events()
        self._wait()

    def send_400_response(self, _msg: str) -> None:
        """Answer what is not HTTP, or has too long an address, in the language of the desk; the cookies were not read."""
        text = _("the request is too long, or cannot be read").encode()
        head = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
        self.transport.write(head % len(text) + text)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        super().connection_lost(exc)
        self._stop()

    def _wait(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._end is None and not self.transport.is_closing():
            self._end = self.loop.call_later(PATIENCE, self.transport.close)

    def _stop(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None
