"""The accounts of the office desk: who may sign in, and in which role."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

from xuncha.cli import options, screen
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.options import option, optional
from xuncha.errors import InvalidLedgerError, RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.model import names
from xuncha.requests import typed
from xuncha.rules.names import Key, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xuncha.accounts.account import Account
    from xuncha.accounts.book import Accounts
    from xuncha.cli.columns import Columns

Name = Annotated[str, options.argument("NAME", _("The account, by the name that commits will have"))]


@group("account")
def account() -> None:
    """Say who may sign in to the office desk (`xuncha serve --host`), and in which role.

    Accounts are kept in git's own folder on this machine, never in history. A manager may do everything; a section records what its
    own office does; a leader returns and closes what they answer for; a viewer looks.

    Examples:
        xuncha account add 王芳 --role manager
        xuncha account add 规划科李强 --role section --office 规划科
        xuncha account list
    """


@command("account", "add")
def add(
    call: Context,
    name: Name,
    role: Annotated[
        str, option("--role ROLE", _("What they may do: manager, section, leader or viewer"), [*names.ROLES])
    ],
    office: options.Office = None,
    leader: options.Leader = None,
    email: str | None = optional("--email ADDRESS", _("The e-mail address in their commits")),
) -> None:
    """Add an account, and print its first password, which the first sign-in has changed.

    A section needs --office, a leader --leader, as the ledger names them. The first account is a manager's.

    Examples:
        xuncha account add 王芳 --role manager --email wang@example.cn
        xuncha account add 规划科李强 --role section --office 规划科
        xuncha account add 张副局长 --role leader --leader 分管副局长
    """
    from xuncha.accounts import passwords  # noqa: PLC0415  the help need not wait for it
    from xuncha.accounts.account import Account  # noqa: PLC0415

    about = _about(call, role, office, leader)
    accounts = _accounts(call)
    password = passwords.generated()
    told = {"name": name, "email": email, "added": call.today, "password": passwords.hashed(password)}
    accounts.add(Account.model_validate({**told, **about}))
    _tell(name, password)


@command("account", "set")
def set_(
    call: Context,
    name: Name,
    role: str | None = optional("--role ROLE", _("Another role"), [*names.ROLES]),
    office: options.Office = None,
    leader: options.Leader = None,
    email: str | None = optional("--email ADDRESS", _("The e-mail address in their commits")),
) -> None:
    """Give an account another role, office, leader or e-mail; the password stays. It counts from the next click on.

    Examples:
        xuncha account set 规划科李强 --office 财务科
        xuncha account set 规划科李强 --role viewer
    """
    accounts = _accounts(call)
    stood = accounts.get(name)
    changed: dict[str, Any] = {"email": email} if email else {}
    if role or office or leader:
        if role in {None, stood.role}:
            office, leader = office or stood.office, leader or stood.leader
        changed |= _about(call, role or stood.role, office, leader)
    if not changed:
        said = _("it is not said what to change")
        raise UsageError(
            "usage", said, _("give {options}").format(options="--role, --office, --leader, --email")
        )
    accounts.alter(name, **changed)
    screen.line(_("{name} is changed.").format(name=name))


def _accounts(call: Context) -> Accounts:
    from xuncha.accounts.book import Accounts  # noqa: PLC0415

    return Accounts(call.root)


def _about(call: Context, role: str, office: str | None, leader: str | None) -> dict[str, object]:
    """Read what an account may do, and for whom; refuse an office or a leader that the role has not, lacks, or the ledger does not know."""
    as_role = typed.word(role, "--role", names.ROLES)
    keys: dict[str, Key] = {"section": "offices", "leader": "leaders"}
    for (needing, key), given in zip(keys.items(), (office, leader), strict=True):
        named = key.removesuffix("s")
        if as_role == needing and given is None:
            said = _("this role needs {option}").format(option=f"--{named}")
            raise UsageError("usage", said, _("name it as the ledger does"))
        if given is not None and as_role != needing:
            said = _("this role has no {option}").format(option=f"--{named}")
            raise UsageError("usage", said, _("leave {option} out").format(option=f"--{named}"))
        if given is not None:
            for _place, said, *hint in unknown([((), given)], getattr(call.register().frame, key), key):
                raise RefusedError(f"unknown-{named}", said, *hint)
    return {"role": as_role, "office": office, "leader": leader}


def _tell(name: str, password: str) -> None:
    screen.line(_("Password of {name}: {password}").format(name=name, password=password))
    screen.line(_("It is good for one sign-in, which asks for a new one; it is shown this once."))


@command("account", "list")
def list_(call: Context, as_json: options.Json = False) -> None:
    """List the accounts, without their passwords.

    Examples:
        xuncha account list
    """
    found = _accounts(call).all()
    if as_json:
        screen.data([each.model_dump(mode="json", exclude={"password"}) for each in found.values()])
    elif found:
        known: dict[str, Sequence[str]] = {}
        with suppress(InvalidLedgerError):  # who may sign in is told all the same
            frame = call.register().frame
            known = {"office": frame.offices, "leader": frame.leaders}
        screen.show(_table(found.values(), known), wide=True)
    else:
        screen.line(_("There are no accounts yet. Add the first: xuncha account add NAME --role manager"))


def _table(found: Iterable[Account], known: Mapping[str, Iterable[str]]) -> Columns:
    from xuncha.accounts.account import role_name  # noqa: PLC0415
    from xuncha.cli.columns import FIXED, Column, Columns  # noqa: PLC0415

    headings = (_("Account"), _("Role"), _("Office or leader"), _("E-mail"), _("Added"), _("State"))
    table = Columns(FIXED, FIXED, FIXED, FIXED, FIXED, Column(), headings=headings)
    for each in found:
        unknown = [
            _("{name} is not in the ledger").format(name=named)
            for key, names_ in known.items()
            if (named := getattr(each, key)) and named not in names_
        ]
        state = [_("disabled")] if each.disabled else [_("has to take a password")] if each.renew else []
        about = each.office or each.leader or ""
        day, mail = each.added.isoformat(), each.email or ""
        table.add(each.name, role_name(each.role), about, mail, day, _(", ").join([*state, *unknown]))
    return table


@command("account", "passwd")
def passwd(call: Context, name: Name) -> None:
    """Give an account a new first password; its sessions end.

    Examples:
        xuncha account passwd 规划科李强
    """
    from xuncha.accounts import passwords  # noqa: PLC0415

    password = passwords.generated()
    accounts = _accounts(call)
    accounts.alter(name, password=passwords.hashed(password), renew=True)
    _tell(name, password)
    if accounts.get(name).disabled:
        said = _("{name} is disabled.").format(name=name)
        screen.warning(
            said, _("to let them sign in: {command}").format(command=f"xuncha account disable {name} --undo")
        )


@command("account", "disable")
def disable(call: Context, name: Name, again: bool = optional("--undo", _("Let them sign in again"))) -> None:
    """Let an account sign in no more; its sessions end at once. History goes on naming it.

    Examples:
        xuncha account disable 规划科李强
        xuncha account disable 规划科李强 --undo
    """
    _accounts(call).alter(name, disabled=not again)
    screen.line((_("{name} may sign in again.") if again else _("{name} is disabled.")).format(name=name))


@command("account", "remove")
def remove(call: Context, name: Name) -> None:
    """Remove an account; its name may then be given to another one.

    Examples:
        xuncha account remove 规划科李强
    """
    _accounts(call).remove(name)
    screen.line(_("{name} is removed.").format(name=name))
