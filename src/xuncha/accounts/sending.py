"""Send a letter to an office: by e-mail to those who have an account for it, or into a group of WeCom or DingTalk."""

from __future__ import annotations

import json
import os
import smtplib
import urllib.request
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from xuncha.chinese.characters import without_unsafe
from xuncha.errors import RefusedError, SurroundingsError
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xuncha.accounts.account import Account

SMTP: Final = "XUNCHA_SMTP"
"""The variable with the mail server: `smtps://USER:PASSWORD@HOST:465/?from=ADDRESS`; `smtp://` begins in clear, and goes on encrypted."""
GROUP: Final = "XUNCHA_WEBHOOK"
"""The variable with the address of a group's robot. Both hold secrets, which no file of a ledger may hold."""
_PATIENCE: Final = 20.0
"""Seconds."""
_LONGEST: Final = 2000
"""Bytes that WeCom takes in one message; DingTalk takes more."""


def addresses(accounts: Mapping[str, Account], office: str) -> list[str]:
    """Return the e-mail addresses of those who have an account for an office.

    Raises:
        RefusedError: nobody has, or none with an address.
    """
    found = [
        each.email for each in accounts.values() if each.office == office and each.email and not each.disabled
    ]
    if not found:
        said = _("no account for {office} has an e-mail address").format(office=office)
        hint = _("add one: xuncha account add NAME --role section --office {office} --email …")
        raise RefusedError("no-address", said, hint.format(office=office))
    return found


def mail(to: Iterable[str], subject: str, text: str, file: tuple[str, bytes]) -> None:
    """Send an e-mail with a Word file.

    Args:
        to: the addresses.
        subject: on one line.
        text: the letter as plain text.
        file: its name and content.

    Raises:
        SurroundingsError: no server is set up, or it does not take the mail.
    """
    server = urlsplit(_told(SMTP, "smtps://USER:PASSWORD@smtp.example.cn:465/?from=office@example.cn"))
    user, password = unquote(server.username or ""), unquote(server.password or "")
    message = EmailMessage()
    message["Subject"] = " ".join(without_unsafe(subject, " ").split())
    message["From"] = parse_qs(server.query).get("from", [user])[0]
    message["To"] = ", ".join(to)
    message.set_content(text)
    kind = "vnd.openxmlformats-officedocument.wordprocessingml.document"
    message.add_attachment(file[1], maintype="application", subtype=kind, filename=file[0])
    encrypted = server.scheme == "smtps"
    make = smtplib.SMTP_SSL if encrypted else smtplib.SMTP
    try:
        with make(server.hostname or "", server.port or 0, timeout=_PATIENCE) as connection:
            if not encrypted and (connection.ehlo()[0], connection.has_extn("starttls")) == (250, True):
                connection.starttls()
                encrypted = True
            if user and not encrypted:
                raise SurroundingsError("not-sent", _("the mail server would have the password in clear"))
            if user:
                connection.login(user, password)
            connection.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _not_sent(server.hostname, error) from None


def post(text: str) -> None:
    """Send a text into the group whose robot is set up.

    Raises:
        SurroundingsError: none is set up, or it does not take the text.
    """
    address = _told(GROUP, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…")
    host = urlsplit(address).hostname
    if urlsplit(address).scheme not in {"https", "http"}:
        raise _not_sent(host, _("its address begins with https://"))
    short = text.encode()[:_LONGEST].decode(errors="ignore")
    told = {"msgtype": "text", "text": {"content": short + ("…" if short != text else "")}}
    request = urllib.request.Request(  # noqa: S310  of these two kinds
        address, json.dumps(told).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310
            said: Any = json.loads(answer.read(64 * 1024))
    except (OSError, ValueError) as error:
        raise _not_sent(host, error) from None
    if not isinstance(said, dict) or said.get("errcode") != 0:
        raise _not_sent(host, said.get("errmsg", "") if isinstance(said, dict) else said)


def _told(variable: str, example: str) -> str:
    if found := os.environ.get(variable):
        return found
    said = _("where to send is not set up: the variable {variable} is empty").format(variable=variable)
    raise SurroundingsError("not-set-up", said, _("write it like {examples}").format(examples=example))


def _not_sent(host: str | None, reason: object) -> SurroundingsError:
    said = _("{host} did not take it: {reason}").format(host=host, reason=without_unsafe(str(reason), " "))
    return SurroundingsError("not-sent", said)
