"""The accounts of a ledger: a file in git's own folder, for its owner alone, that no clone, push or archive carries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from fasteners import InterProcessLock
from pydantic import TypeAdapter, ValidationError

from xuncha.accounts.account import Account
from xuncha.errors import RefusedError, SurroundingsError, cause_of
from xuncha.language import gettext as _
from xuncha.store import files
from xuncha.trail.repository import shared

if TYPE_CHECKING:
    from pathlib import Path

_NAME: Final = re.compile(r"\w(?:[\w .·-]{0,38}\w)?")
"""What git takes as the name of an author without changing it, and a trailer on one line."""
_LIST: Final = TypeAdapter(list[Account])


class Accounts:
    """The accounts of the ledger in a folder."""

    def __init__(self, root: Path) -> None:
        """Take the ledger's folder.

        Raises:
            SurroundingsError: it is in no repository.
        """
        place = shared(root, "accounts")
        if place is None:
            said = _("{path} is in no git repository, which keeps the accounts").format(path=root)
            hint = _("type: git init && git add -A && git commit -m 台账")
            raise SurroundingsError("no-repository", said, hint)
        self._place = place.with_suffix(".json")
        self._read: tuple[tuple[int, int, int] | None, dict[str, Account]] = (None, {})

    def all(self) -> dict[str, Account]:
        """Return the accounts by name, as the file has them now.

        Raises:
            SurroundingsError: the file cannot be read, or is none of accounts.
        """
        try:
            found = self._place.stat()
            stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
            if stamp != self._read[0]:
                told = _LIST.validate_json(self._place.read_bytes())
                self._read = stamp, {each.name: each for each in told}
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise self._unusable(cause_of(error)) from None
        except ValidationError:
            raise self._unusable(_("it is damaged")) from None
        return self._read[1]

    def _unusable(self, reason: str) -> SurroundingsError:
        said = _("the accounts in {path} cannot be used: {reason}")
        hint = _("bring back a backup of the file; or take it away, and add the accounts anew")
        return SurroundingsError("accounts", said.format(path=self._place, reason=reason), hint)

    def get(self, name: str) -> Account:
        """Return an account.

        Raises:
            RefusedError: there is none of this name.
        """
        if name not in self.all():
            said = _("there is no account {name}").format(name=name)
            raise RefusedError("no-such-account", said, _("see which there are: xuncha account list"))
        return self.all()[name]

    def add(self, account: Account) -> None:
        """Add an account.

        Raises:
            RefusedError: the name or the e-mail is another account's or cannot be one, or the first is no manager.
        """
        if not _NAME.fullmatch(account.name) or account.name != unicodedata.normalize("NFKC", account.name):
            said = _("“{name}” cannot be the name of an account").format(name=account.name)
            hint = _("letters, digits, and between them blanks, dots or hyphens; 40 at most")
            raise RefusedError("bad-name", said, hint)
        if account.email and not re.fullmatch(r"[^\s<>@]+@[^\s<>@]+", account.email):
            said = _("“{email}” is no e-mail address").format(email=account.email)
            raise RefusedError("bad-email", said, _("write it like {examples}").format(examples="wang@x.cn"))

        def added(there: dict[str, Account]) -> None:
            for other in there.values():
                if other.name.casefold() == account.name.casefold():
                    said = _("there is an account {name} already").format(name=other.name)
                    raise RefusedError("account-exists", said, _("its password anew: xuncha account passwd"))
                if other.author.email.casefold() == account.author.email.casefold():
                    said = _("{name} has this e-mail already").format(name=other.name)
                    raise RefusedError("email-exists", said, _("two persons have two addresses"))
            if not there and account.role != "manager":
                said = _("the first account must be a manager's, who may do everything")
                raise RefusedError("no-manager", said, _("type: xuncha account add NAME --role manager"))
            there[account.name] = account

        self._change(added)

    def alter(self, name: str, **changed: object) -> None:
        """Change what is said of an account, by the names of its fields.

        Raises:
            RefusedError: there is none of this name, or no manager who may sign in would be left.
        """
        self.get(name)

        def altered(there: dict[str, Account]) -> None:
            there[name] = there[name].model_copy(update=changed)

        self._change(altered)

    def remove(self, name: str) -> None:
        """Remove an account; history goes on naming it.

        Raises:
            RefusedError: there is none of this name, or no manager who may sign in would be left.
        """
        self.get(name)
        self._change(lambda there: there.pop(name))

    def _change(self, change: Callable[[dict[str, Account]], object]) -> None:
        """Change the file, one after the other."""
        try:
            self._place.parent.mkdir(exist_ok=True)
            with InterProcessLock(self._place.with_suffix(".lock")):
                there = dict(self.all())
                change(there)
                if not any(each.role == "manager" and not each.disabled for each in there.values()):
                    said = _("no manager who may sign in would be left")
                    raise RefusedError(
                        "last-manager", said, _("add another manager first: xuncha account add")
                    )
                content = _LIST.dump_json([*there.values()], indent=2)
                files.replace(self._place, content, private=True)
        except OSError as error:
            raise self._unusable(cause_of(error)) from None
