"""Commands of the desk: the ledger in a browser, and the accounts of those who may sign in."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from xuncha.cli import options, screen
from xuncha.cli.command import command, group
from xuncha.cli.context import Context
from xuncha.cli.options import option, optional
from xuncha.errors import RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.model import names
from xuncha.parts import require_part
from xuncha.requests import readers
from xuncha.requests.selection import full_names
from xuncha.store.cache import register
from xuncha.system import temporary_folder

if TYPE_CHECKING:
    from xuncha.accounts.account import Account
    from xuncha.accounts.book import Accounts
    from xuncha.cli.columns import Columns

Name = Annotated[str, options.argument("NAME", _("The account, by the name used in commits"))]
_ROLE: Final = option(
    f"--role {'|'.join(names.ROLES)}",
    _("What they may do: manager, section, leader or viewer"),
    [*names.ROLES],
)


@command("serve")
def serve(
    call: Context,
    host: str | None = optional(
        "--host ADDRESS", _("Open the desk to other machines, for those who have an account")
    ),
    port: int = optional("--port NUMBER", _("The port; 0 takes any free one"), default=8420),
    open_: Annotated[bool, option("--open/--no-open", _("Whether to open a browser"))] = True,
    demo: bool = optional("--demo", _("Show the office desk with an example, and an account for each role")),
    tls_cert: Path | None = optional("--tls-cert FILE", _("The certificate, as PEM")),
    tls_key: Path | None = optional("--tls-key FILE", _("Its key, as PEM")),
    trust_proxy: bool = optional(
        "--trust-proxy", _("Trust a proxy on this machine for the client's address")
    ),
) -> None:
    """Open the desk: the ledger in a browser. Ctrl-C ends it.

    Each click that changes something is a commit, like each command. Without --host it is for this machine only:
    anyone with the printed link may do everything; the link is valid until the desk ends. With --host people sign in
    (xuncha account).

    Examples:
        xuncha serve
        xuncha serve --port 0 --no-open
        xuncha serve --demo
    """
    if (tls_cert is None) != (tls_key is None):
        message = _("--tls-cert and --tls-key must be given together")
        raise UsageError("usage", message, _("name the certificate and its key, as PEM files"))
    if demo:
        message = _("--demo shows its passwords to every visitor, so it is for this machine only")
        options.refuse_unused(message, {"--host": host})
    tls = (tls_cert, tls_key) if tls_cert and tls_key else None
    if not demo:
        call.must_be_here()
        if host is not None and not _accounts(call.root).all():
            message = _("there are no accounts, so the desk is not opened to other machines")
            raise RefusedError(
                "no-accounts", message, _("add the first: xuncha account add NAME --role manager")
            )
    with require_part("desk"):
        from xuncha.desk.serve import Server  # noqa: PLC0415  a server is for this command alone
    if call.day_is_given:
        os.environ["XUNCHA_TODAY"] = call.today.isoformat()  # for the commands that the desk runs
    with _demo_ledger(call) if demo else contextlib.nullcontext((call.root, None)) as (root, accounts):
        server = Server(root, call.clock, port, host, tls=tls, behind_proxy=trust_proxy, demo=accounts)
        screen.line(server.link)
        if host not in {None, "127.0.0.1", "localhost", "::1"} and not tls:
            message = _("passwords are sent over the network in clear text")
            screen.warning(
                message, _("name a certificate (--tls-cert, --tls-key), or use a proxy that has one")
            )
        for name, password in (accounts or {}).items():
            screen.line(f"{name}  {password}")
        screen.flush()
        if open_ and host is None:
            server.open_browser()
        server.run()


@contextlib.contextmanager
def _demo_ledger(call: Context) -> Iterator[tuple[Path, dict[str, str]]]:
    """Make the example ledger in a temporary folder, with an account of each role; yield the folder, and the passwords by account."""
    from xuncha.accounts import sending  # noqa: PLC0415
    from xuncha.accounts.account import ROLES, role_name  # noqa: PLC0415
    from xuncha.skeleton.create import create  # noqa: PLC0415

    for secret in (sending.SMTP, sending.GROUP):
        os.environ.pop(secret, None)  # so that no letter of the example is sent
    for who in ("AUTHOR", "COMMITTER"):
        os.environ |= {f"GIT_{who}_NAME": "演示", f"GIT_{who}_EMAIL": "demo@xuncha.invalid"}
    with temporary_folder("xuncha-demo-") as folder:
        root = folder / "demo"
        create(root, call.today, example=True)
        rows, credentials = register(root).measures, {}
        offices = {"section": next(row.office for row in rows if row.status == "in_progress")}
        leaders = {"leader": next(row.leader for row in rows if row.status == "submitted")}
        for role in ROLES:
            about = {"role": role, "office": offices.get(role), "leader": leaders.get(role)}
            name = role_name(role)
            credentials[name] = _add(_accounts(root), name, call.today, renew=False, **about)
        yield root, credentials


@group("account")
def account() -> None:
    """Say who may sign in to the office desk (`xuncha serve --host`), and in which role.

    Accounts are kept in git's own folder on this machine, never in history. A manager may do everything; a section
    records what its own office does; a leader returns and closes the measures they are responsible for; a viewer may
    only look.

    Examples:
        xuncha account add 王芳 --role manager
        xuncha account add 规划科李强 --role section --office 规划科
        xuncha account list
    """


@command("account", "add")
def add(
    call: Context,
    name: Name,
    role: Annotated[str, _ROLE],
    office: options.Office = None,
    leader: options.Leader = None,
    email: str | None = optional("--email ADDRESS", _("The e-mail address in their commits")),
) -> None:
    """Add an account, and print its first password, to be changed at the first sign-in.

    A section needs --office, a leader --leader, as the ledger names them.

    The first account is a manager's.

    Examples:
        xuncha account add 王芳 --role manager --email wang@example.cn
        xuncha account add 规划科李强 --role section --office 规划科
        xuncha account add 张副局长 --role leader --leader 分管副局长
    """
    about = _role_values(call, role, office, leader)
    _print_password(name, _add(_accounts(call.root), name, call.today, email=email, **about))


def _add(accounts: Accounts, name: str, today: date, **values: Any) -> str:  # noqa: ANN401
    """Add an account, and return its first password; `values` holds the other fields of `Account`."""
    from xuncha.accounts import passwords  # noqa: PLC0415  the help need not wait for it
    from xuncha.accounts.account import Account  # noqa: PLC0415

    password = passwords.new_password()
    hashed = passwords.hash_password(password)
    accounts.add(Account(name=name, added=today, password=hashed, **values))
    return password


@command("account", "set")
def set_(
    call: Context,
    name: Name,
    role: Annotated[str | None, _ROLE] = None,
    office: options.Office = None,
    leader: options.Leader = None,
    email: str | None = optional("--email ADDRESS", _("The e-mail address in their commits")),
) -> None:
    """Change the role, office, leader or e-mail of an account; the password stays. This takes effect from the next click.

    A section needs --office, a leader --leader, as the ledger names them.

    Examples:
        xuncha account set 规划科李强 --office 财务科
        xuncha account set 规划科李强 --role viewer
    """
    accounts = _accounts(call.root)
    present = accounts.get(name)
    changed: dict[str, Any] = {"email": email} if email else {}
    if role or office or leader:
        changed |= _role_values(call, role or present.role, office, leader)
    if not changed:
        possible = _(", ").join(("--role", "--office", "--leader", "--email"))
        raise UsageError("usage", _("no change is given"), _("give {options}", options=possible))
    accounts.alter(name, **changed)
    screen.line(_("{name} is changed.", name=name))


def _accounts(root: Path) -> Accounts:
    from xuncha.accounts.book import Accounts  # noqa: PLC0415

    return Accounts(root)


def _role_values(call: Context, role: str, office: str | None, leader: str | None) -> dict[str, object]:
    """Return what an account may do, and for whom. Raises UsageError for an office or a leader that the role lacks or has too many; RefusedError for an unknown one."""
    as_role = readers.read_word(role, "--role", names.ROLES)
    if (office is not None, leader is not None) != (as_role == "section", as_role == "leader"):
        message = _("a section needs --office, a leader --leader, and other roles neither")
        raise UsageError("usage", message, _("see `{path} --help`", path="xuncha account"))
    if office or leader:
        office, leader = full_names(call.register(), office=office, leader=leader)
    return {"role": as_role, "office": office, "leader": leader}


def _print_password(name: str, password: str) -> None:
    screen.line(_("Password of {name}: {password}", name=name, password=password))
    screen.line(_("It is valid for one sign-in, which asks for a new one; it is shown only once."))


@command("account", "list")
def list_(call: Context, as_json: options.Json = False) -> None:
    """List the accounts, without their passwords.

    Examples:
        xuncha account list
    """
    accounts = _accounts(call.root).all()
    if as_json:
        screen.data([each.model_dump(mode="json", exclude={"password"}) for each in accounts.values()])
    elif accounts:
        screen.show(_table(accounts.values()), wide=True)
    else:
        screen.line(_("There are no accounts yet. Add the first: xuncha account add NAME --role manager"))


def _table(accounts: Iterable[Account]) -> Columns:
    from xuncha.accounts.account import role_name  # noqa: PLC0415
    from xuncha.cli.columns import FIXED, SPARE_FIXED, Column, Columns  # noqa: PLC0415

    headings = (_("Account"), _("Role"), _("Office or leader"), _("E-mail"), _("Added"), _("State"))
    table = Columns(FIXED, FIXED, Column(), SPARE_FIXED, SPARE_FIXED, Column(), headings=headings)
    for each in accounts:
        state = _("disabled") if each.disabled else _("must change password") if each.renew else ""
        about = each.office or each.leader or ""
        table.add(each.name, role_name(each.role), about, each.email or "", each.added.isoformat(), state)
    return table


@command("account", "passwd")
def passwd(call: Context, name: Name) -> None:
    """Give an account a new first password; its sessions end.

    Examples:
        xuncha account passwd 规划科李强
    """
    from xuncha.accounts import passwords  # noqa: PLC0415

    password = passwords.new_password()
    accounts = _accounts(call.root)
    accounts.alter(name, password=passwords.hash_password(password), renew=True)
    _print_password(name, password)
    if accounts.get(name).disabled:
        hint = _("to let them sign in: {command}", command=f"xuncha account disable {name} --undo")
        screen.warning(_("{name} is disabled.", name=name), hint)


@command("account", "disable")
def disable(call: Context, name: Name, again: bool = optional("--undo", _("Let them sign in again"))) -> None:
    """Disable an account; its sessions end at once. History still names it.

    Examples:
        xuncha account disable 规划科李强
        xuncha account disable 规划科李强 --undo
    """
    _accounts(call.root).alter(name, disabled=not again)
    screen.line((_("{name} may sign in again.") if again else _("{name} is disabled.")).format(name=name))


@command("account", "remove")
def remove(call: Context, name: Name) -> None:
    """Remove an account; its name may then be given to another one.

    Examples:
        xuncha account remove 规划科李强
    """
    _accounts(call.root).remove(name)
    screen.line(_("{name} is removed.", name=name))
