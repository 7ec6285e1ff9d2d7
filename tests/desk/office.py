"""An office desk with an account of each role and known passwords."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from pwdlib.hashers.argon2 import Argon2Hasher

from tests.conftest import TODAY, measure
from tests.desk.client import Browser
from xuncha.accounts.account import Account
from xuncha.accounts.book import Accounts
from xuncha.desk.application import application
from xuncha.desk.gate import Gate
from xuncha.desk.ledger import Desk
from xuncha.desk.visitors import ByAccount

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk
    from tests.desk.client import Page

PASSWORD = "four words put together"
# A hash says how it is checked: this one quickly, since most tests sign in.
_hashed = cache(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1).hash)
ACCOUNTS: dict[str, dict[str, str]] = {
    "王芳": {"role": "manager"},
    "李强": {"role": "section", "office": "规划科", "email": "li@example.cn"},
    "陈静": {"role": "section", "office": "财务科"},
    "周明": {"role": "section", "office": "办公室"},
    "赵副局": {"role": "leader", "leader": "分管副局长"},
    "钱局": {"role": "leader", "leader": "局长"},
    "访客": {"role": "viewer"},
}
"""All measures are of 规划科 and 分管副局长; with 1.2, 财务科 takes part, and it was escalated to 局长."""


class Office:
    """The desk, its accounts, and those who sit before it."""

    def __init__(self, ledger: LedgerOnDisk, *, renew: bool = False) -> None:
        self.ledger = ledger
        more = {"co_offices": "[财务科]", "escalated": "{to: 局长, date: 2024-05-01}"}
        ledger.write(ledger.path("1.2"), measure("1.2", **more))
        ledger.git("commit", "-qa", "--amend", "--no-edit")
        self.accounts = Accounts(ledger.root)
        secret = _hashed(PASSWORD)
        day = date.fromisoformat(TODAY)
        for name, about in ACCOUNTS.items():
            told = {"name": name, "added": day, "password": secret, "renew": renew, **about}
            self.accounts.add(Account.model_validate(told))
        self.desk = Desk(ledger.root, lambda: day)
        self.entrance = ByAccount(self.accounts, 8000)
        self._gate = Gate(application(self.desk, self.entrance), self.entrance, None)

    def browser(self) -> Browser:
        """Somebody who has not signed in."""
        return Browser(self.ledger.root, self._gate, self.desk)

    def signed_in(self, name: str) -> Browser:
        """Somebody who has signed in."""
        browser = self.browser()
        assert sign_in(browser, name).status == 200
        return browser


def sign_in(browser: Browser, name: str, password: str = PASSWORD, back: str = "/") -> Page:
    """Fill in the page on which one signs in; where it led."""
    return browser.post("/sign-in", {"name": name, "password": password, "back": back})
