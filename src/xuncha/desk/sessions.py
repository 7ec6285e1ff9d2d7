"""Keep the sessions of the office desk, and limit attempts with wrong passwords."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from contextlib import suppress
from ipaddress import ip_address, ip_network
from typing import Final, NamedTuple

from xuncha.accounts.account import Account
from xuncha.accounts.book import Accounts
from xuncha.accounts.passwords import equal, is_right
from xuncha.errors import RefusedError
from xuncha.language import gettext as _

LENGTH: Final = 24 * 3600.0
"""Seconds until a session ends."""
_MAX_SESSIONS: Final = 10
"""Sessions of one account at most; beyond that, the oldest ends."""
_FREE_TRIES: Final = 5
"""Wrong passwords from one address before it has to wait."""
_LONGEST_WAIT: Final = 60.0
"""Seconds that an address waits at most; the wait doubles with each wrong password."""
_MAX_AGE: Final = 3600.0
"""Seconds after which the wrong passwords of an address are forgotten."""
_MAX_ADDRESSES: Final = 10_000
"""Addresses that are remembered at most; beyond that, the oldest are forgotten."""


class Session(NamedTuple):
    """A browser in which somebody has signed in."""

    name: str
    """The name of the account."""
    token: str
    """The token in forms, against forged requests."""
    end: float
    password: str
    """The password's hash at sign-in: a new password ends sessions of the old one."""


class _Tries(NamedTuple):
    wrong: int
    last: float


class Sessions:
    """All sessions of a desk, in memory."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._sessions: dict[str, Session] = {}
        self._tries: dict[str, _Tries] = {}

    def sign_in(self, name: str, password: str, address: str, browser: str) -> str:
        """Start a session, and return the secret for the browser's cookie. Raises RefusedError as `check_password` does.

        `browser` is the value from `browser_key` in a browser where this account has signed in before. It waits for its own wrong
        passwords only, not for those of its address, so that nobody can lock the owner out by wrong passwords elsewhere.
        """
        account = self._accounts.all().get(name)
        is_known = account is not None and equal(browser, self.browser_key(account))
        source = browser if is_known else _source_of(address)
        return self.begin(self.check_password(account, password, source))

    def check_password(self, account: Account | None, password: str, source: str, wrong: str = "") -> Account:
        """Return an account whose password is right. Raises RefusedError if it is wrong, the account is disabled or missing, or the source has to wait.

        `source` is an address or a browser; each wrong password makes it wait longer. `wrong` says what is wrong where the name is known.
        """
        if (wait := self._wait(source)) > 0:
            text = _("too many wrong passwords came from here")
            hint = _("wait {n} seconds, and try again", n=int(wait) + 1)
            raise RefusedError("too-many-tries", text, hint)
        right = is_right(password, account.password if account else None)
        if account is None or account.disabled or not right:
            # A correct password does not reset the count, since an attacker may have an account too.
            tries = self._tries.pop(source, _Tries(0, 0))
            self._tries[source] = _Tries(tries.wrong + 1, time.monotonic())
            while len(self._tries) > _MAX_ADDRESSES:
                self._tries.pop(next(iter(self._tries)))
            text = wrong or _("the name or the password is wrong")
            hint = _("the manager of this desk can reset a forgotten one")
            raise RefusedError("wrong-password", text, hint)
        return account

    def _wait(self, source: str) -> float:
        """Return the seconds that a source has to wait."""
        tries = self._tries.get(source, _Tries(0, 0))
        passed = time.monotonic() - tries.last
        if tries.wrong < _FREE_TRIES or passed > _MAX_AGE:
            return 0
        return min(2.0 ** (tries.wrong - _FREE_TRIES), _LONGEST_WAIT) - passed

    @staticmethod
    def browser_key(account: Account) -> str:
        """Return the value by which a browser shows that an account has signed in before; it changes with the password."""
        return hmac.digest(account.password.encode(), account.name.encode(), "sha256").hex()

    def begin(self, account: Account) -> str:
        """Start a session without a password."""
        now = time.monotonic()
        for secret, each in [*self._sessions.items()]:
            if each.end <= now:
                self._sessions.pop(secret, None)
        older = [secret for secret, each in [*self._sessions.items()] if each.name == account.name]
        for old in older[: len(older) - _MAX_SESSIONS + 1]:
            self._sessions.pop(old, None)
        secret, token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._sessions[_key(secret)] = Session(account.name, token, now + LENGTH, account.password)
        return secret

    def find(self, secret: str) -> tuple[Account, Session] | None:
        """Return session and present account of a browser's secret; None if there is no session, or it has ended."""
        session = self._sessions.get(_key(secret))
        account = self._accounts.all().get(session.name) if session else None
        if session is None or account is None:
            return None
        if session.end <= time.monotonic() or account.disabled or account.password != session.password:
            self.end(secret)
            return None
        return account, session

    def end(self, secret: str) -> None:
        """End a browser's session."""
        self._sessions.pop(_key(secret), None)


def _key(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _source_of(address: str) -> str:
    """Return what counts as one address; for IPv6 the /64 network, since a house has 2**64 addresses."""
    with suppress(ValueError):
        found = ip_address(address)
        if found.version == 6 and found.ipv4_mapped is None:  # noqa: PLR2004
            return str(ip_network((address, 64), strict=False))
    return address
