"""Keep the accounts of a ledger in a file in git's own folder, readable by its owner only, which no clone, push or archive carries."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from fasteners import InterProcessLock
from pydantic import TypeAdapter, ValidationError

from xuncha.accounts.account import Account
from xuncha.errors import RefusedError, SurroundingsError, cause_of
from xuncha.language import gettext as _
from xuncha.store import files
from xuncha.system import READ_TIMEOUT, retry_locked
from xuncha.trail.repository import shared_path

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = re.compile(r"\w(?:[\w .·-]{0,38}\w)?")
"""Names that git stores unchanged as an author's, on one line."""
_TIMEOUT: Final = 10
"""Seconds to wait for another process that changes the accounts."""
_LIST: Final = TypeAdapter(list[Account])


def _normalized(name: str) -> str:
    """Return a name without differences that readers do not see."""
    return "".join(name.casefold().split())


def _find(name: str, accounts: Mapping[str, Account]) -> Account:
    """Return an account by its name. Raises RefusedError if there is none."""
    if name not in accounts:
        message = _("there is no account {name}", name=name)
        raise RefusedError("no-such-account", message, _("to see the accounts: xuncha account list"))
    return accounts[name]


def _check_email(account: Account, accounts: Mapping[str, Account]) -> None:
    """Refuse an invalid e-mail, and one that another account has: two people would count as one."""
    if account.email and not re.fullmatch(r"[\w.+-]+@[\w.-]+\w", account.email):
        message = _("“{email}” is not an e-mail address", email=account.email)
        raise RefusedError("bad-email", message, _("write it like {examples}", examples="wang@x.cn"))
    for other in accounts.values():
        if other.name != account.name and other.author.email.casefold() == account.author.email.casefold():
            message = _("{name} already has this e-mail address", name=other.name)
            raise RefusedError("email-exists", message, _("give each account its own: --email ADDRESS"))


class Accounts:
    """The accounts of one ledger."""

    def __init__(self, root: Path) -> None:
        """Find the file of the accounts; `root` is the ledger's folder. Raises SurroundingsError if the folder is in no repository."""
        place = shared_path(root, "accounts")
        if place is None:
            message = _("{path} is not in a git repository, where accounts are kept", path=root)
            hint = _("type: git init && git add -A && git commit -m 台账")
            raise SurroundingsError("no-repository", message, hint)
        self._file = place.with_suffix(".json")
        self._cache: tuple[tuple[int, int, int] | None, dict[str, Account]] = (None, {})

    def all(self) -> dict[str, Account]:
        """Read the accounts, by name. Raises SurroundingsError if the file cannot be read, or is not a file of accounts."""
        try:
            status = self._file.stat()
            stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
            if stamp != self._cache[0]:
                if status.st_mode & 0o077:  # somebody has copied it here
                    self._file.chmod(0o600)
                accounts = _LIST.validate_json(retry_locked(self._file.read_bytes, READ_TIMEOUT))
                self._cache = stamp, {each.name: each for each in accounts}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unusable(cause_of(error)) from None
        except ValidationError:
            raise self._unusable(_("it is damaged")) from None
        return self._cache[1]

    def _unusable(self, reason: str) -> SurroundingsError:
        message = _("the accounts in {path} cannot be used: {reason}")
        hint = _("restore a backup of the file, or remove it and add the accounts again")
        return SurroundingsError("accounts", message.format(path=self._file, reason=reason), hint)

    def get(self, name: str) -> Account:
        """Return an account. Raises RefusedError if there is none of this name."""
        return _find(name, self.all())

    def add(self, account: Account) -> None:
        """Add an account. Raises RefusedError if the name or e-mail is taken or invalid, or the first account is not a manager."""
        if not _NAME.fullmatch(account.name) or account.name != unicodedata.normalize("NFKC", account.name):
            text = _("“{name}” cannot be the name of an account", name=account.name)
            hint = _("use letters and digits, with spaces, dots or hyphens between them; 40 at most")
            raise RefusedError("bad-name", text, hint)
        with self._changed() as accounts:
            for other in accounts.values():
                if _normalized(other.name) == _normalized(account.name):
                    text = _("the account {name} already exists", name=other.name)
                    hint = _("to reset its password: xuncha account passwd")
                    raise RefusedError("account-exists", text, hint)
            if not accounts and account.role != "manager":
                text = _("the first account must belong to a manager, who may do everything")
                raise RefusedError("no-manager", text, _("type: xuncha account add NAME --role manager"))
            _check_email(account, accounts)
            accounts[account.name] = account

    def alter(self, name: str, *, known_hash: str | None = None, **changes: Any) -> None:  # noqa: ANN401
        """Change fields of an account; `known_hash` is the hash of the password that the caller proved to know, if a proof was needed.

        Raises RefusedError if there is none, its password has changed meanwhile, or no manager who may sign in would be left.
        """
        with self._changed() as accounts:
            if known_hash not in {None, _find(name, accounts).password}:
                text = _("the password was reset meanwhile")
                raise RefusedError("wrong-password", text, _("sign in again"))
            account = Account.model_validate({**accounts[name].model_dump(), **changes})
            _check_email(account, accounts)
            accounts[name] = account

    def remove(self, name: str) -> None:
        """Remove an account; history still names it. Raises RefusedError if there is none, or no manager who may sign in would be left."""
        with self._changed() as accounts:
            del accounts[_find(name, accounts).name]

    @contextmanager
    def _changed(self) -> Iterator[dict[str, Account]]:
        """Hold the lock of the file, yield the accounts to be changed, and write them back."""
        place = self._file.with_suffix(".lock")
        try:
            self._file.parent.mkdir(exist_ok=True)
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o600))
            lock = InterProcessLock(place)
            if not lock.acquire(timeout=_TIMEOUT):
                if lock.lockfile:
                    lock.lockfile.close()
                reason = _("another program has held their lock for {n} seconds", n=_TIMEOUT)
                raise self._unusable(reason)
            try:
                accounts = dict(self.all())
                yield accounts
                if not any(each.role == "manager" and not each.disabled for each in accounts.values()):
                    message = _("this would leave no manager who can sign in")
                    hint = _("add another manager first: xuncha account add")
                    raise RefusedError("last-manager", message, hint)
                content = _LIST.dump_json([*accounts.values()], indent=2)
                files.replace(self._file, content, private=True)
            finally:
                lock.release()
        except OSError as error:
            message = _("{path} cannot be written: {reason}", path=self._file, reason=cause_of(error))
            raise SurroundingsError("not-written", message) from None
