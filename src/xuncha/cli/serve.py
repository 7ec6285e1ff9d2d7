"""The desk: the ledger in a browser."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from xuncha.cli import screen
from xuncha.cli.command import command
from xuncha.cli.context import Context
from xuncha.cli.options import option, optional
from xuncha.errors import RefusedError, UsageError
from xuncha.language import gettext as _
from xuncha.parts import needs
from xuncha.system import temporary_folder


@command("serve")
def serve(
    call: Context,
    host: str | None = optional(
        "--host ADDRESS", _("Open the desk to other machines, for those who have an account")
    ),
    port: int = optional("--port NUMBER", _("The port; 0 takes any that is free"), default=8420),
    open_: Annotated[bool, option("--open/--no-open", _("Whether a browser is opened"))] = True,
    demo: bool = optional("--demo", _("Show the office desk on an example, with an account of each role")),
    tls_cert: Path | None = optional("--tls-cert FILE", _("The certificate, as PEM")),
    tls_key: Path | None = optional("--tls-key FILE", _("Its key, as PEM")),
    trust_proxy: bool = optional("--trust-proxy", _("Believe a proxy on this machine from where one asks")),
) -> None:
    """Open the desk: the ledger in a browser. Ctrl-C ends it.

    Each click that changes something is a commit, as each command is. Without --host it is for this machine alone: whoever has the
    link that is printed may do everything; it is good until the desk ends. With --host people sign in (xuncha account).

    Examples:
        xuncha serve
        xuncha serve --port 0 --no-open
        xuncha serve --demo
    """
    if (tls_cert is None) != (tls_key is None):
        said = _("--tls-cert and --tls-key are given together")
        raise UsageError("usage", said, _("name the certificate and its key, as PEM files"))
    if demo and host is not None:
        said = _("--demo shows its passwords to whoever comes, so it is for this machine alone")
        raise UsageError("usage", said, _("leave {option} out").format(option="--host"))
    tls = (tls_cert, tls_key) if tls_cert and tls_key else None
    if not demo:
        call.must_be_here()
        if host is not None and not _has_accounts(call.root):
            said = _("there are no accounts, so the desk is not opened to other machines")
            raise RefusedError(
                "no-accounts", said, _("add the first: xuncha account add NAME --role manager")
            )
    with needs("desk"):
        from xuncha.desk.serve import Server  # noqa: PLC0415  a server is for this command alone
    if call.day_is_given:
        os.environ["XUNCHA_TODAY"] = call.today.isoformat()  # for the commands that the desk runs
    with _example(call) if demo else contextlib.nullcontext((call.root, None)) as (root, accounts):
        server = Server(root, call.clock, port, host, tls=tls, behind_proxy=trust_proxy, demo=accounts)
        screen.line_at_once(server.link)
        if host not in {None, "127.0.0.1", "localhost", "::1"} and not tls:
            said = _("passwords go over the network in clear")
            screen.warning(
                said, _("name a certificate (--tls-cert, --tls-key), or put a proxy with one before it")
            )
        for name, password in (accounts or {}).items():
            screen.line_at_once(f"{name}  {password}")
        if open_ and host is None:
            server.open_browser()
        server.run()


def _has_accounts(root: Path) -> bool:
    from xuncha.accounts.book import Accounts  # noqa: PLC0415

    return bool(Accounts(root).all())


@contextlib.contextmanager
def _example(call: Context) -> Iterator[tuple[Path, dict[str, str]]]:
    """Make the example ledger in a temporary folder, with an account of each role; yield it with their passwords."""
    from xuncha.accounts import passwords, sending  # noqa: PLC0415
    from xuncha.accounts.account import ROLES, Account, role_name  # noqa: PLC0415
    from xuncha.accounts.book import Accounts  # noqa: PLC0415
    from xuncha.skeleton.create import create  # noqa: PLC0415
    from xuncha.store.cache import register  # noqa: PLC0415

    for secret in (sending.SMTP, sending.GROUP):
        os.environ.pop(secret, None)  # letters of the example reach nobody
    for who in ("AUTHOR", "COMMITTER"):
        os.environ |= {f"GIT_{who}_NAME": "演示", f"GIT_{who}_EMAIL": "demo@xuncha.invalid"}
    with temporary_folder("xuncha-demo-") as folder:
        root = folder / "demo"
        create(root, call.today, example=True)
        rows, accounts = register(root).measures, Accounts(root)
        of = {"section": next(row for row in rows if row.status == "in_progress")}
        of["leader"] = next(row for row in rows if row.status == "submitted")
        told = {role_name(role): passwords.generated() for role in ROLES}
        for role, (name, password) in zip(ROLES, told.items(), strict=True):
            office = of[role].office if role == "section" else None
            leader = of[role].leader if role == "leader" else None
            hashed = passwords.hashed(password)
            made = Account(
                name=name,
                role=role,
                office=office,
                leader=leader,
                added=call.today,
                password=hashed,
                renew=False,
            )
            accounts.add(made)
        yield root, told
