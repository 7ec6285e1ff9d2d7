"""Serve the desk on a port of this machine, with limits for each connection."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import secrets
import signal
import socket
import ssl
import threading
import webbrowser
from collections.abc import Callable, Mapping
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import uvicorn
from anyio.to_thread import current_default_thread_limiter
from uvicorn.protocols.http.h11_impl import H11Protocol

from xuncha.accounts.book import Accounts
from xuncha.desk.application import application
from xuncha.desk.gate import PATIENCE, Gate
from xuncha.desk.jobs import sweep
from xuncha.desk.ledger import Desk
from xuncha.desk.visitors import ByAccount, ByLink
from xuncha.errors import SurroundingsError, cause_of
from xuncha.language import gettext as _

_HTTP: Final = 80
"""The default port of HTTP, which browsers leave out of the Host header."""
LOCALHOST: Final = "127.0.0.1"
_LAST_REQUESTS: Final = 30
"""Seconds that running requests have when the desk ends."""
_MAX_PAGES: Final = 4
"""Pages made at once: more would not be faster together, and each takes memory."""
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


class Server(uvicorn.Server):
    """A desk with its port open and its address known, ready to run."""

    def __init__(
        self,
        root: Path,
        clock: Callable[[], date],
        port: int,
        host: str | None = None,
        *,
        tls: tuple[Path, Path] | None = None,
        behind_proxy: bool = False,
        demo: Mapping[str, str] | None = None,
    ) -> None:
        """Open the port.

        Args:
            root: the ledger's folder.
            clock: returns the day of all counts.
            port: 0 for any free port.
            host: the address to listen on, for an office desk; None for the own desk, which serves this machine only.
            tls: certificate and key, as PEM files.
            behind_proxy: whether to take address and protocol of visitors from a proxy on this machine, such as nginx.
            demo: passwords by account, shown on the page to sign in; then the desk serves this machine only.

        Raises:
            SurroundingsError: the port is in use or not permitted, or a certificate cannot be used.
        """
        self._desk = Desk(root, clock)
        self._host = host or LOCALHOST
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._socket = socket.socket(family)
        # SO_REUSEADDR allows a restart at once; on Windows it would let others take our port, so an exclusive option is used there.
        option = getattr(socket, "SO_EXCLUSIVEADDRUSE", socket.SO_REUSEADDR)
        self._socket.setsockopt(socket.SOL_SOCKET, option, 1)
        try:
            self._socket.bind((self._host, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            raise _address_error(self._host, port, error) from None
        self._socket.listen(128)
        self.port: int = self._socket.getsockname()[1]
        self._scheme = "https" if tls else "http"
        self._link = None if host or demo else ByLink(secrets.token_urlsafe(32), self.port)
        entrance = self._link or ByAccount(Accounts(root), self.port)
        names = (LOCALHOST, "localhost")
        local = {f"{name}:{self.port}" for name in names} | ({*names} if self.port == _HTTP else set())
        hosts = None if host else frozenset(local)
        config = uvicorn.Config(
            Gate(application(self._desk, entrance, demo), entrance, hosts),
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=_LAST_REQUESTS,
            lifespan="off",
            http=TimedProtocol,
            ws="none",
            proxy_headers=behind_proxy,
            forwarded_allow_ips=[LOCALHOST, "::1", f"::ffff:{LOCALHOST}"],
            ssl_certfile=tls and tls[0],
            ssl_keyfile=tls and tls[1],
            ssl_keyfile_password="none",  # without this, the password of a key would be asked for on the terminal  # noqa: S106
        )
        if tls:
            _check_certificate(config, tls[0])
        super().__init__(config)
        # The last two: the terminal was closed (Unix, Windows).
        for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
            if ending := getattr(signal, name, None):
                signal.signal(ending, self._end)  # uvicorn raises the signals again at the end

    def _end(self, *_signal: object) -> None:
        self.should_exit = True

    @property
    def link(self) -> str:
        """The address of the desk; the own desk's contains the secret, with which anybody may do everything."""
        return self._address(self._link.key if self._link else "")

    def _address(self, key: str = "") -> str:
        host = _reachable(self._host)
        host = f"[{host}]" if ":" in host else host
        return f"{self._scheme}://{host}:{self.port}/" + (f"?key={key}" if key else "")

    def open_browser(self) -> None:
        """Open the desk in a browser; it gets its answer as soon as the desk runs.

        Some browser commands return only when the browser is closed, so a thread waits for them. Everybody on the machine can
        see the arguments of a process, for hours, so this link is valid once.
        """
        link = self._address(self._link.ticket() if self._link else "")
        threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Limit how many pages are made at once, and start."""
        current_default_thread_limiter().total_tokens = _MAX_PAGES
        await super().startup(sockets)

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until Ctrl-C or SIGTERM; running requests are answered first."""
        sweep()
        gc.enable()  # a process that runs for days needs the collector
        # uvicorn reports each request that it stops at the end as an error of the desk.
        logging.getLogger("uvicorn.error").addFilter(
            lambda record: not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))
        )
        try:
            super().run(sockets or [self._socket])
        finally:
            self._desk.close()


def _check_certificate(config: uvicorn.Config, certificate: Path) -> None:
    """Check certificate and key before the address is printed. Raises SurroundingsError if they cannot be read, or do not match."""
    try:
        config.load()
    except OSError as error:  # includes ssl.SSLError
        text = _("the certificate {path} cannot be used: {reason}")
        hint = _("--tls-cert and --tls-key name the certificate and its key, as PEM files without a password")
        is_unreadable = not isinstance(error, ssl.SSLError)
        reason = cause_of(error) if is_unreadable else _("the two do not match, or the key has a password")
        raise SurroundingsError("certificate", text.format(path=certificate, reason=reason), hint) from None


def _address_error(host: str, port: int, error: OSError | OverflowError) -> SurroundingsError:
    """Return the error for an address that cannot be used."""
    if isinstance(error, socket.gaierror) or getattr(error, "errno", 0) == errno.EADDRNOTAVAIL:
        message, hint = _("{host} is not an address of this machine"), _("0.0.0.0 means all of its addresses")
        return SurroundingsError("no-such-address", message.format(host=host), hint)
    reason = cause_of(error) if isinstance(error, OSError) else _("there is no such port")
    message = _("port {port} cannot be used: {reason}", port=port, reason=reason)
    return SurroundingsError("port-taken", message, _("name another one: --port 0 takes any free one"))


def _reachable(host: str) -> str:
    """Return an address under which others reach this machine, if `host` means all of its addresses."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104
        return host
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outward:
        # An address of RFC 5737: nothing is sent, the system only tells the source address.
        outward.connect(("192.0.2.1", 9))
        return str(outward.getsockname()[0])
    return socket.gethostname()
